// What a rule does in this database, for people to read.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::rule {
class Rule;
}

namespace tidings::crm {

// {"language", "english", "tree": [{"depth", "text"}, ...], "now",
//  "sql": {"chosen": {"from", "where", "params"}, "asked": ..., "failed": ...}, each null where
//  nobody is, "lines": {"sql": [n, ...], "lua": [{"line", "why"}, ...]},    of a Lua rule
//  "remarks": [{"line", "text", "customers": n or null}, ...],    of a Lua rule, as it has them
//  "estimate": n, "estimate_milliseconds", "audience": n, "milliseconds", "errors": n,
//  "first_error": text, "warnings": [text, ...],
//  "customer": null or {"id", "belongs", "error": null or text,
//                       "clauses": [{"depth", "text", "holds"}, ...]}}
//
// With `customer`, the rule is put to that one too. Fails with kNotFound where there is none.
Result<OrderedJson> Explain(pg::Pool& pool, const rule::Rule& rule, Time now,
                            const std::optional<Id>& customer);

}  // namespace tidings::crm
