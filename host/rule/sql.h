// The tree as a condition over `customers c`.
//
// Every constant is a parameter with its cast; what comes from a rule never becomes part of the
// text. Negation is pushed down to the comparisons: a positive one prints bare (NULL counts as
// false), the opposite of one that can be NULL prints "is not true".
#pragma once

#include "rule/orders_tables.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

Sql WriteSql(const Node& node, Time now, OrdersPlan plan);

// With `grouped` where the rule looks at orders.
Ways WriteWays(const Node& node, Time now);

}  // namespace tidings::rule
