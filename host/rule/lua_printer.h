// The tree as the condition of a Lua rule, which lua_frontend.h reads back to the same tree.
#pragma once

#include <string>

#include "base/result.h"
#include "rule/tree.h"

namespace tidings::rule {

// An expression over `c`: "c.total_spend > 5000 and c.city == \"Pune\"". It never raises an error.
// Fails with kInvalidArgument on the few things that Lua has no words for: calendar months and
// years before now, and an attribute that is an empty list or object.
Result<std::string> WriteLua(const Node& node);

}  // namespace tidings::rule
