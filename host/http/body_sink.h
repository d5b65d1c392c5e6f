// A request's body, taken as it arrives.
//
// Most routes want the whole body (Router::Add) or a blocking reader (Router::AddUpload, see
// body_reader.h). A BodySink is what the reader itself is built on: for work that must not hold a
// thread while a slow client sends.
//
// How to use it:
//   1. The route's factory is called on the connection's thread as soon as the head of a request
//      is complete. It returns the sink, or answers through the Responder and returns nullptr (the
//      body is then not read, and the connection closes after the answer).
//   2. OnData is called on that thread, in order, with pieces of 1 byte to 64 KiB. It must not
//      block: it copies the piece into a queue for another thread, or parses it on the spot.
//   3. Whoever is done with n bytes calls flow.Consumed(n), on any thread. The server keeps the sum
//      of delivered and not yet consumed bytes under Options::body_window (1 MiB) plus one piece:
//      above it, it stops reading this socket, TCP slows the client down, and reading goes on once
//      half of the window is free. The time during which reading is stopped does not count against
//      the client's body timeout.
//   4. OnEnd or OnAbort comes last, exactly one of them, once. The answer may be sent before
//      (which stops the reading and closes the connection after it) or at any time later.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/responder.h"

namespace tidings::http {

class Inbox;

class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual void OnData(std::string_view data) = 0;
  virtual void OnEnd() = 0;
  // The body will never be complete: the client left (kUnavailable), was too slow (kTimeout), sent
  // more than the route allows (kResourceExhausted) or broken framing (kInvalidArgument), the
  // request was answered early or the server stopped (kCancelled). Where an answer can still be
  // read, the server has sent it; the Responder is then spent. Undo what was begun.
  virtual void OnAbort(const Error& why) = 0;
};

// Tells the server how much of a body has been dealt with. Copyable, any thread, never blocks; may
// outlive the connection and the server.
class BodyFlow {
 public:
  BodyFlow(std::shared_ptr<Inbox> inbox, uint64_t connection, uint64_t exchange)
      : inbox_(std::move(inbox)), connection_(connection), exchange_(exchange) {}
  void Consumed(size_t bytes) const;

 private:
  std::shared_ptr<Inbox> inbox_;
  uint64_t connection_;
  uint64_t exchange_;
};

// Called for each request of the route; request.body is empty.
using SinkFactory = std::function<std::unique_ptr<BodySink>(Request, Responder, BodyFlow)>;

}  // namespace tidings::http
