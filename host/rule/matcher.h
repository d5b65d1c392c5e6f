// Both kinds of Matcher: a script, and a tree evaluated in memory.
#pragma once

#include <memory>

#include "lua/script.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

std::unique_ptr<Matcher> NewScriptMatcher(std::unique_ptr<lua::Script> script);
std::unique_ptr<Matcher> NewTreeMatcher(Node tree, Time now);

}  // namespace tidings::rule
