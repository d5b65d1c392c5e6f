#include "base/clock.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/core.h>

namespace tidings {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

class SystemClock : public Clock {
 public:
  Time Now() const override {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  }
};

// Takes digits and marks off the front of a text, one by one.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  bool Done() const { return rest_.empty(); }
  bool Peek(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool Take(char c) {
    if (!Peek(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool Digits(size_t count, int& value) {
    if (rest_.size() < count) return false;
    auto end = rest_.data() + count;
    auto [stop, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc() || stop != end || rest_.front() == '-') return false;
    rest_.remove_prefix(count);
    return true;
  }
  // ".5" is 500000 microseconds; digits past the sixth are dropped.
  bool Fraction(int& micros) {
    micros = 0;
    int scale = 100000;
    size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      micros += (rest_[count++] - '0') * scale;
      scale /= 10;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

 private:
  std::string_view rest_;
};

bool ReadDate(TimeReader& in, sys_days& date) {
  int year, month, day;
  if (!in.Digits(4, year) || !in.Take('-') || !in.Digits(2, month) || !in.Take('-') ||
      !in.Digits(2, day)) {
    return false;
  }
  auto ymd = std::chrono::year(year) / month / day;
  date = sys_days(ymd);
  return ymd.ok();
}

bool ReadTimeOfDay(TimeReader& in, Duration& time) {
  int hour, minute, second = 0, micros = 0;
  if (!in.Digits(2, hour) || !in.Take(':') || !in.Digits(2, minute)) return false;
  if (in.Take(':') && !in.Digits(2, second)) return false;
  if ((in.Take('.') || in.Take(',')) && !in.Fraction(micros)) return false;
  if (hour > 23 || minute > 59 || second > 60) return false;
  time = std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
         Duration(micros);
  return true;
}

bool ReadZone(TimeReader& in, Duration& offset) {
  offset = Duration(0);
  if (in.Done() || in.Take('Z') || in.Take('z')) return true;
  bool negative = in.Peek('-');
  if (!in.Take('-') && !in.Take('+')) return false;
  int hours, minutes = 0;
  if (!in.Digits(2, hours)) return false;
  in.Take(':');
  if (!in.Done() && !in.Digits(2, minutes)) return false;
  if (hours > 15 || minutes > 59) return false;
  offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (negative) offset = -offset;
  return true;
}

Time MonthsBefore(Time now, int count) {
  using namespace std::chrono;
  auto day = floor<days>(now);
  year_month_day date(day);
  auto month = year_month(date.year(), date.month()) - months(count);
  auto last = year_month_day_last(month.year(), month_day_last(month.month())).day();
  year_month_day moved(month.year(), month.month(), std::min(date.day(), last));
  return Time(sys_days(moved)) + (now - day);
}

}  // namespace

bool IsSpan(double count, TimeUnit unit) {
  constexpr double kAYear[] = {525'600, 8'760, 365, 52, 12, 1};
  bool whole = unit < TimeUnit::kMonths || count == std::floor(count);
  return whole && count >= 0 && count <= 200 * kAYear[static_cast<int>(unit)];
}

Time Before(Time now, double count, TimeUnit unit) {
  constexpr double kSeconds[] = {60, 3600, 86'400, 7 * 86'400};
  if (unit == TimeUnit::kMonths) return MonthsBefore(now, static_cast<int>(count));
  if (unit == TimeUnit::kYears) return MonthsBefore(now, 12 * static_cast<int>(count));
  return now - Duration(std::llround(count * kSeconds[static_cast<int>(unit)] * 1e6));
}

const Clock& Clock::System() {
  static const SystemClock clock;
  return clock;
}

std::string FormatTime(Time time) {
  auto date = std::chrono::floor<days>(time);
  std::chrono::year_month_day ymd(date);
  std::chrono::hh_mm_ss clock(time - date);
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(ymd.year()),
                          unsigned(ymd.month()), unsigned(ymd.day()), clock.hours().count(),
                          clock.minutes().count(), clock.seconds().count());
  if (auto micros = clock.subseconds().count()) {
    text += fmt::format(".{:06}", micros);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "Z";
}

Result<Time> ParseTime(std::string_view text) {
  TimeReader in(text);
  sys_days date;
  Duration time(0), offset(0);
  bool ok = ReadDate(in, date);
  if (ok && !in.Done()) {
    ok = (in.Take('T') || in.Take('t') || in.Take(' ')) && ReadTimeOfDay(in, time);
  }
  ok = ok && ReadZone(in, offset) && in.Done();
  if (!ok) {
    return Fail(
        Code::kInvalidArgument,
        fmt::format("'{}' is not a time; write it as 2026-03-01T09:30:00Z or 2026-03-01", text));
  }
  return Time(date) + time - offset;
}

Result<Duration> ParseDuration(std::string_view text) {
  double value = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string_view unit(stop, text.data() + text.size() - stop);
  double seconds = unit == "ms"                  ? 1e-3
                   : unit == "s" || unit.empty() ? 1
                   : unit == "m"                 ? 60
                   : unit == "h"                 ? 3600
                   : unit == "d"                 ? 86400
                                                 : -1;
  double micros = value * seconds * 1e6;
  if (error != std::errc() || seconds < 0 || !(micros >= 0) || micros > 9e18) {
    return Fail(Code::kInvalidArgument,
                fmt::format("'{}' is not a duration; write it as 250ms, 5s, 10m, 2h or 7d", text));
  }
  return Duration(std::llround(micros));
}

std::string FormatDuration(Duration duration) {
  double seconds = static_cast<double>(duration.count()) / 1e6;
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  auto whole = static_cast<int64_t>(seconds);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace tidings
