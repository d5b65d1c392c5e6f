// A campaign, shown to people while it runs and when it is done.
#pragma once

#include <functional>
#include <string>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::pg {
class Pool;
}

namespace tidings::cli {

// Follows a campaign until it is completed and its summary is written (or, without a summarize
// stage, for `patience` after completion). Shows sent, delivered and failed with a rate unless
// `silent`. Fails with kTimeout where nothing has moved for `patience`.
Result<Json> WatchCampaign(pg::Pool& pool, const Id& id, bool silent, Duration patience);

// The figures as a small table, and the summary.
std::string DescribeCampaign(const Json& campaign);

// For how many the rule fails with one of them, and warnings: of a campaign or of the answer to its
// launch. "" where there is nothing to tell.
std::string DescribeRuleReport(const Json& report);

}  // namespace tidings::cli
