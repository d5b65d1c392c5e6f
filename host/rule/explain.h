// Why a customer is in or out.
#pragma once

#include <string>
#include <vector>

#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

// Each clause of the tree with what it comes to for this customer; a group comes before its
// members.
std::vector<ClauseResult> ExplainClauses(const Node& node, const lua::Row& row, Time now);

}  // namespace tidings::rule
