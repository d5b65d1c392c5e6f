// Which of two ways to ask for the same customers PostgreSQL's planner thinks the quicker.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "rule/rule.h"

namespace tidings::pg {
class Connection;
}

namespace tidings::crm {

struct Choice {
  rule::Sql sql;
  int64_t rows = 0;  // about how many customers, by the planner's statistics
};

// Takes a millisecond or two; reads no row.
Result<Choice> Quickest(pg::Connection& connection, const rule::Ways& ways);

}  // namespace tidings::crm
