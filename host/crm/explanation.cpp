#include "crm/explanation.h"

#include <chrono>

#include <fmt/core.h>

#include "crm/audience.h"
#include "crm/quickest.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

// One part of a rule, as it is asked for; null where there is no such part.
Result<OrderedJson> SqlJson(pg::Connection& connection, const std::optional<rule::Ways>& ways) {
  if (!ways) return OrderedJson(nullptr);
  TRY_ASSIGN(auto choice, Quickest(connection, *ways));
  const auto& [from, where, params] = choice.sql;
  return OrderedJson{{"from", from}, {"where", where}, {"params", params}};
}

Result<OrderedJson> SqlJson(pg::Pool& pool, const rule::Pushdown& pushdown) {
  TRY_ASSIGN(auto lease, pool.Acquire());
  OrderedJson json;
  TRY_ASSIGN(json["chosen"], SqlJson(*lease, pushdown.chosen));
  TRY_ASSIGN(json["asked"], SqlJson(*lease, pushdown.asked));
  TRY_ASSIGN(json["failed"], SqlJson(*lease, pushdown.failed));
  return json;
}

OrderedJson LinesJson(const rule::Rule& rule) {
  OrderedJson lua = OrderedJson::array();
  for (const auto& [line, why] : rule.InLua()) lua.push_back({{"line", line}, {"why", why}});
  return {{"sql", rule.InSql()}, {"lua", std::move(lua)}};
}

// How many customers a remark concerns; null where it is not about customers.
Result<OrderedJson> ConcernedJson(pg::Connection& connection, const rule::Remark& remark) {
  if (!remark.customers) return OrderedJson(nullptr);
  TRY_ASSIGN(auto choice, Quickest(connection, *remark.customers));
  TRY_ASSIGN(auto rows, connection.Execute(choice.sql.Select("count(*)"), ParamsOf(choice.sql)));
  return OrderedJson(rows.Int(0, 0));
}

Result<OrderedJson> RemarksJson(pg::Pool& pool, const rule::Rule& rule, Time now) {
  TRY_ASSIGN(auto lease, pool.Acquire());
  OrderedJson json = OrderedJson::array();
  for (const auto& remark : rule.Remarks(now)) {
    TRY_ASSIGN(auto customers, ConcernedJson(*lease, remark));
    json.push_back({{"line", remark.line}, {"text", remark.text}, {"customers", customers}});
  }
  return json;
}

OrderedJson TreeJson(const std::vector<rule::Clause>& clauses) {
  OrderedJson json = OrderedJson::array();
  for (const auto& [depth, text] : clauses) json.push_back({{"depth", depth}, {"text", text}});
  return json;
}

OrderedJson ClausesJson(const std::vector<rule::ClauseResult>& clauses) {
  OrderedJson json = OrderedJson::array();
  for (const auto& [depth, text, holds] : clauses) {
    json.push_back({{"depth", depth}, {"text", text}, {"holds", holds}});
  }
  return json;
}

Result<OrderedJson> CustomerJson(pg::Pool& pool, const rule::Rule& rule, Time now, const Id& id) {
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now, rule::Fields::kAll));
  TRY_ASSIGN(auto lease, pool.Acquire());
  auto select = fmt::format("select {} from customers c where c.id = $1", matcher->Columns());
  TRY_ASSIGN(auto rows, lease->Execute(select, pg::Params().Uuid(id)));
  if (rows.empty()) return Fail(Code::kNotFound, "no customer has the id " + id.ToString());
  bool belongs = matcher->Match(rows, 0);
  const auto& report = matcher->report();
  return OrderedJson{
      {"id", id.ToString()},
      {"belongs", belongs},
      {"error", report.errors ? OrderedJson(report.first_error) : OrderedJson(nullptr)},
      {"clauses", ClausesJson(rule.Explain(matcher->row(), now))}};
}

Status AddCounts(AudienceStore& audiences, const rule::Rule& rule, Time now, OrderedJson& json) {
  auto start = std::chrono::steady_clock::now();
  TRY_ASSIGN(json["estimate"], audiences.EstimateOf(rule, now));
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  json["estimate_milliseconds"] = took.count();
  TRY_ASSIGN(auto counted, audiences.CountOf(rule, now));
  json["audience"] = counted.count;
  json["milliseconds"] = counted.milliseconds;
  json["errors"] = counted.errors;
  json["first_error"] = counted.first_error;
  json["warnings"] = counted.warnings;
  return {};
}

}  // namespace

Result<OrderedJson> Explain(pg::Pool& pool, const rule::Rule& rule, Time now,
                            const std::optional<Id>& customer) {
  TRY_ASSIGN(auto sql, SqlJson(pool, rule.PushDown(now)));
  OrderedJson json = {{"language", rule.language()},
                      {"english", rule.ToEnglish(now)},
                      {"tree", TreeJson(rule.Clauses(now))},
                      {"now", FormatTime(now)},
                      {"sql", std::move(sql)},
                      {"lines", LinesJson(rule)}};
  TRY_ASSIGN(json["remarks"], RemarksJson(pool, rule, now));
  AudienceStore audiences(pool);
  TRY(AddCounts(audiences, rule, now, json));
  json["customer"] = nullptr;
  if (customer) {
    TRY_ASSIGN(json["customer"], CustomerJson(pool, rule, now, *customer));
  }
  return json;
}

}  // namespace tidings::crm
