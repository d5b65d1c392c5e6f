// Time, passed in so that a test decides it.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidings {

// Microseconds since 1970-01-01T00:00:00Z, what PostgreSQL's timestamptz can hold.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

// Where the time comes from. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;

  static const Clock& System();  // the wall clock; lives for ever
};

// A clock that stands until it is moved. Thread-safe.
class FixedClock : public Clock {
 public:
  explicit FixedClock(Time now) : now_(now.time_since_epoch().count()) {}
  Time Now() const override { return Time(Duration(now_.load())); }
  void Set(Time now) { now_ = now.time_since_epoch().count(); }
  void Advance(Duration by) { now_ += by.count(); }

 private:
  std::atomic<int64_t> now_;
};

// "2026-03-01T09:30:00Z", with ".123456" only where the fraction is not zero. Always UTC.
std::string FormatTime(Time time);

// Reads ISO 8601: a date alone (midnight UTC), "T" or a space between, seconds and fraction
// optional, zone "Z", "+05:30", "+0530", "+05" or none (UTC). PostgreSQL's text form is one of
// these. Fails with kInvalidArgument, naming the text.
Result<Time> ParseTime(std::string_view text);

// Units of a span. Months and years follow the calendar (31 March less a month is the last of
// February); the rest are fixed lengths.
enum class TimeUnit { kMinutes, kHours, kDays, kWeeks, kMonths, kYears };

// Whether so many may lie before now: not negative, at most 200 years, whole months and years.
bool IsSpan(double count, TimeUnit unit);
// The moment that lies so many before `now`. They have to be a span.
Time Before(Time now, double count, TimeUnit unit);

// "250ms", "5s", "10m", "2h", "7d" and plain numbers of seconds ("1.5"); never negative.
Result<Duration> ParseDuration(std::string_view text);

// "850 ms", "12.3 s", "4 min 05 s", "2 h 03 min": for people.
std::string FormatDuration(Duration duration);

}  // namespace tidings
