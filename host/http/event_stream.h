// Server-sent events over a ResponseStream.
#pragma once

#include <string>
#include <string_view>

#include "http/responder.h"

namespace tidings::http {

// Copyable, any thread. See ResponseStream for what happens to slow readers.
class EventStream {
 public:
  // Answers 200 text/event-stream, uncached.
  static EventStream Open(const Responder& responder);

  // One event; `id` and `name` may be empty. A `data` of several lines arrives as such. False when
  // the client has gone.
  bool Send(std::string_view name, std::string_view data, std::string_view id = {}) const;
  // A line that clients ignore; keeps the connection warm and finds out who has gone.
  bool Comment(std::string_view text) const;
  void End() const { stream_.End(); }
  const ResponseStream& stream() const { return stream_; }

 private:
  explicit EventStream(ResponseStream stream) : stream_(std::move(stream)) {}
  ResponseStream stream_;
};

}  // namespace tidings::http
