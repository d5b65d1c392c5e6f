// What one test says of another one about the same customer.
#pragma once

#include "rule/tree.h"

namespace tidings::rule {

// A test, and whether its opposite is meant: without a copy of it.
struct Literal {
  const Node& test;
  bool negated;
};

inline Literal Itself(const Node& test) { return {test, test.negated}; }
inline Literal Opposite(const Node& test) { return {test, !test.negated}; }

// Whether `other` surely holds where `literal` does: `visit > 5` implies `visit > 3`, a count of
// orders over 0 that there is a first one. May say no where it does.
bool Implies(const Literal& literal, const Literal& other);

}  // namespace tidings::rule
