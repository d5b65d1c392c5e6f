#include "pipeline/lanes.h"

#include <algorithm>

#include "base/log.h"

namespace tidings::pipeline {
namespace {

constexpr Duration kAfterError = std::chrono::seconds(1);

}  // namespace

Lanes::Lanes(LanesOptions options, Work work)
    : options_(std::move(options)), work_(std::move(work)), running_(options_.count) {
  for (int lane = 0; lane < options_.count; ++lane) {
    threads_.emplace_back([this, lane] { Run(lane); });
  }
}

Lanes::~Lanes() { Join(); }

void Lanes::Join() {
  Stop();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Lanes::Run(int lane) {
  Duration pause = options_.soonest;
  std::string reported;
  while (!Stopping()) {
    auto found = work_(lane);
    Report(found, reported);
    if (found && *found) {
      pause = options_.soonest;
      continue;
    }
    Sleep(found ? pause : kAfterError);
    pause = std::min(pause * 2, options_.latest);
  }
  std::lock_guard lock(mutex_);
  --running_;
}

// An error that stays the same is said once, and so is its end.
void Lanes::Report(const Result<bool>& found, std::string& reported) {
  std::string now = found ? "" : found.error().message;
  if (now == reported) return;
  if (now.empty()) {
    log::Info(options_.name, "work goes on");
  } else {
    log::Failure(options_.name, "{}", now);
  }
  reported = now;
}

void Lanes::Sleep(Duration pause) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, pause, [this, seen = wakes_] { return wakes_ != seen || stopping_; });
}

void Lanes::Wake() {
  std::lock_guard lock(mutex_);
  ++wakes_;
  woken_.notify_all();
}

void Lanes::WakeOne() {
  std::lock_guard lock(mutex_);
  ++wakes_;
  woken_.notify_one();
}

void Lanes::Stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  woken_.notify_all();
}

bool Lanes::Stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

bool Lanes::Stopped() {
  std::lock_guard lock(mutex_);
  return running_ == 0;
}

}  // namespace tidings::pipeline
