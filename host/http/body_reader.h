// A request's body as a blocking stream, for a handler that has a thread of its own.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/body_sink.h"

namespace tidings::http {

// The reading end of a bounded queue which the connection fills. Handlers of Router::AddUpload get
// one; they run on the server's pool of upload threads:
//
//   router.AddUpload("POST", "/api/v1/customers", [&](Request request, BodyReader body,
//                                                     Responder responder) {
//     Lines lines;
//     for (;;) {
//       auto piece = body.Next();
//       if (!piece) return;              // the client has gone or was refused: nothing to answer
//       if (piece->empty()) break;       // the end
//       lines.Append(*piece);            // ... and store them
//     }
//     responder.Send(...);
//   });
//
// Movable; one thread at a time. At most Options::body_window plus 64 KiB wait in it. A reader that
// goes before the end stops the reading; the connection closes after the answer.
class BodyReader {
 public:
  // Blocks until the next piece has come (1 byte to 64 KiB, never empty), or the end: "". It ends
  // for certain: a client that stalls runs into Options::body_timeout. Fails as BodySink::OnAbort
  // says.
  Result<std::string> Next();

  // All that is left, at once.
  Result<std::string> Rest();

  BodyReader(BodyReader&&) noexcept;
  BodyReader& operator=(BodyReader&&) noexcept;
  ~BodyReader();

  // The two ends of a queue: the sink for the connection, the reader for the handler.
  static std::pair<std::unique_ptr<BodySink>, BodyReader> Make(BodyFlow flow);

 private:
  class Queue;
  class Sink;
  BodyReader(std::shared_ptr<Queue> queue, BodyFlow flow);
  std::shared_ptr<Queue> queue_;
  BodyFlow flow_;
};

}  // namespace tidings::http
