#include "pipeline/dispatcher_core.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/log.h"

namespace tidings::pipeline {
namespace {

constexpr size_t kSmall = 100;  // items of a batch that may be lined up behind another

// Whether what a worker sent fits the batch: no index that points beside it.
bool Fits(const Outcome& outcome, size_t items) {
  auto inside = [items](const auto& list) {
    return std::all_of(list.begin(), list.end(), [&](const auto& r) { return r.item < items; });
  };
  return outcome.verdicts.size() == items && inside(outcome.records) && inside(outcome.refusals) &&
         inside(outcome.receipts) && inside(outcome.texts);
}

int64_t CountFailed(const Outcome& outcome) {
  return std::count_if(outcome.verdicts.begin(), outcome.verdicts.end(),
                       [](const Verdict& v) {
                         return v.code == VerdictCode::kRetry || v.code == VerdictCode::kReject;
                       }) +
         static_cast<int64_t>(outcome.refusals.size());
}

}  // namespace

void Dispatcher::Core::Serve() {
  while (RunCommands()) {
    ReceiveAll();
    Expire();
    Assign();
    Publish();
    TellCallers();
    if (auto waited = poller_.Wait(NextWait()); !waited) {
      log::Failure(options_.name, "the dispatcher ends: {}", waited.error().message);
      break;
    }
  }
  FailEverything();
}

bool Dispatcher::Core::RunCommands() {
  std::vector<std::function<void()>> commands;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    commands.swap(commands_);
  }
  for (auto& command : commands) command();
  return true;
}

void Dispatcher::Core::ReceiveAll() {
  for (;;) {
    auto frames = socket_.Receive();
    if (!frames || !*frames) return;
    if ((*frames)->size() < 2) continue;
    std::string name((**frames)[0].bytes());
    OnMessage(name, std::move(**frames));
  }
}

void Dispatcher::Core::OnMessage(const std::string& name, bus::Frames frames) {
  auto header = DecodeHeader(frames[1].bytes());
  if (!header) {
    log::Warning(options_.name, "worker {} sent what is no message: {}", name,
                 header.error().message);
    return;
  }
  if (header->kind == WireKind::kReady) OnReady(name, *header);
  auto peer = peers_.find(name);
  if (peer != peers_.end()) peer->second.heard = Steady::now();
  if (header->kind == WireKind::kVerdict) OnVerdict(name, *header, frames);
  if (header->kind == WireKind::kBye) {
    if (peer != peers_.end()) peer->second.draining = true;  // it ends of its own will
    Lose(name, "ended");
    Send(name, nullptr, {.kind = WireKind::kBye});
  }
}

void Dispatcher::Core::OnReady(const std::string& name, const WireHeader& header) {
  Lose(name, "started again");
  if (header.failed) {
    status_.load_error = status_.last_error = header.error.message;
    return;
  }
  Peer peer;
  peer.credit = options_.repeatable ? std::max(header.credit, 1u) : 1;
  peer.heard = peer.sent = Steady::now();
  peers_.emplace(name, std::move(peer));
  ++status_.readies;
  status_.load_error.clear();
  status_.runner = header.runner + " " + header.version;
}

void Dispatcher::Core::OnVerdict(const std::string& name, const WireHeader& header,
                                 bus::Frames& frames) {
  auto peer = peers_.find(name);
  auto job = jobs_.find(header.batch);
  if (peer == peers_.end() || job == jobs_.end() || job->second.peer != name) return;
  Unassign(peer->second, header.batch);
  peer->second.late_since.reset();
  peer->second.reported = false;
  status_.busy += header.took;
  Job done = std::move(job->second);
  jobs_.erase(job);
  Settle(done, header, frames);
}

void Dispatcher::Core::Settle(Job& job, const WireHeader& header, bus::Frames& frames) {
  Result<Outcome> result = Fail(header.error);
  if (!header.failed) {
    result = frames.size() == 3 ? DecodeOutcome(frames[2].bytes())
                                : Fail(Code::kInvalidArgument, "the outcome is missing");
    if (!result || !Fits(*result, job.items)) {
      result = Fail(Code::kInternal, "the worker's answer does not fit its batch");
    }
  }
  Answer(job, std::move(result));
}

// The caller hears of it once the state that Status() shows has caught up.
void Dispatcher::Core::Answer(Job& job, Result<Outcome> result) {
  if (!job.done) return;
  ++status_.batches;
  status_.outcomes += result.has_value();
  status_.items += static_cast<int64_t>(job.items);
  status_.failed_items += result ? CountFailed(*result) : static_cast<int64_t>(job.items);
  if (!result) status_.last_error = result.error().message;
  answers_.emplace_back(std::exchange(job.done, nullptr), std::move(result));
}

void Dispatcher::Core::TellCallers() {
  auto answers = std::exchange(answers_, {});
  for (auto& [done, result] : answers) done(std::move(result));
}

void Dispatcher::Core::Assign() {
  while (!waiting_.empty()) {
    uint64_t id = waiting_.front();
    std::string name;
    Peer* peer = FreePeer(jobs_.at(id).items <= kSmall, name);
    if (!peer) break;
    waiting_.pop_front();
    if (Give(name, *peer, id)) continue;
    waiting_.push_front(id);
    Lose(name, "cannot be reached");
  }
  if (!waiting_.empty() && options_.on_backlog) options_.on_backlog();
}

// The one with the fewest batches; of equals the first, so that the last ones may fall asleep.
Peer* Dispatcher::Core::FreePeer(bool small, std::string& name) {
  Peer* best = nullptr;
  for (auto& [candidate, peer] : peers_) {
    if (!peer.Takes(small) || (best && peer.assigned.size() >= best->assigned.size())) continue;
    best = &peer;
    name = candidate;
  }
  return best;
}

bool Dispatcher::Core::Give(const std::string& name, Peer& peer, uint64_t id) {
  Job& job = jobs_.at(id);
  WireHeader work{.kind = WireKind::kWork, .batch = id, .limit = job.limits.run};
  if (!Send(name, &peer, work, bus::Frame(std::string_view(job.body)))) return false;
  if (!options_.repeatable) job.body = {};
  job.peer = name;
  job.begun = peer.assigned.empty() ? Steady::now() : Steady::time_point();
  peer.assigned.push_back(id);
  return true;
}

void Dispatcher::Core::Unassign(Peer& peer, uint64_t id) {
  bool first = !peer.assigned.empty() && peer.assigned.front() == id;
  std::erase(peer.assigned, id);
  if (first && !peer.assigned.empty()) {
    if (auto next = jobs_.find(peer.assigned.front()); next != jobs_.end()) {
      next->second.begun = Steady::now();
    }
  }
}

bool Dispatcher::Core::Send(const std::string& name, Peer* peer, const WireHeader& header,
                            std::optional<bus::Frame> body) {
  auto frames = bus::MakeFrames(std::string_view(name), Encode(header));
  if (body) frames.push_back(std::move(*body));
  bool sent = socket_.Send(std::move(frames)).has_value();
  if (sent && peer) peer->sent = Steady::now();
  return sent;
}

void Dispatcher::Core::DrainOne() {
  for (auto it = peers_.rbegin(); it != peers_.rend(); ++it) {
    auto& [name, peer] = *it;
    if (peer.draining || !peer.assigned.empty()) continue;
    peer.draining = true;
    Send(name, &peer, {.kind = WireKind::kDrain});
    return;
  }
}

void Dispatcher::Core::DrainAll() {
  for (auto& [name, peer] : peers_) {
    if (peer.draining) continue;
    peer.draining = true;
    Send(name, &peer, {.kind = WireKind::kDrain});
  }
}

void Dispatcher::Core::Publish() {
  status_.workers = static_cast<int>(peers_.size());
  status_.idle = static_cast<int>(std::count_if(
      peers_.begin(), peers_.end(), [](const auto& p) { return p.second.assigned.empty(); }));
  status_.waiting = static_cast<int64_t>(waiting_.size());
  status_.in_flight = static_cast<int64_t>(jobs_.size() - waiting_.size());
  std::lock_guard lock(mutex_);
  published_ = status_;
}

}  // namespace tidings::pipeline
