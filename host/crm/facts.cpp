#include "crm/facts.h"

#include <algorithm>

#include <fmt/core.h>

#include "crm/bands.h"
#include "crm/campaign_json.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr int kMostReasons = 10;

// What the script requires may have gone since the campaign was launched.
std::string InEnglish(const std::string& language, const std::string& source,
                      const std::filesystem::path& lib, Time now) {
  auto rule = rule::Rule::Parse(language, source, lib, {});
  return rule ? rule->ToEnglish(now) : "customers chosen by a script";
}

constexpr const char kReasons[] = R"(
  select coalesce(nullif(reason, ''), 'unknown'), count(*) from messages
   where campaign_id = $1 and status = 3
   group by 1 order by 2 desc, 1 limit 10)";
static_assert(kMostReasons == 10);
Result<Json> ReasonsOf(pg::Connection& connection, const Id& campaign) {
  TRY_ASSIGN(auto rows, connection.Execute(kReasons, pg::Params().Uuid(campaign)));
  Json reasons = Json::array();
  for (int i = 0; i < rows.size(); ++i) {
    reasons.push_back({{"reason", rows.Text(i, 0)}, {"count", rows.Int(i, 1)}});
  }
  return reasons;
}

// One pass over the log for all three groupings; which one a row is of, says its first column.
std::string GroupsSql() {
  return fmt::format(R"(
  select grouping(spend, city, visits), spend, city, visits, count(*),
         count(*) filter (where status = 2), count(*) filter (where status = 3)
    from (select m.status, c.city, {} as spend, {} as visits
            from messages m join customers c on c.id = m.customer_id
           where m.campaign_id = $1) g
   group by grouping sets ((spend), (city), (visits))
   order by 1, spend, visits, count(*) desc, city)",
                     kSpendBands.sql, kVisitBands.sql);
}
constexpr int kBySpend = 0b011, kByCity = 0b101, kByVisits = 0b110;

Json GroupOf(const pg::Rows& rows, int row, const char* by, std::string_view label) {
  int64_t delivered = rows.Int(row, 5), failed = rows.Int(row, 6);
  return {{"by", by},
          {"label", label},
          {"audience", rows.Int(row, 4)},
          {"delivered", delivered},
          {"failed", failed},
          {"rate", DeliveryRate(delivered, failed)}};
}

Result<Json> GroupsOf(pg::Connection& connection, const Id& campaign) {
  static const std::string kGroups = GroupsSql();
  TRY_ASSIGN(auto rows, connection.Execute(kGroups, pg::Params().Uuid(campaign)));
  Json groups = Json::array();
  int cities = 0;
  for (int i = 0; i < rows.size(); ++i) {
    switch (rows.Int(i, 0)) {
      case kBySpend:
        groups.push_back(GroupOf(rows, i, "spend", kSpendBands.labels[rows.Int(i, 1)]));
        break;
      case kByVisits:
        groups.push_back(GroupOf(rows, i, "visits", kVisitBands.labels[rows.Int(i, 3)]));
        break;
      default:
        if (cities++ >= kMostCities) break;
        auto city = rows.Text(i, 2);
        groups.push_back(GroupOf(rows, i, "city", city.empty() ? "unknown" : city));
    }
  }
  return groups;
}
static_assert(kBySpend < kByCity && kByCity < kByVisits);

}  // namespace

Result<Json> FactsStore::Facts(const Id& campaign) {
  static const std::string kGet =
      fmt::format("select {}, c.rule_now from campaigns c where c.id = $1", kCampaignColumns);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kGet, pg::Params().Uuid(campaign)));
  if (rows.empty()) return Fail(Code::kNotFound, "no campaign has the id " + campaign.ToString());
  Json json = CampaignJson(rows, 0), facts;
  for (const char* key : {"name", "channel", "intent", "audience", "sent", "delivered", "failed",
                          "pending", "subject", "message", "delivery_rate"}) {
    facts[key] = json[key];
  }
  facts["campaign_id"] = json["id"];
  facts["duration_seconds"] = json["seconds"];
  facts["rule"] = InEnglish(json["language"], std::string(rows.Text(0, 4)), lib_,
                            rows.Timestamp(0, rows.columns() - 1));
  double seconds = json["seconds"].is_null() ? 0 : json["seconds"].get<double>();
  double done = json["delivered"].get<double>() + json["failed"].get<double>();
  facts["messages_per_second"] = seconds > 0 ? done / seconds : 0.0;
  TRY_ASSIGN(facts["reasons"], ReasonsOf(*lease, campaign));
  TRY_ASSIGN(facts["groups"], GroupsOf(*lease, campaign));
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

constexpr const char kSave[] =
    "update campaigns set summary = $2, summarized_by = $3 where id = $1 and summary is null";
Result<bool> FactsStore::SaveSummary(pg::Transaction& transaction, const Id& campaign,
                                     const std::string& text, const std::string& by) {
  TRY_ASSIGN(
      auto rows,
      transaction.Execute(
          kSave, pg::Params().Uuid(campaign).Text(pg::Storable(text)).Text(pg::Storable(by))));
  return rows.affected() == 1;
}

}  // namespace tidings::crm
