#include "crm/audience.h"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "crm/asking.h"
#include "crm/audience_groups.h"
#include "crm/cross_check.h"
#include "crm/customer_json.h"
#include "crm/quickest.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr int kSample = 10;

using SteadyClock = std::chrono::steady_clock;

double MillisecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

Json SampleOf(const pg::Rows& rows) {
  Json sample = Json::array();
  for (int i = 0; i < rows.size(); ++i) sample.push_back(CustomerJson(rows, i));
  return sample;
}

Result<int64_t> Count(pg::Connection& connection, const rule::Sql& sql) {
  TRY_ASSIGN(auto rows, connection.Execute(sql.Select("count(*)"), ParamsOf(sql)));
  return rows.Int(0, 0);
}

Result<Preview> BySql(pg::Connection& connection, const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto sql, ChosenBySql(connection, rule, now));
  auto sample = sql.Select(kCustomerColumns) + fmt::format(" limit {}", kSample);
  Preview preview;
  TRY_ASSIGN(preview.count, Count(connection, sql));
  TRY_ASSIGN(auto rows, connection.Execute(sample, ParamsOf(sql)));
  TRY_ASSIGN(preview.groups, AudienceGroups(connection, sql));
  preview.sample = SampleOf(rows);
  return preview;
}

const rule::Sql kEverybody{"customers c", "true", {}};

// Those of `sql` who are among `ids`.
rule::Sql Among(std::span<const Id> ids, rule::Sql sql = kEverybody) {
  std::string array = "{";
  for (const Id& id : ids) array += (array.size() > 1 ? "," : "") + id.ToString();
  sql.params.push_back(array + "}");
  sql.where = fmt::format("({}) and c.id = any (${}::uuid[])", sql.where, sql.params.size());
  return sql;
}

rule::Pushdown Among(std::span<const Id> ids, rule::Pushdown pushdown) {
  for (auto* ways : {&pushdown.chosen, &pushdown.asked, &pushdown.failed}) {
    if (!*ways) continue;
    auto& [each, grouped] = **ways;
    each = Among(ids, std::move(each));
    if (grouped) grouped = Among(ids, std::move(*grouped));
  }
  return pushdown;
}

Result<Preview> ByIds(pg::Connection& connection, const std::vector<Id>& ids) {
  static const std::string kByIds = fmt::format(
      "select {} from customers c where c.id = any ($1::uuid[]) order by c.id", kCustomerColumns);
  auto sampled = std::span(ids).first(std::min<size_t>(kSample, ids.size()));
  TRY_ASSIGN(auto rows, connection.Execute(kByIds, pg::Params().UuidArray(sampled)));
  Preview preview;
  TRY_ASSIGN(preview.groups, AudienceGroups(connection, Among(ids)));
  preview.count = static_cast<int64_t>(ids.size());
  preview.sample = SampleOf(rows);
  return preview;
}

// All that is read in it is as of one moment.
Result<pg::Transaction> SnapshotOf(pg::Connection& connection) {
  return pg::Transaction::Begin(connection, pg::Isolation::kRepeatableRead);
}

Status AddChosen(pg::Transaction& snapshot, const rule::Ways& ways, Matched& matched) {
  auto& connection = snapshot.connection();
  TRY_ASSIGN(auto choice, Quickest(connection, ways));
  return connection.Stream(choice.sql.Select("c.id"), ParamsOf(choice.sql),
                           [&](const pg::Rows& rows) -> Status {
                             matched.ids.push_back(rows.Uuid(0, 0));
                             return {};
                           });
}

// The error that is told is that of the lowest id.
void Add(Asked asked, Matched& matched) {
  Asked all{std::move(matched.ids), matched.errors, std::move(matched.first_error)};
  all.Add(std::move(asked));
  matched.ids = std::move(all.ids);
  matched.errors = all.errors;
  matched.first_error = std::move(all.first_error);
}

// Counts the customers for whom the rule surely fails, and asks about the first, to hear how.
Status AddFailed(pg::Transaction& snapshot, const rule::Rule& rule, Time now,
                 const rule::Ways& ways, Matched& matched) {
  TRY_ASSIGN(auto choice, Quickest(snapshot.connection(), ways));
  auto select = choice.sql.Select("count(*), min(c.id::text)");
  TRY_ASSIGN(auto counted, snapshot.Execute(select, ParamsOf(choice.sql)));
  if (counted.Int(0, 0) == 0) return {};
  rule::Sql first{"customers c", "c.id = $1::uuid", {std::string(counted.Text(0, 1))}};
  TRY_ASSIGN(auto heard, AskScript(snapshot, rule, now, first));
  Add({{}, counted.Int(0, 0), heard.first_error}, matched);
  return {};
}

// For whom a rule that SQL says wholly fails.
Result<Matched> FindErrors(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now);
  Matched found{.by_sql = true};
  if (!pushdown.failed) return found;
  TRY_ASSIGN(auto snapshot, SnapshotOf(connection));
  TRY(AddFailed(snapshot, rule, now, *pushdown.failed, found));
  TRY(snapshot.Commit());
  return found;
}

// Chooses by SQL, and asks the script about those for whom SQL cannot say.
Result<Matched> Match(pg::Connection& connection, const rule::Rule& rule, Time now,
                      const rule::Pushdown& pushdown) {
  Matched matched;
  TRY_ASSIGN(auto snapshot, SnapshotOf(connection));
  if (pushdown.chosen) TRY(AddChosen(snapshot, *pushdown.chosen, matched));
  if (pushdown.asked) {
    TRY_ASSIGN(auto choice, Quickest(connection, *pushdown.asked));
    TRY_ASSIGN(auto asked, AskScript(snapshot, rule, now, choice.sql));
    Add(std::move(asked), matched);
  }
  if (pushdown.failed) TRY(AddFailed(snapshot, rule, now, *pushdown.failed, matched));
  TRY(snapshot.Commit());
  std::sort(matched.ids.begin(), matched.ids.end());
  return matched;
}

// What the script says of all of `customers`, whatever SQL says: for a rule of which the two say
// different things.
Result<Matched> MatchByScript(pg::Connection& connection, const rule::Rule& rule, Time now,
                              const rule::Sql& customers, const Disagreement& disagreement) {
  auto warning = disagreement.Describe(rule.name());
  ReportDisagreement(warning);
  Matched matched;
  TRY_ASSIGN(auto snapshot, SnapshotOf(connection));
  TRY_ASSIGN(auto asked, AskScript(snapshot, rule, now, customers));
  TRY(snapshot.Commit());
  Add(std::move(asked), matched);
  std::sort(matched.ids.begin(), matched.ids.end());
  matched.warnings.push_back(std::move(warning));
  return matched;
}

}  // namespace

Result<Matched> FindAudience(pg::Connection& connection, const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto disagreement, CrossCheck(connection, rule, now));
  if (disagreement) return MatchByScript(connection, rule, now, kEverybody, *disagreement);
  bool by_sql = !rule.PushDown(now).asked;
  return by_sql ? FindErrors(connection, rule, now) : MatchAll(connection, rule, now);
}

Result<Matched> FindAmong(pg::Connection& connection, const rule::Rule& rule, Time now,
                          std::span<const Id> customers) {
  TRY_ASSIGN(auto disagreement, CrossCheck(connection, rule, now));
  if (disagreement) {
    return MatchByScript(connection, rule, now, Among(customers), *disagreement);
  }
  return Match(connection, rule, now, Among(customers, rule.PushDown(now)));
}

Result<rule::Sql> ChosenBySql(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now);
  if (!pushdown.chosen) return rule::Sql{"customers c", "false", {}};
  TRY_ASSIGN(auto choice, Quickest(connection, *pushdown.chosen));
  return std::move(choice.sql);
}

Result<Matched> MatchAll(pg::Connection& connection, const rule::Rule& rule, Time now) {
  return Match(connection, rule, now, rule.PushDown(now));
}

Result<Preview> AudienceStore::PreviewOf(const rule::Rule& rule, Time now) {
  auto start = SteadyClock::now();
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto found, FindAudience(*lease, rule, now));
  TRY_ASSIGN(auto preview, found.by_sql ? BySql(*lease, rule, now) : ByIds(*lease, found.ids));
  preview.errors = found.errors;
  preview.first_error = std::move(found.first_error);
  preview.warnings = std::move(found.warnings);
  preview.milliseconds = MillisecondsSince(start);
  return preview;
}

Result<Counted> AudienceStore::CountOf(const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  auto start = SteadyClock::now();
  TRY_ASSIGN(auto found, FindAudience(*lease, rule, now));
  auto count = static_cast<int64_t>(found.ids.size());
  if (found.by_sql) {
    TRY_ASSIGN(auto sql, ChosenBySql(*lease, rule, now));
    start = SteadyClock::now();
    TRY_ASSIGN(count, Count(*lease, sql));
  }
  return Counted{count, MillisecondsSince(start), found.errors, std::move(found.first_error),
                 std::move(found.warnings)};
}

Result<int64_t> AudienceStore::EstimateOf(const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  int64_t rows = 0;
  for (const auto* ways : {&pushdown.chosen, &pushdown.asked}) {
    if (!ways->has_value()) continue;
    TRY_ASSIGN(auto choice, Quickest(*lease, **ways));
    rows += choice.rows;
  }
  return rows;
}

}  // namespace tidings::crm
