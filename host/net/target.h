// What a call asks for, taken apart by curl's own parser, so that the guard and the connection can
// never read a URL in two ways.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "base/result.h"
#include "net/http_client.h"

namespace tidings::net {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

struct Target {
  std::unique_ptr<CURLU, FreeUrl> url;
  std::string host;  // lower case; a v6 address in brackets
  int port = 0;

  std::string Name() const;      // "host:port", for errors
  std::string BareHost() const;  // without brackets
  bool IsV6Literal() const { return host.front() == '['; }
};

// Fails with kInvalidArgument. No message repeats the query or a password.
Result<Target> ParseTarget(const std::string& url);

// The lines as curl wants them, with its own defaults (Expect, Content-Type) switched off. Fails
// with kInvalidArgument on anything but "Name: value" lines, and on names that are ours to set.
Result<std::vector<std::string>> ParseHeaders(std::string_view headers);

// Fails with kInvalidArgument where `method` is no token, or one that is no plain request.
Status CheckMethod(std::string_view method);

}  // namespace tidings::net
