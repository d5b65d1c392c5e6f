// Where the body of one request goes while it arrives. Internal to this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_sink.h"
#include "http/core.h"
#include "http/framing.h"

namespace tidings::http {

// Gathers the body, or hands it to a sink; keeps the limits, and the window of a sink; knows when
// the client is too slow. Used on the worker's thread only.
class BodyIntake {
 public:
  // `max` bytes at most. `sink` may be null: the body is then gathered.
  BodyIntake(Core& core, size_t max, std::unique_ptr<BodySink> sink, Steady::time_point now);
  ~BodyIntake();  // not ended: the sink hears of kUnavailable

  // The next piece; an error when it is too much (413, 503).
  std::optional<FramingError> Take(std::string_view piece, Steady::time_point now);
  void End();
  void Abort(const Error& why);
  bool over() const { return over_; }  // ended or aborted

  // The sink is done with so many bytes; true when reading may go on because of it.
  bool Consumed(size_t bytes, Steady::time_point now);
  bool paused() const { return paused_; }
  // When the client will have been too slow.
  Steady::time_point Deadline() const;

  std::string& body() { return body_; }

 private:
  void GiveBack();

  Core& core_;
  const size_t max_;
  const std::unique_ptr<BodySink> sink_;
  std::string body_;
  size_t received_ = 0;
  size_t unconsumed_ = 0;
  size_t counted_ = 0;  // of the server's budget, until the answer is out
  bool paused_ = false;
  bool over_ = false;
  Steady::time_point begun_;  // moved on by the time spent paused
  Steady::time_point last_input_;
  Steady::time_point paused_since_;
};

}  // namespace tidings::http
