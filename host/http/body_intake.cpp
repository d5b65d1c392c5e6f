#include "http/body_intake.h"

#include <fmt/format.h>

namespace tidings::http {

BodyIntake::BodyIntake(Core& core, size_t max, std::unique_ptr<BodySink> sink,
                       Steady::time_point now)
    : core_(core), max_(max), sink_(std::move(sink)), begun_(now), last_input_(now) {}

BodyIntake::~BodyIntake() {
  Abort({Code::kUnavailable, "the client left before its request was complete"});
  GiveBack();
}

void BodyIntake::GiveBack() {
  core_.cells.body_bytes -= static_cast<int64_t>(std::exchange(counted_, 0));
}

std::optional<FramingError> BodyIntake::Take(std::string_view piece, Steady::time_point now) {
  last_input_ = now;
  received_ += piece.size();
  if (received_ > max_) {
    return FramingError{413, fmt::format("The body is longer than {} bytes.", max_)};
  }
  if (sink_) {
    unconsumed_ += piece.size();
    paused_ = unconsumed_ > core_.options.body_window;
    if (paused_) paused_since_ = now;
    sink_->OnData(piece);
    return std::nullopt;
  }
  counted_ += piece.size();
  auto held = core_.cells.body_bytes += static_cast<int64_t>(piece.size());
  if (held > static_cast<int64_t>(core_.options.body_budget)) {
    return FramingError{503, "The server holds too many request bodies; try again shortly."};
  }
  body_.append(piece);
  return std::nullopt;
}

void BodyIntake::End() {
  over_ = true;
  paused_ = false;
  if (sink_) sink_->OnEnd();
}

void BodyIntake::Abort(const Error& why) {
  if (over_) return;
  over_ = true;
  paused_ = false;
  body_ = {};
  GiveBack();
  if (sink_) sink_->OnAbort(why);
}

bool BodyIntake::Consumed(size_t bytes, Steady::time_point now) {
  unconsumed_ -= std::min(bytes, unconsumed_);
  if (!paused_ || unconsumed_ > core_.options.body_window / 2) return false;
  paused_ = false;
  begun_ += now - paused_since_;
  last_input_ = now;
  return true;
}

Steady::time_point BodyIntake::Deadline() const {
  if (paused_) return Steady::time_point::max();
  double needed = static_cast<double>(received_) /
                  static_cast<double>(std::max<size_t>(1, core_.options.min_body_rate));
  auto earned = std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(needed));
  return std::min(last_input_, begun_ + earned) + core_.options.body_timeout;
}

}  // namespace tidings::http
