// Campaigns, and the communication log: one message for each person of the audience.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "crm/field_error.h"
#include "crm/page.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::rule {
class Rule;
}

namespace tidings::crm {

// What the marketer wrote. `subject`, `message` and `html` are templates (template.h).
struct Draft {
  std::string name;
  std::optional<Id> segment;  // where the rule came from; none for an inline rule
  std::string channel = "email";
  std::string subject, message, html;
};

// Where the work of a campaign goes: "pipeline/stage". Without a summarize stage leave it empty.
struct CampaignQueues {
  std::string deliver;
  std::string summarize;
};

// What is wrong with a draft: a bad name, an unknown channel, no text, a line break in the subject,
// a placeholder that nobody knows ("/message: message:1:4: unknown placeholder …").
std::vector<FieldError> CheckDraft(const Draft& draft);

// `errors`, `first_error` and `warnings` are those of Matched (audience.h).
struct Ticket {
  Id id;
  int64_t audience = 0;
  std::string intent;
  int64_t errors = 0;
  std::string first_error;
  std::vector<std::string> warnings;
};

// The messages of one chunk: as many as make one statement cheap, and one lease worth its commit.
inline constexpr int kChunkSize = 5000;

struct MessageQuery {
  std::optional<std::string> cursor;
  int limit = kDefaultLimit;
  std::string status;  // "", "pending", "sent", "delivered" or "failed"
};

// Thread-safe. As JSON a campaign is {id, name, segment_id, language, rule, channel, subject,
// message, html, intent, status, audience, pending, sent, delivered, failed, delivery_rate,
// summary, summarized_by, created_at, launched_at, completed_at, seconds, errors, first_error,
// warnings}. `pending` has no final
// answer yet (audience - delivered - failed); `sent` was taken by a vendor; `delivery_rate` is
// delivered / (delivered + failed), 0 before the first.
class CampaignStore {
 public:
  CampaignStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

  // Checks the draft, and writes campaign, messages (n = 1 … audience in the order in which the
  // customers lie on disk) and chunks in one transaction. `now` is the rule's clock reading. A
  // campaign without audience is completed at once. kInvalidArgument says all that CheckDraft says.
  Result<Ticket> Launch(const Draft& draft, const rule::Rule& rule, Time now,
                        const CampaignQueues& queues, const std::string& intent);

  Status SetIntent(const Id& id, const std::string& intent);
  Result<Json> Get(const Id& id);                                          // kNotFound
  Result<Page> List(const std::optional<std::string>& cursor, int limit);  // newest first
  // In the order of n, each {id, n, customer_id, name, email, phone, status, reason, done_at}.
  // kNotFound where there is no such campaign.
  Result<Page> Messages(const Id& campaign, const MessageQuery& query);

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

}  // namespace tidings::crm
