// What becomes of batches that take too long, and of those whose worker is lost.
#include <algorithm>

#include <fmt/core.h>

#include "base/log.h"
#include "pipeline/dispatcher_core.h"

namespace tidings::pipeline {
namespace {

constexpr Duration kGrace = std::chrono::seconds(1);  // from CANCEL until a worker counts as stuck

}  // namespace

void Dispatcher::Core::Expire() {
  auto now = Steady::now();
  std::vector<uint64_t> ids;
  for (const auto& [id, job] : jobs_) {
    if (IsLate(job, now) || IsSlow(job, now)) ids.push_back(id);
  }
  for (uint64_t id : ids) ExpireJob(id, now);
  ExpirePeers(now);
}

// Nobody waits for it any longer.
bool Dispatcher::Core::IsLate(const Job& job, Steady::time_point now) {
  return job.limits.all > Duration() && now - job.submitted >= job.limits.all;
}

// Its worker takes too long.
bool Dispatcher::Core::IsSlow(const Job& job, Steady::time_point now) {
  return job.begun != Steady::time_point() && job.limits.run > Duration() &&
         now - job.begun >= job.limits.run;
}

void Dispatcher::Core::ExpireJob(uint64_t id, Steady::time_point now) {
  auto found = jobs_.find(id);
  if (found == jobs_.end()) return;  // given up together with another one
  Job& job = found->second;
  if (job.begun == Steady::time_point()) {
    Withdraw(id, job);
    Answer(job,
           Fail(Code::kUnavailable, fmt::format("no worker of {} was free within {}", options_.name,
                                                FormatDuration(job.limits.all))));
    jobs_.erase(id);
    return;
  }
  auto took = std::chrono::duration_cast<Duration>(now - job.begun);
  Answer(job, Fail(Code::kTimeout, fmt::format("{} gave no answer within {}", options_.name,
                                               FormatDuration(took))));
  if (auto peer = peers_.find(job.peer); peer != peers_.end()) {
    if (!std::exchange(job.cancelled, true)) {
      Send(peer->first, &peer->second, {.kind = WireKind::kCancel, .batch = id});
    }
    if (IsSlow(job, now)) OnSlow(id, peer->first, peer->second);
  }
}

// A batch that has not begun leaves wherever it waits.
void Dispatcher::Core::Withdraw(uint64_t id, Job& job) {
  std::erase(waiting_, id);
  auto peer = peers_.find(job.peer);
  if (peer == peers_.end()) return;
  Unassign(peer->second, id);
  Send(peer->first, &peer->second, {.kind = WireKind::kCancel, .batch = id});
  job.peer.clear();
}

// The worker gets nothing new until it answers, and what waits behind need not wait for that.
void Dispatcher::Core::OnSlow(uint64_t id, const std::string& name, Peer& peer) {
  if (peer.late_since) return;
  log::Warning(options_.name, "worker {} takes too long", name);
  peer.late_since = Steady::now();
  auto behind = peer.assigned;
  for (uint64_t other : behind) {
    if (other == id) continue;
    Withdraw(other, jobs_.at(other));
    waiting_.push_front(other);
  }
}

void Dispatcher::Core::ExpirePeers(Steady::time_point now) {
  std::vector<std::string> silent;
  for (auto& [name, peer] : peers_) {
    if (now - peer.heard >= options_.silence) silent.push_back(name);
    if (now - peer.sent >= options_.heartbeat) Send(name, &peer, {.kind = WireKind::kHeartbeat});
    if (peer.late_since && !peer.reported && now - *peer.late_since >= kGrace) {
      peer.reported = true;
      if (options_.on_stuck) options_.on_stuck(name);
    }
  }
  for (const auto& name : silent) Lose(name, "has fallen silent");
}

void Dispatcher::Core::Lose(const std::string& name, const char* why) {
  auto found = peers_.find(name);
  if (found == peers_.end()) return;
  Peer peer = std::move(found->second);
  peers_.erase(found);
  if (!peer.draining) {
    ++status_.lost_workers;
    log::Warning(options_.name, "worker {} {} with {} batches", name, why, peer.assigned.size());
  }
  // Backwards, so that those put in front again keep their order.
  for (size_t i = peer.assigned.size(); i-- > 0;) LoseJob(peer.assigned[i], i == 0);
}

void Dispatcher::Core::LoseJob(uint64_t id, bool begun) {
  auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  Job& job = found->second;
  job.losses += begun;
  bool again = options_.repeatable && job.losses < options_.most_losses && job.done;
  if (again) {
    job.peer.clear();
    job.begun = {};
    waiting_.push_front(id);
    return;
  }
  auto error =
      options_.repeatable
          ? Error{Code::kInternal, fmt::format("{} workers of {} were lost over this batch",
                                               job.losses, options_.name)}
          : Error{Code::kTimeout,
                  fmt::format("the worker of {} was lost while it had the batch; what it "
                              "did of it is not known",
                              options_.name)};
  Answer(job, Fail(std::move(error)));
  jobs_.erase(id);
}

void Dispatcher::Core::FailWaiting(const Error& error) {
  auto waiting = std::exchange(waiting_, {});
  for (uint64_t id : waiting) {
    Answer(jobs_.at(id), Fail(error));
    jobs_.erase(id);
  }
}

Duration Dispatcher::Core::NextWait() const {
  auto now = Steady::now();
  auto wait = options_.heartbeat / 2;
  auto until = [&](Steady::time_point at) {
    auto left = std::chrono::duration_cast<Duration>(at - now);
    wait = std::clamp(left, Duration(0), wait);
  };
  for (const auto& [id, job] : jobs_) {
    if (!job.done) continue;
    if (job.limits.all > Duration()) until(job.submitted + job.limits.all);
    if (job.limits.run > Duration() && job.begun != Steady::time_point()) {
      until(job.begun + job.limits.run);
    }
  }
  return wait;
}

void Dispatcher::Core::FailEverything() {
  std::vector<std::function<void()>> commands;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    commands.swap(commands_);
  }
  for (auto& command : commands) command();  // a batch that was submitted gets its answer
  for (auto& [id, job] : jobs_) {
    Answer(job, Fail(Code::kCancelled, options_.name + " is stopping"));
  }
  jobs_.clear();
  waiting_.clear();
  Publish();
  TellCallers();
}

}  // namespace tidings::pipeline
