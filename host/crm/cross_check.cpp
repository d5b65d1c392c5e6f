#include "crm/cross_check.h"

#include <atomic>
#include <chrono>

#include <fmt/core.h>

#include "base/log.h"
#include "crm/sql.h"
#include "pg/connection.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

std::atomic<int64_t> disagreements = 0;

// 300 pages of the table, or all of a small one, thinned out.
constexpr const char kSample[] = R"(
  select {}, {} from (
    select * from customers tablesample system (
             least(100, 100.0 * 300 / greatest(1, pg_relation_size('customers')
                                                  / current_setting('block_size')::int)))
     order by random() limit 1000) c)";

const char* BySql(const pg::Rows& rows, int row) {
  int chosen = rows.columns() - 3, failed = rows.columns() - 1;
  return rows.Bool(row, failed) ? "fails" : rows.Bool(row, chosen) ? "belongs" : "does not belong";
}

const char* ByScript(const pg::Rows& rows, int row, rule::Matcher& matcher) {
  std::vector<std::optional<std::string_view>> columns;
  for (int c = 0; c + 3 < rows.columns(); ++c) columns.push_back(rows.OptText(row, c));
  auto errors = matcher.report().errors;
  bool belongs = matcher.Match(columns);
  return matcher.report().errors > errors ? "fails" : belongs ? "belongs" : "does not belong";
}

std::optional<Disagreement> FirstDisagreement(const pg::Rows& rows, rule::Matcher& matcher) {
  int asked = rows.columns() - 2;
  for (int i = 0; i < rows.size(); ++i) {
    if (rows.Bool(i, asked)) continue;
    std::string sql = BySql(rows, i), script = ByScript(rows, i, matcher);
    if (sql != script) return Disagreement{rows.Uuid(i, 0), sql, script};
  }
  return std::nullopt;
}

}  // namespace

std::string Disagreement::Describe(const std::string& rule) const {
  return fmt::format(
      "PostgreSQL and the script of “{}” disagree: customer {} {} by SQL and {} by the script; the "
      "script has decided about all customers. This is a fault of Tidings: please report it, with "
      "the rule",
      rule, customer.ToString(), sql, script);
}

Result<std::optional<Disagreement>> CrossCheck(pg::Connection& connection, const rule::Rule& rule,
                                               Time now) {
  if (rule.language() != "lua") return std::nullopt;
  auto start = std::chrono::steady_clock::now();
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now));
  auto verdicts = rule.PushDown(now).verdicts;
  auto select = fmt::format(kSample, matcher->Columns(), verdicts.where);
  TRY_ASSIGN(auto rows, connection.Execute(select, ParamsOf(verdicts)));
  auto found = FirstDisagreement(rows, *matcher);
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  log::Debug("segments", "put {} customers to SQL and to the script of “{}” in {:.1f} ms",
             rows.size(), rule.name(), took.count());
  return found;
}

void ReportDisagreement(const std::string& message) {
  ++disagreements;
  log::Failure("segments", "{}", message);
}

int64_t DisagreementCount() { return disagreements; }

}  // namespace tidings::crm
