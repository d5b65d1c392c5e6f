#include "crm/facts.h"

#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

double RateOf(int64_t delivered, int64_t failed) {
  if (delivered + failed == 0) return 0;
  auto rate = static_cast<double>(delivered) / static_cast<double>(delivered + failed);
  return std::round(rate * 1e4) / 1e4;
}

// The rule in English; its name where it is a script, which says it better than any paraphrase.
std::string RuleText(std::string_view language, std::string_view source) {
  auto rule = rule::Rule::Parse(language, std::string(source), {}, {});
  return rule ? rule->ToEnglish() : "customers chosen by a script";
}

Json GroupJson(const pg::Rows& rows, int row) {
  int64_t delivered = rows.Int(row, 3), failed = rows.Int(row, 4);
  return {{"by", rows.Text(row, 0)},    {"label", rows.Text(row, 1)},
          {"audience", rows.Int(row, 2)}, {"delivered", delivered},
          {"failed", failed},           {"rate", RateOf(delivered, failed)}};
}

}  // namespace

constexpr const char kCampaign[] = R"(
  select name, language, rule, channel, intent, audience, sent, delivered, failed,
         extract(epoch from coalesce(completed_at, now()) - coalesce(launched_at, created_at)),
         subject, message
  from campaigns where id = $1::uuid)";
static Result<Json> CampaignFacts(pg::Connection& connection, const Id& campaign) {
  TRY_ASSIGN(auto rows, connection.Execute(kCampaign, pg::Params().Uuid(campaign)));
  if (rows.empty()) {
    return Fail(Code::kNotFound, "no campaign has the id " + campaign.ToString());
  }
  int64_t audience = rows.Int(0, 5), delivered = rows.Int(0, 7), failed = rows.Int(0, 8);
  double seconds = std::round(rows.Real(0, 9) * 1e3) / 1e3;
  return Json{{"campaign_id", campaign.ToString()},
              {"name", rows.Text(0, 0)},
              {"rule", RuleText(rows.Text(0, 1), rows.Text(0, 2))},
              {"channel", rows.Text(0, 3)},
              {"intent", rows.Text(0, 4)},
              {"subject", rows.Text(0, 10)},
              {"message", rows.Text(0, 11)},
              {"audience", audience},
              {"sent", rows.Int(0, 6)},
              {"delivered", delivered},
              {"failed", failed},
              {"pending", audience - delivered - failed},
              {"delivery_rate", RateOf(delivered, failed)},
              {"duration_seconds", seconds},
              {"messages_per_second",
               seconds > 0 ? std::round(static_cast<double>(audience) / seconds) : 0.0}};
}

constexpr const char kReasons[] = R"(
  select coalesce(reason, ''), count(*) from messages
  where campaign_id = $1::uuid and status = 3 group by 1 order by 2 desc, 1 limit 20)";
static Result<Json> Reasons(pg::Connection& connection, const Id& campaign) {
  TRY_ASSIGN(auto rows, connection.Execute(kReasons, pg::Params().Uuid(campaign)));
  Json reasons = Json::array();
  for (int row = 0; row < rows.size(); ++row) {
    reasons.push_back({{"reason", rows.Text(row, 0)}, {"count", rows.Int(row, 1)}});
  }
  return reasons;
}

// One pass over the log; each message falls into one band of spend, one city, and one band of visits.
constexpr const char kGroups[] = R"(
  with outcome as materialized (
    select m.status, c.city,
           case when c.total_spend > 10000 then 1 when c.total_spend > 5000 then 2
                when c.total_spend > 1000 then 3 else 4 end as spend,
           case when c.visit >= 10 then 1 when c.visit >= 3 then 2 else 3 end as visits
      from messages m join customers c on c.id = m.customer_id
     where m.campaign_id = $1::uuid),
  spend as (
    select 1 as dimension, spend as place, 'spend' as by,
           (array['over 10,000', '5,000 to 10,000', '1,000 to 5,000', 'up to 1,000'])[spend] as label,
           count(*) as audience, count(*) filter (where status = 2) as delivered,
           count(*) filter (where status = 3) as failed
      from outcome group by spend),
  city as (
    select 2, row_number() over (order by count(*) desc, city), 'city', city, count(*),
           count(*) filter (where status = 2), count(*) filter (where status = 3)
      from outcome where city <> '' group by city order by count(*) desc, city limit 5),
  visits as (
    select 3, visits, 'visits', (array['10 or more', '3 to 9', 'under 3'])[visits], count(*),
           count(*) filter (where status = 2), count(*) filter (where status = 3)
      from outcome group by visits)
  select by, label, audience, delivered, failed
    from (select * from spend union all select * from city union all select * from visits) g
   order by dimension, place)";
static Result<Json> Groups(pg::Connection& connection, const Id& campaign) {
  TRY_ASSIGN(auto rows, connection.Execute(kGroups, pg::Params().Uuid(campaign)));
  Json groups = Json::array();
  for (int row = 0; row < rows.size(); ++row) groups.push_back(GroupJson(rows, row));
  return groups;
}

Result<Json> FactsStore::Facts(const Id& campaign) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(Json facts, CampaignFacts(*lease, campaign));
  TRY_ASSIGN(facts["reasons"], Reasons(*lease, campaign));
  TRY_ASSIGN(facts["groups"], Groups(*lease, campaign));
  return facts;
}

Result<bool> FactsStore::SaveSummary(const Id& campaign, const std::string& text,
                                     const std::string& by) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto transaction, pg::Transaction::Begin(*lease));
  TRY_ASSIGN(bool saved, SaveSummary(transaction, campaign, text, by));
  TRY(transaction.Commit());
  return saved;
}

constexpr const char kSave[] = R"(
  update campaigns set summary = $2, summarized_by = $3 where id = $1::uuid and summary is null)";
Result<bool> FactsStore::SaveSummary(pg::Transaction& transaction, const Id& campaign,
                                     const std::string& text, const std::string& by) {
  auto params = pg::Params().Uuid(campaign).Text(text).Text(by);
  TRY_ASSIGN(auto rows, transaction.Execute(kSave, params));
  return rows.affected() == 1;
}

}  // namespace tidings::crm
