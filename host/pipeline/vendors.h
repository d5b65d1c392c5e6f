// Vendors, and when one of them may be given messages: breaker, rate, messages in flight.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/report.h"

namespace tidings::pipeline {

struct BreakerOptions {
  int failures = 5;  // in a row, until it opens
  // How long it stays open before one batch may try again; doubled each time that fails.
  Duration pause = std::chrono::seconds(2), longest = std::chrono::minutes(1);
};

// Keeps calls away from a vendor that fails. Not thread-safe.
class Breaker {
 public:
  Breaker(const Clock& clock, BreakerOptions options) : clock_(clock), options_(options) {}

  enum class State { kClosed, kOpen, kHalfOpen };  // half-open: one batch may try
  State state() const;
  // Whether a batch may go now. In the half-open state the first to ask gets the trial.
  bool Begin();
  void Succeeded();
  void Failed();

 private:
  const Clock& clock_;
  const BreakerOptions options_;
  int failures_ = 0;    // in a row
  bool open_ = false;   // until a trial succeeds
  bool trial_ = false;  // is under way
  Duration pause_{};
  Time open_until_{};
};

// Lets `rate` messages a second through, and a tenth of a second's worth at once. Not thread-safe.
class TokenBucket {
 public:
  TokenBucket(const Clock& clock, std::optional<double> rate);

  // How many of `wanted` may go now. Fewer than wanted only in portions worth a batch; 0: later.
  size_t Take(size_t wanted);
  void GiveBack(size_t count);

 private:
  void Refill();

  const Clock& clock_;
  const std::optional<double> rate_;
  double tokens_ = 0;
  Time filled_at_{};
};

struct VendorOptions {
  std::string name;
  std::optional<double> rate;  // messages a second; none = no limit
  int in_flight = 0;           // messages handed over and not yet answered; 0 = no limit
  BreakerOptions breaker;
  // Hands a batch over; `done` is called once, from any thread.
  std::function<void(const Batch& batch, std::function<void(Result<Outcome>)> done)> submit;
  std::function<std::string()> runner;  // "deliver_simulated 1.0.0"
};

// What a vendor answers when asked for room.
struct Admission {
  size_t messages = 0;  // that may go now; already counted as in flight
  bool away = false;    // none, because its breaker is open
};

// The vendors of one stage in the order in which they are tried, shared by its lanes. Thread-safe.
class Vendors {
 public:
  Vendors(const Clock& clock, std::vector<VendorOptions> options);

  size_t size() const { return entries_.size(); }
  const VendorOptions& at(size_t vendor) const { return entries_[vendor]->options; }
  std::vector<std::string> names() const;
  std::optional<size_t> Find(const std::string& name) const;

  // Room for up to `wanted` messages. What is admitted must be submitted and then settled.
  Admission Admit(size_t vendor, size_t wanted);
  // `result` of a batch of `messages`: counts, and tells the breaker.
  void Settle(size_t vendor, size_t messages, const Result<Outcome>& result);

  bool AllAway();  // every breaker is open: no use in leasing more work
  std::vector<VendorStatus> Status();

 private:
  struct Entry {
    Entry(const Clock& clock, VendorOptions vendor)
        : options(std::move(vendor)),
          breaker(clock, options.breaker),
          bucket(clock, options.rate) {}
    const VendorOptions options;
    std::mutex mutex;
    // Guarded by mutex.
    Breaker breaker;
    TokenBucket bucket;
    int64_t in_flight = 0;
    VendorStatus counts;
  };

  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace tidings::pipeline
