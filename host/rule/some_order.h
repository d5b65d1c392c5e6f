// "Some order has this, or some order has that" is "some order has this or that": one look instead
// of two.
#pragma once

#include <vector>

#include "rule/tree.h"

namespace tidings::rule {

// In an `any`, the nodes that say "some order has" become one; in an `all`, those that say "no
// order has".
void MergeSomeOrders(std::vector<Node>& nodes, bool any);

}  // namespace tidings::rule
