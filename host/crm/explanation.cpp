#include "crm/explanation.h"

#include <chrono>

#include <fmt/core.h>

#include "crm/audience.h"
#include "pg/pool.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

OrderedJson SqlJson(const rule::Sql& sql) { return {{"where", sql.where}, {"params", sql.params}}; }
OrderedJson SqlJson(const std::optional<rule::Sql>& sql) {
  return sql ? SqlJson(*sql) : OrderedJson(nullptr);
}

OrderedJson LinesJson(const rule::Rule& rule) {
  OrderedJson lua = OrderedJson::array();
  for (const auto& [line, why] : rule.InLua()) lua.push_back({{"line", line}, {"why", why}});
  return {{"sql", rule.InSql()}, {"lua", std::move(lua)}};
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
  TRY_ASSIGN(auto matcher, rule.NewMatcher(now));
  TRY_ASSIGN(auto lease, pool.Acquire());
  auto select = fmt::format("select {} from customers c where c.id = $1", matcher->Columns());
  TRY_ASSIGN(auto rows, lease->Execute(select, pg::Params().Uuid(id)));
  if (rows.empty()) return Fail(Code::kNotFound, "no customer has the id " + id.ToString());
  std::vector<std::optional<std::string_view>> columns;
  for (int c = 0; c < rows.columns(); ++c) columns.push_back(rows.OptText(0, c));
  bool belongs = matcher->Match(columns);
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
  auto pushdown = rule.PushDown(now);
  OrderedJson json = {{"language", rule.language()},
                      {"english", rule.ToEnglish(now)},
                      {"tree", TreeJson(rule.Clauses(now))},
                      {"now", FormatTime(now)},
                      {"sql",
                       {{"chosen", SqlJson(pushdown.chosen)},
                        {"asked", SqlJson(pushdown.asked)},
                        {"failed", SqlJson(pushdown.failed)}}},
                      {"lines", LinesJson(rule)}};
  AudienceStore audiences(pool);
  TRY(AddCounts(audiences, rule, now, json));
  json["customer"] = nullptr;
  if (customer) {
    TRY_ASSIGN(json["customer"], CustomerJson(pool, rule, now, *customer));
  }
  return json;
}

}  // namespace tidings::crm
