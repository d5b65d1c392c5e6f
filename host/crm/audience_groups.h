// An audience in a few words: how many of it there are in each city and band of spending.
#pragma once

#include "base/json.h"
#include "base/result.h"

namespace tidings::pg {
class Connection;
}
namespace tidings::rule {
struct Sql;
}

namespace tidings::crm {

// [{"by": "spend" | "city", "label": "over 10,000" | "Pune", "audience": n}, ...] over the
// customers for whom `chosen` holds: every band that has anybody, least spending first, then the
// five cities that have most. A customer without a city is in the city "unknown".
Result<Json> AudienceGroups(pg::Connection& connection, const rule::Sql& chosen);

}  // namespace tidings::crm
