#include "crm/campaign_store.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "crm/audience.h"
#include "crm/campaign_json.h"
#include "crm/conditions.h"
#include "crm/contact.h"
#include "crm/sql.h"
#include "crm/template.h"
#include "pg/copy.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr size_t kLongestName = 200, kLongestSubject = 1000, kLongestMessage = size_t{256} << 10,
                 kLongestHtml = size_t{1} << 20;

const std::vector<std::string>& Channels() {
  static const std::vector<std::string> channels = {"email", "sms", "whatsapp"};
  return channels;
}

tl::unexpected<Error> NoCampaign(const Id& id) {
  return Fail(Code::kNotFound, "no campaign has the id " + id.ToString());
}

void CheckTemplate(const std::string& text, Part part, const std::string& part_name, size_t longest,
                   std::vector<FieldError>& errors) {
  if (text.size() > longest) {
    errors.push_back(
        {"/" + part_name, "",
         fmt::format("{} bytes are too long; shorten it to {}", text.size(), longest)});
    return;
  }
  auto parsed = Template::Parse(text, part, part_name);
  if (!parsed) errors.push_back({"/" + part_name, "", parsed.error().message});
}

void CheckLine(const std::string& text, const char* pointer, size_t longest,
               std::vector<FieldError>& errors) {
  auto line = CleanLine(text, longest);
  if (!line) errors.push_back({pointer, "", line.error()});
  if (text.find_first_of("\r\n") != text.npos) {
    errors.push_back({pointer, "", "this is one line; take the line breaks out"});
  }
}

// What both ways to find an audience write into.
struct NewCampaign {
  Id id;
  const Draft& draft;
  const rule::Rule& rule;
  Time now;
  const CampaignQueues& queues;
  const std::string& intent;
};

// Window functions number the rows as they come: in the order in which customers lie on disk.
Result<int64_t> InsertBySql(pg::Transaction& transaction, const NewCampaign& campaign) {
  TRY_ASSIGN(auto sql, ChosenBySql(transaction.connection(), campaign.rule, campaign.now));
  auto params = ParamsOf(sql);
  auto columns = fmt::format("${}::uuid, row_number() over (), c.id", sql.params.size() + 1);
  TRY_ASSIGN(auto rows, transaction.Execute("insert into messages (campaign_id, n, customer_id) " +
                                                sql.Select(columns),
                                            params.Uuid(campaign.id)));
  return rows.affected();
}

constexpr const char kCopyMessages[] =
    "copy messages (campaign_id, n, customer_id) from stdin (format binary)";
Result<int64_t> InsertIds(pg::Transaction& transaction, const Id& campaign,
                          std::span<const Id> customers) {
  TRY_ASSIGN(auto copy, transaction.connection().BeginCopyIn(kCopyMessages));
  int n = 0;
  for (const Id& customer : customers) {
    copy.Uuid(campaign);
    copy.Int(++n);
    copy.Uuid(customer);
    TRY(copy.EndRow());
  }
  return copy.Finish();
}

constexpr const char kInsertCampaign[] = R"(
  insert into campaigns (id, name, segment_id, language, rule, rule_now, channel, subject, message,
                         html, intent, deliver_queue, summarize_queue, audience, errors,
                         first_error, warnings, status, launched_at, completed_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
          case when $14::bigint = 0 then 'completed' else 'running' end,
          statement_timestamp(), case when $14::bigint = 0 then statement_timestamp() end))";
Status InsertCampaign(pg::Transaction& transaction, const NewCampaign& campaign,
                      const Ticket& ticket) {
  const auto& draft = campaign.draft;
  TRY(transaction.Execute(kInsertCampaign, pg::Params()
                                               .Uuid(campaign.id)
                                               .Text(Trim(draft.name))
                                               .OptUuid(draft.segment)
                                               .Text(campaign.rule.language())
                                               .Text(campaign.rule.source())
                                               .Timestamp(campaign.now)
                                               .Text(draft.channel)
                                               .Text(draft.subject)
                                               .Text(draft.message)
                                               .Text(draft.html)
                                               .Text(pg::Storable(campaign.intent))
                                               .Text(campaign.queues.deliver)
                                               .Text(campaign.queues.summarize)
                                               .Int(ticket.audience)
                                               .Int(ticket.errors)
                                               .Text(pg::Storable(ticket.first_error))
                                               .Text(pg::Storable(ToLine(ticket.warnings)))));
  return {};
}

Status AddWork(pg::Transaction& transaction, const NewCampaign& campaign, int64_t audience) {
  using queue::ChunkQueue;
  if (audience > 0) {
    return ChunkQueue::Add(transaction, campaign.id, campaign.queues.deliver,
                           static_cast<int>(audience), kChunkSize);
  }
  if (campaign.queues.summarize.empty()) return {};
  return ChunkQueue::Add(transaction, campaign.id, campaign.queues.summarize, 1, 1);
}

}  // namespace

std::vector<FieldError> CheckDraft(const Draft& draft) {
  std::vector<FieldError> errors;
  if (Trim(draft.name).empty()) errors.push_back({"/name", "", "a campaign needs a name; add one"});
  CheckLine(draft.name, "/name", kLongestName, errors);
  const auto& channels = Channels();
  if (std::find(channels.begin(), channels.end(), draft.channel) == channels.end()) {
    errors.push_back(
        {"/channel", draft.channel.substr(0, 60),
         "a channel is " + Join(channels, ", ") + DidYouMean(draft.channel, channels)});
  }
  if (Trim(draft.message).empty()) {
    errors.push_back({"/message", "", "a campaign needs a message; add one"});
  }
  CheckLine(draft.subject, "/subject", kLongestSubject, errors);
  CheckTemplate(draft.subject, Part::kLine, "subject", kLongestSubject, errors);
  CheckTemplate(draft.message, Part::kText, "message", kLongestMessage, errors);
  CheckTemplate(draft.html, Part::kHtml, "html", kLongestHtml, errors);
  return errors;
}

Result<Ticket> CampaignStore::Launch(const Draft& draft, const rule::Rule& rule, Time now,
                                     const CampaignQueues& queues, const std::string& intent) {
  auto errors = CheckDraft(draft);
  if (!errors.empty()) return Fail(Code::kInvalidArgument, Describe(errors));
  NewCampaign campaign{ids_.Next(), draft, rule, now, queues, intent};
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(Matched matched, FindAudience(*lease, rule, now));
  Ticket ticket{campaign.id, 0, intent, matched.errors, matched.first_error, matched.warnings};
  auto written = pg::InTransaction(*lease, [&](pg::Transaction& transaction) -> Status {
    TRY_ASSIGN(ticket.audience, matched.by_sql ? InsertBySql(transaction, campaign)
                                               : InsertIds(transaction, campaign.id, matched.ids));
    TRY(InsertCampaign(transaction, campaign, ticket));
    return AddWork(transaction, campaign, ticket.audience);
  });
  TRY(written);
  return ticket;
}

constexpr const char kSetIntent[] = "update campaigns set intent = $2 where id = $1";
Status CampaignStore::SetIntent(const Id& id, const std::string& intent) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows,
             lease->Execute(kSetIntent, pg::Params().Uuid(id).Text(pg::Storable(intent))));
  if (rows.affected() == 0) return NoCampaign(id);
  return {};
}

Result<Json> CampaignStore::Get(const Id& id) {
  static const std::string kGet =
      fmt::format("select {} from campaigns c where c.id = $1", kCampaignColumns);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kGet, pg::Params().Uuid(id)));
  if (rows.empty()) return NoCampaign(id);
  return CampaignJson(rows, 0);
}

Result<Page> CampaignStore::List(const std::optional<std::string>& cursor, int wanted) {
  TRY_ASSIGN(int limit, CheckedLimit(wanted));
  Conditions where;
  if (cursor) {
    TRY_ASSIGN(Id last, IdOfCursor(*cursor));
    where.Where("c.id < ?", [&](pg::Params& params) { params.Uuid(last); });
  }
  auto sql = fmt::format("select {} from campaigns c{} order by c.id desc limit {}",
                         kCampaignColumns, where.sql(), limit + 1);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(sql, where.params()));
  Page page;
  for (int i = 0; i < std::min(rows.size(), limit); ++i)
    page.items.push_back(CampaignJson(rows, i));
  if (rows.size() > limit) page.next = CursorOf(rows.Uuid(limit - 1, 0));
  return page;
}

}  // namespace tidings::crm
