#include "crm/audience.h"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "crm/audience_groups.h"
#include "crm/cross_check.h"
#include "crm/customer_json.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

constexpr int kSample = 10, kPageSize = 20'000;

using SteadyClock = std::chrono::steady_clock;

double MillisecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - start).count();
}

// How many rows the planner expects.
Result<int64_t> Planned(pg::Connection& connection, const rule::Sql& condition) {
  auto explain = "explain (format json) select from customers c where " + condition.where;
  TRY_ASSIGN(auto rows, connection.Execute(explain, ParamsOf(condition)));
  TRY_ASSIGN(Json plans, ParseJson(rows.Text(0, 0)));
  return plans[0]["Plan"]["Plan Rows"].get<int64_t>();
}

Json SampleOf(const pg::Rows& rows) {
  Json sample = Json::array();
  for (int i = 0; i < rows.size(); ++i) sample.push_back(CustomerJson(rows, i));
  return sample;
}

Result<int64_t> CountBySql(pg::Connection& connection, const rule::Sql& sql) {
  auto count = fmt::format("select count(*) from customers c where {}", sql.where);
  TRY_ASSIGN(auto rows, connection.Execute(count, ParamsOf(sql)));
  return rows.Int(0, 0);
}

Result<Preview> BySql(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto sql = rule.ToSql(now);
  auto sample = fmt::format("select {} from customers c where {} limit {}", kCustomerColumns,
                            sql.where, kSample);
  Preview preview;
  TRY_ASSIGN(preview.count, CountBySql(connection, sql));
  TRY_ASSIGN(auto rows, connection.Execute(sample, ParamsOf(sql)));
  TRY_ASSIGN(preview.groups, AudienceGroups(connection, sql));
  preview.sample = SampleOf(rows);
  return preview;
}

rule::Sql Among(const std::vector<Id>& ids) {
  std::string array = "{";
  for (const Id& id : ids) array += (array.size() > 1 ? "," : "") + id.ToString();
  return {"c.id = any ($1::uuid[])", {array + "}"}};
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

// Asks the script about each of the rows that `select` reads, in the order of matcher.Columns().
Status Ask(pg::Connection& connection, const std::string& select, const pg::Params& params,
           rule::Matcher& matcher, std::vector<Id>& chosen) {
  TRY_ASSIGN(auto rows, connection.Execute(select, params));
  std::vector<std::optional<std::string_view>> columns(static_cast<size_t>(rows.columns()));
  for (int i = 0; i < rows.size(); ++i) {
    for (int c = 0; c < rows.columns(); ++c) columns[static_cast<size_t>(c)] = rows.OptText(i, c);
    if (matcher.Match(columns)) chosen.push_back(rows.Uuid(i, 0));
  }
  return {};
}

// One rule over all customers, page by page.
class Matching {
 public:
  Matching(pg::Connection& connection, rule::Matcher& matcher, const rule::Sql& verdicts)
      : connection_(connection),
        matcher_(matcher),
        page_(fmt::format("select id, chosen, asked from (select c.id, {} from customers c where "
                          "c.id > $1) v where chosen or asked or failed order by id limit {}",
                          verdicts.where, kPageSize)),
        ask_(fmt::format("select {} from customers c where c.id = any ($1::uuid[]) order by c.id",
                         matcher.Columns())),
        verdicts_(verdicts) {}

  Result<Matched> Run() {
    for (int size = kPageSize; size == kPageSize;) {
      pg::Params params;
      params.Uuid(last_);
      for (const auto& param : verdicts_.params) params.Text(param);
      TRY_ASSIGN(auto rows, connection_.Execute(page_, params));
      TRY(Read(rows));
      size = rows.size();
    }
    matched_.errors += matcher_.report().errors;
    matched_.first_error = matcher_.report().first_error;
    return std::move(matched_);
  }

 private:
  // Of the customers for whom the rule surely fails, the first one alone is asked about, to hear
  // the error.
  Status Read(const pg::Rows& rows) {
    std::vector<Id> asked;
    auto page = static_cast<std::ptrdiff_t>(matched_.ids.size());
    for (int i = 0; i < rows.size(); ++i) {
      last_ = rows.Uuid(i, 0);
      if (rows.Bool(i, 2) || (!rows.Bool(i, 1) && !heard_)) {
        heard_ = heard_ || !rows.Bool(i, 2);
        asked.push_back(last_);
      } else if (rows.Bool(i, 1)) {
        matched_.ids.push_back(last_);
      } else {
        ++matched_.errors;
      }
    }
    if (asked.empty()) return {};
    TRY(Ask(connection_, ask_, pg::Params().UuidArray(asked), matcher_, matched_.ids));
    std::sort(matched_.ids.begin() + page, matched_.ids.end());
    return {};
  }

  pg::Connection& connection_;
  rule::Matcher& matcher_;
  const std::string page_, ask_;
  const rule::Sql& verdicts_;
  Id last_;
  bool heard_ = false;
  Matched matched_;
};

// For whom a rule that SQL says wholly raises an error.
Result<Matched> FindErrors(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto failed = rule.PushDown(now).failed;
  Matched found{.by_sql = true};
  if (!failed) return found;
  auto count = fmt::format("select count(*), min(c.id::text)::uuid from customers c where {}",
                           failed->where);
  TRY_ASSIGN(auto rows, connection.Execute(count, ParamsOf(*failed)));
  found.errors = rows.Int(0, 0);
  if (found.errors == 0) return found;
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now));
  auto one = fmt::format("select {} from customers c where c.id = $1", matcher->Columns());
  TRY(Ask(connection, one, pg::Params().Uuid(rows.Uuid(0, 1)), *matcher, found.ids));
  found.ids.clear();
  found.first_error = matcher->report().first_error;
  return found;
}

// Asks the script about every customer.
Result<Matched> MatchEverybody(pg::Connection& connection, const rule::Rule& rule, Time now) {
  static const rule::Sql kAskAlways{"false as chosen, true as asked, false as failed", {}};
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now));
  return Matching(connection, *matcher, kAskAlways).Run();
}

}  // namespace

Result<Matched> FindAudience(pg::Connection& connection, const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto disagreement, CrossCheck(connection, rule, now));
  if (!disagreement) {
    bool by_sql = !rule.PushDown(now).asked;
    return by_sql ? FindErrors(connection, rule, now) : MatchAll(connection, rule, now);
  }
  auto warning = disagreement->Describe(rule.name());
  ReportDisagreement(warning);
  TRY_ASSIGN(auto matched, MatchEverybody(connection, rule, now));
  matched.warnings.push_back(std::move(warning));
  return matched;
}

Result<Matched> MatchAll(pg::Connection& connection, const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now, 2);  // $1 is where the page begins
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now));
  return Matching(connection, *matcher, pushdown.verdicts).Run();
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
    start = SteadyClock::now();
    TRY_ASSIGN(count, CountBySql(*lease, rule.ToSql(now)));
  }
  return Counted{count, MillisecondsSince(start), found.errors, std::move(found.first_error),
                 std::move(found.warnings)};
}

Result<int64_t> AudienceStore::EstimateOf(const rule::Rule& rule, Time now) {
  auto pushdown = rule.PushDown(now);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto estimate, Planned(*lease, pushdown.chosen));
  if (!pushdown.asked) return estimate;
  TRY_ASSIGN(auto asked, Planned(*lease, *pushdown.asked));
  return estimate + asked;
}

}  // namespace tidings::crm
