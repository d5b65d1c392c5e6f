#include "crm/audience_groups.h"

#include <fmt/core.h>

#include "crm/bands.h"
#include "crm/sql.h"
#include "pg/connection.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

// One pass for both groupings; which one a row is of, says its first column.
constexpr const char kGroups[] = R"(
  select grouping(spend, city), spend, city, count(*)
    from ({}) g
   group by grouping sets ((spend), (city))
   order by 1, spend, 4 desc, city)";
constexpr int kBySpend = 0b01;

}  // namespace

Result<Json> AudienceGroups(pg::Connection& connection, const rule::Sql& chosen) {
  auto sql =
      fmt::format(kGroups, chosen.Select(fmt::format("{} as spend, c.city", kSpendBands.sql)));
  TRY_ASSIGN(auto rows, connection.Execute(sql, ParamsOf(chosen)));
  Json groups = Json::array();
  int cities = 0;
  for (int i = 0; i < rows.size(); ++i) {
    bool by_spend = rows.Int(i, 0) == kBySpend;
    if (!by_spend && cities++ == kMostCities) break;
    auto city = rows.IsNull(i, 2) || rows.Text(i, 2).empty() ? "unknown" : rows.Text(i, 2);
    groups.push_back({{"by", by_spend ? "spend" : "city"},
                      {"label", by_spend ? kSpendBands.labels[rows.Int(i, 1)] : city},
                      {"audience", rows.Int(i, 3)}});
  }
  return groups;
}

}  // namespace tidings::crm
