#include "rule/interval.h"

#include <compare>
#include <optional>

#include "rule/fields.h"

namespace tidings::rule {
namespace {

// From `low` to `high`; a missing end is open for ever. The ends are those of a test that stays.
struct Interval {
  const Constant *low = nullptr, *high = nullptr;
  bool low_within = true, high_within = true;
};

double SecondsOf(const Ago& ago) {
  constexpr double kSeconds[] = {60, 3600, 86'400, 604'800};
  return ago.count * kSeconds[static_cast<int>(ago.unit)];
}

// Nothing where only `now` could tell.
std::optional<std::strong_ordering> Order(const Constant& left, const Constant& right) {
  if (left.index() != right.index()) return std::nullopt;
  if (auto* number = std::get_if<Decimal>(&left)) return *number <=> std::get<Decimal>(right);
  if (auto* time = std::get_if<Time>(&left)) return *time <=> std::get<Time>(right);
  auto* ago = std::get_if<Ago>(&left);
  if (ago == nullptr) return std::nullopt;
  const Ago& other = std::get<Ago>(right);
  bool fixed = ago->unit <= Ago::Unit::kWeeks && other.unit <= Ago::Unit::kWeeks;
  if (!fixed) return std::nullopt;
  double a = SecondsOf(*ago), b = SecondsOf(other);
  return a > b   ? std::strong_ordering::less
         : a < b ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

bool CanBeNil(const Expr& subject) {
  if (auto* field = std::get_if<Field>(&subject.part)) return Info(field->column).nullable;
  auto* aggregate = std::get_if<Aggregate>(&subject.part);
  if (aggregate == nullptr) return true;
  return aggregate->function == Aggregate::Function::kLeast ||
         aggregate->function == Aggregate::Function::kMost;
}

bool IsMeasured(const Expr& subject) {
  Type type = subject.type();
  return type == Type::kNumber || type == Type::kInteger || type == Type::kTime;
}

std::optional<Interval> IntervalOf(const Comparison& comparison, bool negated) {
  if (comparison.constants.empty()) return std::nullopt;
  const Constant* first = &comparison.constants.front();
  switch (comparison.op) {
    case Op::kEqual:
      if (negated) return std::nullopt;
      return Interval{first, first};
    case Op::kBetween:
      if (negated) return std::nullopt;
      return Interval{first, &comparison.constants.back()};
    case Op::kLess:
    case Op::kLessEqual: {
      bool within = comparison.op == Op::kLessEqual;
      if (negated) return Interval{.low = first, .low_within = !within};
      return Interval{.high = first, .high_within = within};
    }
    case Op::kGreater:
    case Op::kGreaterEqual: {
      bool within = comparison.op == Op::kGreaterEqual;
      if (negated) return Interval{.high = first, .high_within = !within};
      return Interval{.low = first, .low_within = within};
    }
    default: return std::nullopt;
  }
}

// Whether what is below or at `inner` (it within or not) is below or at `outer`.
bool EndFits(const Constant* inner, bool inner_within, const Constant* outer, bool outer_within,
             bool high) {
  if (!outer) return true;
  if (!inner) return false;
  auto order = Order(*inner, *outer);
  if (!order) return false;
  if (*order == 0) return outer_within || !inner_within;
  return high ? *order < 0 : *order > 0;
}

bool IsWithin(const Interval& inner, const Interval& outer) {
  return EndFits(inner.low, inner.low_within, outer.low, outer.low_within, false) &&
         EndFits(inner.high, inner.high_within, outer.high, outer.high_within, true);
}

// Whether `left` ends before `right` begins.
bool EndsBefore(const Interval& left, const Interval& right) {
  if (!left.high || !right.low) return false;
  auto order = Order(*left.high, *right.low);
  if (!order) return false;
  return *order < 0 || (*order == 0 && !(left.high_within && right.low_within));
}

}  // namespace

// A day is no moment: its comparisons are left alone (Order knows nothing of it). A negated test of
// something that may be nil says nothing of a value.
bool IntervalImplies(const Comparison& test, bool negated, const Comparison& other,
                     bool other_negated) {
  if (!IsMeasured(test.subject) || (negated && CanBeNil(test.subject))) return false;
  auto inner = IntervalOf(test, negated);
  auto outer = IntervalOf(other, false);
  if (!inner || !outer) return false;
  if (!other_negated) return IsWithin(*inner, *outer);
  return EndsBefore(*inner, *outer) || EndsBefore(*outer, *inner);
}

}  // namespace tidings::rule
