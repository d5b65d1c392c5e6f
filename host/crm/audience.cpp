#include "crm/audience.h"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "crm/audience_groups.h"
#include "crm/customer_json.h"
#include "crm/quickest.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr int kSample = 10;

Json SampleOf(const pg::Rows& rows) {
  Json sample = Json::array();
  for (int i = 0; i < rows.size(); ++i) sample.push_back(CustomerJson(rows, i));
  return sample;
}

Result<Preview> BySql(pg::Connection& connection, const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto sql, ChosenBySql(connection, rule, now));
  auto sample = sql.Select(kCustomerColumns) + fmt::format(" limit {}", kSample);
  Preview preview;
  TRY_ASSIGN(auto counted, connection.Execute(sql.Select("count(*)"), ParamsOf(sql)));
  TRY_ASSIGN(auto rows, connection.Execute(sample, ParamsOf(sql)));
  TRY_ASSIGN(preview.groups, AudienceGroups(connection, sql));
  TRY_ASSIGN(auto errors, FindErrors(connection, rule, now));
  preview.count = counted.Int(0, 0);
  preview.sample = SampleOf(rows);
  preview.errors = errors.errors;
  preview.first_error = errors.first_error;
  return preview;
}

rule::Sql Among(const std::vector<Id>& ids) {
  std::string array = "{";
  for (const Id& id : ids) array += (array.size() > 1 ? "," : "") + id.ToString();
  return {"customers c", "c.id = any ($1::uuid[])", {array + "}"}};
}

Result<Preview> ByMatching(pg::Connection& connection, const rule::Rule& rule, Time now) {
  static const std::string kByIds = fmt::format(
      "select {} from customers c where c.id = any ($1::uuid[]) order by c.id", kCustomerColumns);
  TRY_ASSIGN(auto matched, MatchAll(connection, rule, now));
  auto sampled = std::span(matched.ids).first(std::min<size_t>(kSample, matched.ids.size()));
  TRY_ASSIGN(auto rows, connection.Execute(kByIds, pg::Params().UuidArray(sampled)));
  Preview preview;
  TRY_ASSIGN(preview.groups, AudienceGroups(connection, Among(matched.ids)));
  preview.count = static_cast<int64_t>(matched.ids.size());
  preview.sample = SampleOf(rows);
  preview.errors = matched.errors;
  preview.first_error = matched.first_error;
  return preview;
}

Status AddChosen(pg::Connection& connection, const rule::Ways& ways, Matched& matched) {
  TRY_ASSIGN(auto choice, Quickest(connection, ways));
  return connection.Stream(choice.sql.Select("c.id"), ParamsOf(choice.sql),
                           [&](const pg::Rows& rows) -> Status {
                             matched.ids.push_back(rows.Uuid(0, 0));
                             return {};
                           });
}

// Asks the script about each of these customers; notes who belongs, and the errors.
Status Ask(pg::Connection& connection, const rule::Sql& sql, rule::Matcher& matcher,
           Matched& matched) {
  TRY(connection.Stream(sql.Select(matcher.Columns()), ParamsOf(sql),
                        [&](const pg::Rows& rows) -> Status {
                          if (matcher.Match(rows, 0)) matched.ids.push_back(rows.Uuid(0, 0));
                          return {};
                        }));
  matched.errors += matcher.report().errors;
  if (matched.first_error.empty()) matched.first_error = matcher.report().first_error;
  return {};
}

Status AddAsked(pg::Connection& connection, const rule::Rule& rule, Time now,
                const rule::Ways& ways, Matched& matched) {
  TRY_ASSIGN(auto choice, Quickest(connection, ways));
  for (auto fields : {rule::Fields::kNamed, rule::Fields::kAll}) {
    Matched asked;
    TRY_ASSIGN(auto matcher, rule.NewMatcher(now, fields));
    TRY(Ask(connection, choice.sql, *matcher, asked));
    if (matcher->WantedMore()) continue;
    matched.ids.insert(matched.ids.end(), asked.ids.begin(), asked.ids.end());
    matched.errors += asked.errors;
    matched.first_error = asked.first_error;
    break;
  }
  return {};
}

// Counts the customers for whom the rule surely fails, and asks about one of them, to hear how.
Status AddFailed(pg::Connection& connection, const rule::Rule& rule, Time now,
                 const rule::Ways& ways, Matched& matched) {
  TRY_ASSIGN(auto choice, Quickest(connection, ways));
  TRY_ASSIGN(auto counted, connection.Execute(choice.sql.Select("count(*)"), ParamsOf(choice.sql)));
  int64_t errors = counted.Int(0, 0);
  matched.errors += errors;
  if (errors == 0 || !matched.first_error.empty()) return {};
  rule::Sql one = choice.sql;
  one.where += " limit 1";
  Matched heard;
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now, rule::Fields::kAll));
  TRY(Ask(connection, one, *matcher, heard));
  matched.first_error = heard.first_error;
  return {};
}

}  // namespace

Result<rule::Sql> ChosenBySql(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now);
  if (!pushdown.chosen) return rule::Sql{"customers c", "false", {}};
  TRY_ASSIGN(auto choice, Quickest(connection, *pushdown.chosen));
  return std::move(choice.sql);
}

Result<Matched> MatchAll(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now);
  Matched matched;
  TRY_ASSIGN(auto snapshot, pg::Transaction::Begin(connection, pg::Isolation::kRepeatableRead));
  if (pushdown.chosen) TRY(AddChosen(connection, *pushdown.chosen, matched));
  if (pushdown.asked) TRY(AddAsked(connection, rule, now, *pushdown.asked, matched));
  if (pushdown.failed) TRY(AddFailed(connection, rule, now, *pushdown.failed, matched));
  TRY(snapshot.Commit());
  std::sort(matched.ids.begin(), matched.ids.end());
  return matched;
}

Result<Matched> FindErrors(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now);
  Matched errors;
  if (pushdown.failed) TRY(AddFailed(connection, rule, now, *pushdown.failed, errors));
  return errors;
}

Result<Preview> AudienceStore::PreviewOf(const rule::Rule& rule, Time now) {
  auto start = std::chrono::steady_clock::now();
  TRY_ASSIGN(auto lease, pool_.Acquire());
  bool wholly = !rule.PushDown(now).asked;
  TRY_ASSIGN(auto preview, wholly ? BySql(*lease, rule, now) : ByMatching(*lease, rule, now));
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  preview.milliseconds = took.count();
  return preview;
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
