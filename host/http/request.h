// A request as a handler sees it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/headers.h"

namespace tidings::http {

// Everything is owned: a request may be moved to another thread and outlive its connection.
struct Request {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::string method;     // "GET", as sent; "HEAD" also where a GET route serves it
  std::string target;     // raw, as sent: "/api/v1/customers/42?expand=orders"
  std::string path;       // percent-decoded, well-formed UTF-8, no "." or ".." segment, no NUL
  Pairs query;            // decoded ("+" is a space), in order, repeated names kept
  Headers headers;        // without the trailers of a chunked body
  std::string body;       // whole; empty on routes that take the body streamed
  Pairs params;           // of the route's pattern, decoded: {"id", "42"}
  std::string route;      // the pattern that matched: "/api/v1/customers/{id}"
  std::string peer;       // address of the other end: "127.0.0.1" or "::1"
  int minor_version = 1;  // HTTP/1.<minor_version>

  // The first header field of that name, case ignored; "" when there is none.
  std::string_view Header(std::string_view name) const;
  // The first query parameter of that name; none when it is missing ("?a" gives "").
  std::optional<std::string_view> Query(std::string_view name) const;
  // The part of the path that matched {name}; "" when the pattern has no such name.
  std::string_view Param(std::string_view name) const;
  // The media type without its parameters, lower case: "application/json"; "" when missing.
  std::string MediaType() const;
};

}  // namespace tidings::http
