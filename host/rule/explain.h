// The tree clause by clause, and why a customer is in or out.
#pragma once

#include <vector>

#include "base/clock.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

// What SQL says of a rule: these belong, and of those for whom `asked` holds (False() where there
// are none) whoever the script chooses.
struct Said {
  const Node& chosen;
  const Node& asked;
};

std::vector<Clause> ClausesOf(const Said& said);

// The same clauses, each with whether it holds for the row.
std::vector<ClauseResult> ExplainClauses(const Said& said, const lua::Row& row, Time now,
                                         bool script_says);

}  // namespace tidings::rule
