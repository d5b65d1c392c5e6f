#include "rule/moment.h"

#include "rule/mutation.h"

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

}  // namespace

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
    case Op::kGreater: return IsBroken(Mutation::kDayBeginsAfterIt) ? from_first : after;
    case Op::kGreaterEqual: return from_first;
    case Op::kBetween: {
      Span last = SpanOf(constants.back(), now);
      return {.from = span.first, .to = last.end, .to_inclusive = !last.whole_day};
    }
    default: return {.from = span.first, .to = span.end, .to_inclusive = !span.whole_day};
  }
}

}  // namespace tidings::rule
