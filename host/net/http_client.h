// Outgoing HTTP for plugins, scripts and webhooks: every URL may come from a user, so every call is
// guarded against reaching into the operator's own network (SSRF).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tidings::net {

struct HttpCall {
  std::string method = "GET";
  std::string url;      // http or https; no user or password in it
  std::string headers;  // "Name: value\r\n" lines; Host, Content-Length and the like are ours
  std::string body;
  Duration timeout = std::chrono::seconds(30);   // for the whole call, the look-up of the name too
  int64_t max_body = 16 << 20;                   // bytes of answer; more is a failure
  const std::atomic<bool>* cancelled = nullptr;  // looked at about every 50 ms; may be null
};

// An answer of any status; redirects are answers like others.
struct HttpAnswer {
  int status = 0;
  std::string headers;  // of the final answer, "Name: value\r\n" lines
  std::string body;

  std::string_view Header(std::string_view name) const;  // the first of that name; "" without one
};

struct HttpOptions {
  // Hosts that may lie at any address, as "host:port", "[::1]:port" or "host:*", as in the URL. All
  // others must lie in the public internet.
  std::vector<std::string> allow;
  std::string user_agent = "tidings";
  Duration connect_timeout = std::chrono::seconds(10);
  int idle_handles = 32;  // how many unused handles with their open connections are kept
};

// Makes blocking calls and keeps connections open between them. Thread-safe: calls of several
// threads run side by side.
//
// A call is refused (kPermissionDenied) where any address of the host is loopback, private,
// link-local, carrier-grade NAT, multicast, documentation or otherwise no public unicast address,
// unless the allow-list names the host. The name is looked up once and the connection pinned to
// what was checked. Redirects are not followed, proxies of the environment not used.
class HttpClient {
 public:
  // Fails with kInvalidArgument when an entry of the allow-list cannot be read.
  static Result<std::unique_ptr<HttpClient>> Create(HttpOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Fails with kInvalidArgument (URL, method or headers), kPermissionDenied (see above),
  // kUnavailable (no such name, refused, reset, bad certificate), kTimeout, kCancelled, or
  // kResourceExhausted (the answer is too large). The message names the host, never the query or
  // the headers, which may hold secrets.
  Result<HttpAnswer> Call(const HttpCall& call);

 private:
  class Parts;
  explicit HttpClient(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace tidings::net
