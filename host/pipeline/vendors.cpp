#include "pipeline/vendors.h"

#include <algorithm>
#include <cmath>

namespace tidings::pipeline {
namespace {

constexpr double kBurst = 0.1;     // seconds' worth of tokens that may be saved up
constexpr double kPortion = 0.05;  // seconds' worth of tokens that are worth a batch of their own
constexpr size_t kTrial = 10;      // messages that a half-open breaker lets through

// Whether the vendor, as opposed to a message, is the trouble.
bool IsFailure(const Result<Outcome>& result) {
  if (!result) return result.error().code != Code::kInvalidArgument;
  const auto& verdicts = result->verdicts;
  return !verdicts.empty() && std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) {
    return v.code == VerdictCode::kRetry;
  });
}

const char* StateName(Breaker::State state) {
  switch (state) {
    case Breaker::State::kClosed: return "closed";
    case Breaker::State::kOpen: return "open";
    case Breaker::State::kHalfOpen: return "half-open";
  }
  return "";
}

}  // namespace

Breaker::State Breaker::state() const {
  if (!open_) return State::kClosed;
  return trial_ || clock_.Now() >= open_until_ ? State::kHalfOpen : State::kOpen;
}

bool Breaker::Begin() {
  if (!open_) return true;
  if (trial_ || state() == State::kOpen) return false;
  trial_ = true;
  return true;
}

void Breaker::Succeeded() {
  failures_ = 0;
  open_ = trial_ = false;
  pause_ = Duration();
}

void Breaker::Failed() {
  ++failures_;
  bool reopen = open_ && trial_;
  if (!reopen && (open_ || failures_ < options_.failures)) return;
  pause_ = reopen ? std::min(pause_ * 2, options_.longest) : options_.pause;
  open_ = true;
  trial_ = false;
  open_until_ = clock_.Now() + pause_;
}

TokenBucket::TokenBucket(const Clock& clock, std::optional<double> rate)
    : clock_(clock), rate_(rate), filled_at_(clock.Now()) {
  if (rate_) tokens_ = std::max(1.0, *rate_ * kBurst);
}

void TokenBucket::Refill() {
  Time now = clock_.Now();
  double seconds = std::chrono::duration<double>(now - filled_at_).count();
  filled_at_ = now;
  tokens_ = std::min(tokens_ + std::max(seconds, 0.0) * *rate_, std::max(1.0, *rate_ * kBurst));
}

size_t TokenBucket::Take(size_t wanted) {
  if (!rate_) return wanted;
  Refill();
  double worthwhile = std::max(1.0, std::min(static_cast<double>(wanted), *rate_ * kPortion));
  if (tokens_ < worthwhile) return 0;
  auto granted = std::min(wanted, static_cast<size_t>(tokens_));
  tokens_ -= static_cast<double>(granted);
  return granted;
}

void TokenBucket::GiveBack(size_t count) { tokens_ += static_cast<double>(count); }

Vendors::Vendors(const Clock& clock, std::vector<VendorOptions> options) {
  for (auto& vendor : options)
    entries_.push_back(std::make_unique<Entry>(clock, std::move(vendor)));
}

std::vector<std::string> Vendors::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry->options.name);
  return names;
}

std::optional<size_t> Vendors::Find(const std::string& name) const {
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i]->options.name == name) return i;
  }
  return std::nullopt;
}

Admission Vendors::Admit(size_t vendor, size_t wanted) {
  Entry& entry = *entries_[vendor];
  std::lock_guard lock(entry.mutex);
  auto state = entry.breaker.state();
  if (state == Breaker::State::kOpen) return {0, true};
  if (state == Breaker::State::kHalfOpen) wanted = std::min(wanted, kTrial);
  if (entry.options.in_flight > 0) {
    int64_t room = std::max<int64_t>(entry.options.in_flight - entry.in_flight, 0);
    wanted = std::min(wanted, static_cast<size_t>(room));
  }
  if (wanted == 0) return {};
  size_t granted = entry.bucket.Take(wanted);
  if (granted > 0 && !entry.breaker.Begin()) {  // another lane has the trial
    entry.bucket.GiveBack(granted);
    return {0, true};
  }
  entry.in_flight += static_cast<int64_t>(granted);
  return {granted, false};
}

void Vendors::Settle(size_t vendor, size_t messages, const Result<Outcome>& result) {
  Entry& entry = *entries_[vendor];
  std::lock_guard lock(entry.mutex);
  entry.in_flight -= static_cast<int64_t>(messages);
  bool failure = IsFailure(result);
  entry.counts.failures += failure;
  if (failure) {
    entry.breaker.Failed();
  } else {
    entry.breaker.Succeeded();
  }
  if (!result) return;
  for (const Verdict& verdict : result->verdicts) {
    entry.counts.accepted += verdict.code == VerdictCode::kAccept;
    entry.counts.retried += verdict.code == VerdictCode::kRetry;
    entry.counts.rejected +=
        verdict.code == VerdictCode::kReject || verdict.code == VerdictCode::kDrop;
  }
}

bool Vendors::AllAway() {
  return std::all_of(entries_.begin(), entries_.end(), [](const auto& entry) {
    std::lock_guard lock(entry->mutex);
    return entry->breaker.state() == Breaker::State::kOpen;
  });
}

std::vector<VendorStatus> Vendors::Status() {
  std::vector<VendorStatus> all;
  for (auto& entry : entries_) {
    std::lock_guard lock(entry->mutex);
    VendorStatus status = entry->counts;
    status.name = entry->options.name;
    status.breaker = StateName(entry->breaker.state());
    status.in_flight = entry->in_flight;
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace tidings::pipeline
