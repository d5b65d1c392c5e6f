// How a request is answered, by any thread, at any time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/problem.h"
#include "http/response.h"

namespace tidings::http {

class Exchange;      // one request and the place its answer goes to
class StreamHandle;  // what the copies of a ResponseStream share

struct StreamOptions {
  // True for a stream without an end of its own (server-sent events): a drain ends it at once
  // instead of waiting for it.
  bool endless = false;
};

// A body written piece by piece: a long export, server-sent events (see event_stream.h). Copyable;
// every method may be called from any thread; pieces go out in the order of the calls. When the
// last copy goes without End(), the stream is broken off (the client sees an incomplete body).
//
// Back-pressure: what a slow reader has not taken waits in memory, and queued() tells how much. A
// producer that can wait calls WaitBelow() before each piece; one that cannot (a broadcast) just
// writes, and a reader that falls more than Options::stream_buffer behind is disconnected.
// A client that has gone is noticed at a write, so an idle event stream should write a comment
// every 15 seconds or so.
class ResponseStream {
 public:
  // False when the client has gone, was disconnected, or End() was called; `piece` is then dropped.
  bool Write(std::string piece) const;
  // The body is complete.
  void End() const;
  // Bytes that were written here and not yet taken by the kernel.
  size_t queued() const;
  // Waits until fewer than `bytes` are queued. False when the stream is closed or the time is over.
  // Never call it on a thread of the server (a handler that is not `blocking`, a BodySink).
  bool WaitBelow(size_t bytes, Duration at_most) const;
  bool open() const;

 private:
  friend class Responder;
  explicit ResponseStream(std::shared_ptr<StreamHandle> handle) : handle_(std::move(handle)) {}
  std::shared_ptr<StreamHandle> handle_;
};

// The right to answer one request, once. Copyable; any thread; never blocks. The first of Send,
// Problem, Fail and Stream counts, the others do nothing. When the last copy goes unused, the
// client gets a 500. An answer to a client that has gone is dropped, and never reaches another one.
// May outlive the Server.
class Responder {
 public:
  void Send(Response response) const;
  void Problem(int status, std::string detail, const std::vector<FieldProblem>& errors = {}) const;
  void Fail(const Error& error) const;
  // Sends status and headers of `head` now; the body is what is written to the stream. To HEAD and
  // to clients that have gone, the stream is closed from the start.
  ResponseStream Stream(Response head, StreamOptions options = {}) const;

  // Is it known that the client has gone? A hint for long work: it may leave right after.
  bool gone() const;

 private:
  friend class Connection;
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace tidings::http
