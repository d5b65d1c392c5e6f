// Comparisons of one number or time with constants, as the interval of values that fulfil them.
#pragma once

#include "rule/tree.h"

namespace tidings::rule {

// Whether every value that fulfils `test` fulfils `other`: both comparisons (perhaps negated) of
// the same number or time with constants. False where that cannot be told.
bool IntervalImplies(const Node& test, const Node& other);

}  // namespace tidings::rule
