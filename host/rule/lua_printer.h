// The tree as the condition of a Lua rule, which lua_frontend.h reads back to the same tree.
#pragma once

#include <string>

#include "base/result.h"
#include "rule/tree.h"

namespace tidings::rule {

// An expression over `c`: "c.total_spend > 5000 and c.city == \"Pune\"". It never raises an error.
//
// It is read back as Simplified(node) (logic.h), which is the node itself where logic.h made it. In
// a tree that only JSON can make, these come back as others with the same meaning: numbers between
// or beyond what the field can be (`visit > 2.5`), comparisons that are always or never true, `in`
// of one value or none, tags in their order, `in` and `between` of days and moments at once,
// patterns that are plain text, what is calculated from one field (as a bound on the field) or from
// none, and `isNil` of what cannot be nil or is calculated.
//
// Fails with kInvalidArgument on what Lua's numbers cannot hold to the last digit: amounts beyond
// 2^53 ten-thousandths, numbers of more digits than a double, times before 1684 or after 2255.
Result<std::string> WriteLua(const Node& node);

}  // namespace tidings::rule
