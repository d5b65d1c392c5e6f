#include "crm/sql.h"

#include "pg/transaction.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

void RemoveNulls(Json& json) {
  for (auto member = json.begin(); json.is_structured() && member != json.end();) {
    bool remove = json.is_object() && member->is_null();
    if (!remove) RemoveNulls(*member);
    member = remove ? json.erase(member) : std::next(member);
  }
}

}  // namespace

constexpr const char kUseIndexes[] = R"(
  select now(), set_config('enable_hashjoin', 'off', true),
         set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true),
         set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true))";
Result<Time> UseIndexes(pg::Transaction& transaction) {
  TRY_ASSIGN(auto rows, transaction.Execute(kUseIndexes));
  return rows.Timestamp(0, 0);
}

pg::Params ParamsOf(const rule::Sql& sql) {
  pg::Params params;
  for (const auto& param : sql.params) params.Text(param);
  return params;
}

Json JsonOf(Money amount) { return static_cast<double>(amount.units) / 10'000; }

Json TextOrNull(const pg::Rows& rows, int row, int column) {
  return rows.IsNull(row, column) ? Json() : Json(rows.Text(row, column));
}

Json TimeOrNull(const pg::Rows& rows, int row, int column) {
  return rows.IsNull(row, column) ? Json() : Json(FormatTime(rows.Timestamp(row, column)));
}

Json ParsedOrNull(const pg::Rows& rows, int row, int column) {
  auto json = ParseJson(rows.Text(row, column));
  return json ? *json : Json();
}

std::string WithoutNulls(const std::string& text) {
  if (text.find("null") == text.npos) return text;
  auto json = ParseJson(text);
  if (!json) return text;
  RemoveNulls(*json);
  return ToLine(*json);
}

}  // namespace tidings::crm
