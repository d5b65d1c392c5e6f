// The tree as canonical JSON, which json_frontend.h reads back to the same tree.
//
// Groups and comparisons of fields have react-querybuilder's shape. What that has no word for:
//   {"subject": VALUE, "operator": "<", "value": 5}         a comparison of another value
//   {"left": VALUE, "operator": "<", "right": VALUE}         two values of a customer
// where VALUE is
//   {"field": "city"}, {"lower": VALUE}, {"length": VALUE}, {"real": VALUE}, {"add": [VALUE,
//   VALUE]}
//   {"orders": "count" | "sum" | "min" | "max" | "first" | "last", "where": GROUP}
//   {"text": "x"}, {"number": 2.5}
// The reader takes a few shorter forms besides: `"orders": "avg"` as a VALUE, {"orders": "sum",
// "where": GROUP, "operator": ">", "value": 5} for a comparison of one, {"orders": "any" | "all",
// "where": GROUP}, and react-querybuilder's "valueSource": "field".
#pragma once

#include <string>

#include "base/json.h"
#include "rule/tree.h"

namespace tidings::rule {

OrderedJson WriteJson(const Node& node);

// The words of the functions of a Call ("lower", "add") and an Aggregate ("count", "first").
const char* NameOf(Call::Function function);
const char* NameOf(const Aggregate& aggregate);

}  // namespace tidings::rule
