// Comparisons of one number or time with constants, as the interval of values that fulfil them.
#pragma once

#include "rule/tree.h"

namespace tidings::rule {

// Whether every value that fulfils `test` (or does not, where it is negated) fulfils `other`
// likewise. Both are comparisons of the same number or time. False where that cannot be told.
bool IntervalImplies(const Comparison& test, bool negated, const Comparison& other,
                     bool other_negated);

}  // namespace tidings::rule
