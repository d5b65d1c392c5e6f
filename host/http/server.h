// An HTTP/1.1 server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "http/counters.h"
#include "http/headers.h"
#include "http/router.h"

namespace tidings::http {

// One answered request, for logs and metrics per route.
struct Access {
  std::string_view method;
  std::string_view route;  // the pattern; "" where none matched
  std::string_view target;
  std::string_view peer;
  int status = 0;
  size_t bytes = 0;  // of the answer's body
  Duration took{};   // from the first byte of the request to the end of the answer
};

struct Options {
  std::string address = "127.0.0.1";  // of IPv4, or IPv6 ("::1")
  int port = 0;                       // 0: any free one, see Server::port()
  int threads = 2;                    // that serve connections
  int blocking_threads = 8;           // that run `blocking` handlers
  int upload_threads = 8;             // that run AddUpload handlers: slow clients hold these only
  int blocking_queue = 1024;          // requests that may wait for either; then 503

  // Limits, in bytes unless told otherwise. Whatever is over is answered (413, 414, 431, 503) and
  // the connection closed, in a way that lets the client read the answer.
  int max_connections = 4096;
  size_t max_target = 8 << 10;
  size_t max_head = 32 << 10;
  int max_fields = 100;            // header fields
  size_t max_body = 1 << 20;       // where the route does not say otherwise
  size_t body_window = 1 << 20;    // of a streamed body, delivered and not yet consumed
  size_t body_budget = 256 << 20;  // of all whole bodies in memory together
  size_t stream_buffer = 1 << 20;  // that a reader of a ResponseStream may lag behind

  // Times. A client that is too slow gets a 408 where a request had begun, and is disconnected.
  Duration head_timeout = std::chrono::seconds(15);   // from the first byte to the end of the head
  Duration body_timeout = std::chrono::seconds(30);   // without any byte of the body
  size_t min_body_rate = 1 << 10;                     // bytes/s of the body, beyond body_timeout
  Duration idle_timeout = std::chrono::seconds(75);   // between requests
  Duration write_timeout = std::chrono::seconds(30);  // while the client takes nothing of an answer

  // Added to every answer that does not carry a field of the same name.
  Headers default_headers = {
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cache-Control", "no-store"}};

  // Called on the connection's thread after each answer; must be quick. May be empty.
  std::function<void(const Access&)> on_access;
};

// The methods may be called from any thread, one at a time; counters() at any time.
class Server {
 public:
  Server(Options options, Router router);
  // Stops at once, as Drain(0) does, and waits for `blocking` handlers that are still running.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, listens and serves on threads of its own. Fails with kUnavailable when the address is
  // taken or not of this machine, with kInvalidArgument when the options make no sense. A server
  // starts once.
  Status Start();
  // The port it listens on; 0 before Start.
  int port() const;

  // Stops accepting (the port is closed at once), closes connections without a request, lets the
  // others finish the request they are at, and stops. Fails with kTimeout, saying how many were
  // cut off, when they have not finished `at_most` later. Idempotent.
  Status Drain(Duration at_most);

  Counters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::http
