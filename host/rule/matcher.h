// Both kinds of Matcher: a script, and a tree evaluated in memory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lua/script.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

// `reads`: whether a field of lua::CustomerRow() is to be read.
std::unique_ptr<Matcher> NewScriptMatcher(std::unique_ptr<lua::Script> script,
                                          const std::function<bool(const std::string&)>& reads);
std::unique_ptr<Matcher> NewTreeMatcher(Node tree, Time now);

}  // namespace tidings::rule
