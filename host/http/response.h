// What a handler answers.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "http/headers.h"

namespace tidings::http {

// The server adds Date, Content-Length or Transfer-Encoding, Connection and the security headers
// of Options; a header given here replaces the default of the same name. Fields that hold CR, LF
// or NUL, and those that only the server may set, are left out and logged.
struct Response {
  int status = 200;
  Headers headers;
  std::string body;

  // application/json, one line. Invalid UTF-8 is replaced.
  static Response OfJson(int status, const Json& json);
  // `text` with that Content-Type.
  static Response Of(int status, std::string content_type, std::string text);

  // For chains: return Response::OfJson(201, ticket).With("Location", url);
  Response With(std::string name, std::string value) &&;
};

// "Not Found" of 404; "Unknown" of what RFC 9110 does not name.
std::string_view ReasonPhrase(int status);

}  // namespace tidings::http
