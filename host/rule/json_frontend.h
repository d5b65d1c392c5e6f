// Rule groups as JSON, in every dialect that is about, to the tree.
//
// Dialects are told apart by their shape, object by object, so that they may be mixed:
//   {"combinator": "and", "not": false, "rules": [...]}            react-querybuilder
//   {"combinator"-less "rules": [rule, "and", rule, "or", rule]}   its independent combinators
//   {"type": "group", "operator": "AND", "conditions": [...]}
//   {"logic" | "logicType" | "condition": "AND", "rules" | "conditions": [...]}
//   {"field" | "attribute": name, "operator" | "op": word, "value": ...}
//   {"$and": [...]}, {"totalSpent": {"$gt": 1000}, "city": "Pune"}  Mongo filters
// Operators are words or signs in any spelling ("notEquals", "not_equals", "!=", "$ne"). Times are
// ISO 8601, or relative: {"daysAgo": 90}, also minutes, hours, weeks, months and years.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rule/tree.h"

namespace tidings::rule {

// Fails with kInvalidArgument. The message has one line for each mistake (ten at most):
// "/rules/0/field: unknown field `citty`; did you mean `city`?".
Result<Node> ParseJsonRule(std::string_view text);

}  // namespace tidings::rule
