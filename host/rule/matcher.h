// Both kinds of Matcher: a script, and a tree evaluated in memory.
#pragma once

#include <memory>

#include "lua/script.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

// `uses_orders`: whether the script may look at c.orders, so that they have to be read.
std::unique_ptr<Matcher> NewScriptMatcher(std::unique_ptr<lua::Script> script, bool uses_orders);
std::unique_ptr<Matcher> NewTreeMatcher(Node tree, Time now);

}  // namespace tidings::rule
