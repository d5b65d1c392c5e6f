#include "pipeline/crew.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/log.h"
#include "base/text.h"
#include "pipeline/member.h"

namespace tidings::pipeline {

Crew::Crew(bus::Context& context, Dispatcher& dispatcher, CrewOptions options)
    : context_(context), dispatcher_(dispatcher), options_(std::move(options)) {}

Crew::~Crew() = default;

void Crew::Tick(Moment now) {
  auto status = dispatcher_.Status();
  if (status.outcomes > seen_outcomes_) {
    seen_outcomes_ = status.outcomes;
    failures_ = 0;
  }
  Reap(now, status);
  ReplaceStuck(now);
  if (draining()) {
    dispatcher_.DrainAll();  // again: one that was just starting has not heard of it
  } else {
    Shrink(now, status);
    if (Wanted(now, status)) StartOne(now);
  }
  Publish();
  if (failures_ >= options_.failing && status.workers == 0 && status.waiting > 0) {
    dispatcher_.FailWaiting(
        {Code::kUnavailable,
         fmt::format("{} is failing: {}", options_.spec.name, Status().last_error)});
  }
}

void Crew::Reap(Moment now, const DispatcherStatus& status) {
  auto gone = std::stable_partition(members_.begin(), members_.end(),
                                    [](const auto& member) { return !member->Ended(); });
  for (auto it = gone; it != members_.end(); ++it) {
    dispatcher_.Lost((*it)->name());
    std::string why = (*it)->Ending();
    if (!why.empty()) OnFailure(now, status.load_error.empty() ? why : status.load_error);
  }
  members_.erase(gone, members_.end());
}

void Crew::ReplaceStuck(Moment now) {
  std::vector<std::string> stuck;
  {
    std::lock_guard lock(mutex_);
    stuck.swap(stuck_);
  }
  for (const auto& name : stuck) {
    auto found = std::find_if(members_.begin(), members_.end(),
                              [&](const auto& member) { return member->name() == name; });
    if (found == members_.end()) continue;
    (*found)->Kill();
    dispatcher_.Lost(name);
    members_.erase(found);
    OnFailure(now, fmt::format("a worker did not stop when its {} were up",
                               FormatDuration(options_.spec.timeout)));
  }
}

void Crew::OnFailure(Moment now, const std::string& why) {
  ++failures_;
  auto wait = std::min(options_.longest, options_.first * (1 << std::min(failures_ - 1, 20)));
  next_start_ = now + wait;
  if (failures_ == options_.failing) {
    log::Failure(
        options_.spec.name,
        "{} workers in a row have failed, the last because {}; the stage counts as failing "
        "and is tried again every {}",
        failures_, why, FormatDuration(options_.longest));
  } else {
    log::Warning(options_.spec.name, "a worker has failed: {}", why);
  }
  std::lock_guard lock(mutex_);
  ++status_.restarts;
  status_.last_error = why;
}

// Those above the minimum end one by one when nobody has needed them for a while.
void Crew::Shrink(Moment now, const DispatcherStatus& status) {
  bool spare = status.waiting == 0 && status.idle > 0 &&
               static_cast<int>(members_.size()) > options_.min_workers;
  if (!spare || busy_at_ == Moment()) busy_at_ = now;
  if (now - busy_at_ < options_.idle) return;
  dispatcher_.DrainOne();
  busy_at_ = now;
}

bool Crew::Wanted(Moment now, const DispatcherStatus& status) const {
  int count = static_cast<int>(members_.size());
  if (now < next_start_ || count >= options_.max_workers) return false;
  if (next_number_ == 1 || count < options_.min_workers) return true;  // the first one is a trial
  bool starting = count > status.workers;
  return status.waiting > 0 && !starting;
}

void Crew::StartOne(Moment now) {
  auto name = fmt::format("{}-{}", options_.spec.name, next_number_++);
  std::replace(name.begin(), name.end(), '/', '-');
  auto started =
      options_.process ? StartProcess(options_, name) : StartThread(context_, options_, name);
  if (!started) return OnFailure(now, started.error().message);
  members_.push_back(std::move(*started));
  busy_at_ = now;
}

void Crew::Publish() {
  std::lock_guard lock(mutex_);
  status_.workers = static_cast<int>(members_.size());
  status_.failing = failures_ >= options_.failing;
}

void Crew::Stuck(const std::string& worker) {
  std::lock_guard lock(mutex_);
  stuck_.push_back(worker);
}

CrewStatus Crew::Status() {
  std::lock_guard lock(mutex_);
  return status_;
}

void Crew::Drain() {
  std::lock_guard lock(mutex_);
  draining_ = true;
}

bool Crew::draining() {
  std::lock_guard lock(mutex_);
  return draining_;
}

bool Crew::Gone() { return Status().workers == 0; }

}  // namespace tidings::pipeline
