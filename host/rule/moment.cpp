#include "rule/moment.h"

#include <cmath>

namespace tidings::rule {
namespace {

using std::chrono::days;

// The first moment of a constant, and the first after it. A moment has no length.
struct Span {
  Time first;
  Time end;
  bool whole_day;
};

Span SpanOf(const Constant& constant, Time now) {
  if (auto* day = std::get_if<Day>(&constant)) return {day->start, day->start + days(1), true};
  if (auto* ago = std::get_if<Ago>(&constant)) {
    Time time = ago->Before(now);
    return {time, time, false};
  }
  Time time = std::get<Time>(constant);
  return {time, time, false};
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

Time Ago::Before(Time now) const {
  constexpr double kSeconds[] = {60, 3600, 86'400, 7 * 86'400};
  if (unit == Unit::kMonths) return MonthsBefore(now, static_cast<int>(count));
  if (unit == Unit::kYears) return MonthsBefore(now, 12 * static_cast<int>(count));
  return now - Duration(std::llround(count * kSeconds[static_cast<int>(unit)] * 1e6));
}

bool Bounds::Contain(Time time) const {
  if (from && (from_inclusive ? time < *from : time <= *from)) return false;
  return !(to && (to_inclusive ? time > *to : time >= *to));
}

Bounds BoundsOf(Op op, const std::vector<Constant>& constants, Time now) {
  Span span = SpanOf(constants.front(), now);
  Bounds from_first{.from = span.first};
  Bounds to_first{.to = span.first, .to_inclusive = false};
  Bounds after{.from = span.end, .from_inclusive = span.whole_day};
  Bounds to_end{.to = span.end, .to_inclusive = !span.whole_day};
  switch (op) {
    case Op::kLess: return to_first;
    case Op::kLessEqual: return to_end;
    case Op::kGreater: return after;
    case Op::kGreaterEqual: return from_first;
    case Op::kBetween: {
      Span last = SpanOf(constants.back(), now);
      return {.from = span.first, .to = last.end, .to_inclusive = !last.whole_day};
    }
    default: return {.from = span.first, .to = span.end, .to_inclusive = !span.whole_day};
  }
}

}  // namespace tidings::rule
