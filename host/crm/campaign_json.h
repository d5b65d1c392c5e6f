// A campaign from the database as JSON.
#pragma once

#include "base/json.h"

namespace tidings::pg {
class Rows;
}

namespace tidings::crm {

// The select list over `campaigns c` that CampaignJson reads.
inline constexpr const char kCampaignColumns[] =
    "c.id, c.name, c.segment_id, c.language, c.rule, c.channel, c.subject, c.message, c.html, "
    "c.intent, c.status, c.audience, c.sent, c.delivered, c.failed, c.summary, c.summarized_by, "
    "c.created_at, c.launched_at, c.completed_at, "
    "extract(epoch from coalesce(c.completed_at, now()) - c.launched_at), "
    "c.errors, c.first_error, c.warnings";
Json CampaignJson(const pg::Rows& rows, int row);

// The authored text of a rule: a Lua rule as it is, a JSON rule as the tree that it says.
Json RuleJson(const std::string& language, std::string_view source);

// delivered / (delivered + failed) with four places; 0 before the first answer.
double DeliveryRate(int64_t delivered, int64_t failed);

}  // namespace tidings::crm
