#include "crm/cross_check.h"

#include <atomic>
#include <chrono>
#include <map>
#include <set>

#include <fmt/core.h>

#include "base/log.h"
#include "crm/sql.h"
#include "pg/connection.h"
#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

std::atomic<int64_t> disagreements = 0;

// 300 pages of the table, or all of a small one, thinned out. Where `c` is drawn from.
constexpr const char kSample[] = R"((
  select * from customers tablesample system (
           least(100, 100.0 * 300 / greatest(1, pg_relation_size('customers')
                                                / current_setting('block_size')::int)))
   order by random() limit 1000) c)";

// What a side says of each customer of the sample.
using Answers = std::map<Id, std::string>;

Result<Answers> AskScript(pg::Connection& connection, rule::Matcher& matcher) {
  auto select = fmt::format("select {} from {}", matcher.Columns(), kSample);
  TRY_ASSIGN(auto rows, connection.Execute(select));
  Answers answers;
  for (int i = 0; i < rows.size(); ++i) {
    auto errors = matcher.report().errors;
    bool belongs = matcher.Match(rows, i);
    bool failed = matcher.report().errors > errors;
    answers[rows.Uuid(i, 0)] = failed ? "fails" : belongs ? "belongs" : "does not belong";
  }
  return answers;
}

Result<Answers> AskScript(pg::Connection& connection, const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now, rule::Fields::kNamed));
  TRY_ASSIGN(auto answers, AskScript(connection, *matcher));
  if (!matcher->WantedMore()) return answers;
  TRY_ASSIGN(matcher, rule.NewMatcher(now, rule::Fields::kAll));
  return AskScript(connection, *matcher);
}

std::string ArrayOf(const Answers& sample) {
  std::string array;
  for (const auto& [id, answer] : sample) array += (array.empty() ? "{" : ",") + id.ToString();
  return array.empty() ? "{}" : array + "}";
}

// Which customers of the sample are among these.
Result<std::set<Id>> Among(pg::Connection& connection, const std::optional<rule::Ways>& ways,
                           const std::string& sample) {
  std::set<Id> ids;
  if (!ways) return ids;
  rule::Sql sql = ways->each;
  sql.params.push_back(sample);
  sql.where = fmt::format("({}) and c.id = any (${}::uuid[])", sql.where, sql.params.size());
  TRY_ASSIGN(auto rows, connection.Execute(sql.Select("c.id"), ParamsOf(sql)));
  for (int i = 0; i < rows.size(); ++i) ids.insert(rows.Uuid(i, 0));
  return ids;
}

// Of those about whom the script has to be asked, SQL says nothing.
Result<std::optional<Disagreement>> Compare(pg::Connection& connection,
                                            const rule::Pushdown& pushdown,
                                            const Answers& by_script) {
  auto sample = ArrayOf(by_script);
  TRY_ASSIGN(auto chosen, Among(connection, pushdown.chosen, sample));
  TRY_ASSIGN(auto asked, Among(connection, pushdown.asked, sample));
  TRY_ASSIGN(auto failed, Among(connection, pushdown.failed, sample));
  for (const auto& [id, script] : by_script) {
    std::string sql = failed.contains(id)   ? "fails"
                      : chosen.contains(id) ? "belongs"
                                            : "does not belong";
    if (!asked.contains(id) && sql != script) return Disagreement{id, sql, script};
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
  TRY_ASSIGN(auto snapshot, pg::Transaction::Begin(connection, pg::Isolation::kRepeatableRead));
  TRY_ASSIGN(auto by_script, AskScript(connection, rule, now));
  TRY_ASSIGN(auto found, Compare(connection, rule.PushDown(now), by_script));
  TRY(snapshot.Commit());
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  log::Debug("segments", "put {} customers to SQL and to the script of “{}” in {:.1f} ms",
             by_script.size(), rule.name(), took.count());
  return found;
}

void ReportDisagreement(const std::string& message) {
  ++disagreements;
  log::Failure("segments", "{}", message);
}

int64_t DisagreementCount() { return disagreements; }

}  // namespace tidings::crm
