// Times of a rule made definite by `now`, the same way for SQL and for evaluation.
#pragma once

#include <optional>

#include "rule/tree.h"

namespace tidings::rule {

// A comparison with times, as bounds on the field: `from` inclusive where `from_inclusive`, and so
// on. No bound means that that side is open.
struct Bounds {
  std::optional<Time> from;
  bool from_inclusive = true;
  std::optional<Time> to;
  bool to_inclusive = true;

  bool Contain(Time time) const;
};

// The bounds that a comparison of a time field has under `now`. A whole day counts as all of its
// moments: "after" it begins with the next. Not for kIn (each constant is a kEqual) and kIsNull.
Bounds BoundsOf(Op op, const std::vector<Constant>& constants, Time now);

}  // namespace tidings::rule
