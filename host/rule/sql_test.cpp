// The SQL of each kind of comparison, letter by letter. sql_pgtest.cpp asks a database.
#include "rule/sql.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::rule {
namespace {

using testing::ElementsAre;

const Time kNow = *ParseTime("2026-03-01T12:00:00Z");

Ways WriteBoth(std::string_view json) {
  auto rule = Rule::FromJson(json);
  EXPECT_TRUE(rule.has_value()) << rule.error().message;
  return *rule->PushDown(kNow).chosen;
}
Sql Write(std::string_view json) { return WriteBoth(json).each; }

// {"field": ..., "operator": ..., "value": ...} as SQL.
Sql Write(const char* field, const char* op, const char* value) {
  return Write(std::string(R"({"field":")") + field + R"(","operator":")" + op + R"(","value":)" +
               value + "}");
}

TEST(Sql, PassesEveryConstantAsAParameter) {
  Sql sql = Write(
      R"({"combinator":"and","rules":[{"field":"city","operator":"=","value":"'; drop table customers; --"},
      {"field":"attributes.a\"'b","operator":">","value":1}]})");
  EXPECT_EQ(sql.where,
            "((c.city = $1::text) and (case when jsonb_typeof(c.attributes -> $2::text) = 'number' "
            "then (c.attributes ->> $2::text)::numeric > $3::numeric end))");
  EXPECT_THAT(sql.params, ElementsAre("'; drop table customers; --", "a\"'b", "1"));
}

TEST(Sql, ComparesIntegersWithIntegersWhereItCan) {
  EXPECT_EQ(Write(R"({"field":"visit","operator":"between","value":[1,2]})").where,
            "(c.visit between $1::bigint and $2::bigint)");
  EXPECT_EQ(Write(R"({"field":"visit","operator":"<","value":1.5})").where,
            "(c.visit < $1::numeric)");
  EXPECT_EQ(Write(R"({"field":"visit","operator":"<","value":1e18})").where,
            "(c.visit < $1::numeric)");
}

TEST(Sql, PushesNegationDown) {
  Sql sql = Write(R"({"combinator":"or","not":true,"rules":[
      {"field":"email","operator":"=","value":"a"}, {"field":"city","operator":"!=","value":"b"},
      {"combinator":"and","rules":[{"field":"visit","operator":">","value":1},
                                   {"field":"last_order_date","operator":"null"}]}]})");
  EXPECT_EQ(sql.where,
            "(((c.email = $1::text) is not true) and (c.city = $2::text) and "
            "((not (c.visit > $3::bigint)) or ((c.last_order_date is null) is not true)))");
}

TEST(Sql, MakesTimesDefinite) {
  Sql days = Write("inactive_days", ">", "90");
  EXPECT_EQ(days.where, "(c.last_order_date < $1::timestamptz)");
  EXPECT_THAT(days.params, ElementsAre("2025-12-01T12:00:00Z"));
  Sql day = Write("last_order_date", "=", "\"2026-01-31\"");
  EXPECT_EQ(day.where,
            "(c.last_order_date >= $1::timestamptz and c.last_order_date < $2::timestamptz)");
  EXPECT_THAT(day.params, ElementsAre("2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"));
  EXPECT_THAT(Write("created_at", ">", "\"2026-01-31\"").params,
              ElementsAre("2026-02-01T00:00:00Z"));
  EXPECT_THAT(Write("created_at", "<=", "\"2026-01-31\"").params,
              ElementsAre("2026-02-01T00:00:00Z"));
  EXPECT_THAT(Write("created_at", ">", R"({"monthsAgo": 1})").params,
              ElementsAre("2026-02-01T12:00:00Z"));
  EXPECT_THAT(Write("created_at", ">", R"({"yearsAgo": 2})").params,
              ElementsAre("2024-03-01T12:00:00Z"));
}

TEST(Sql, KeepsTheLastDayOfAMonth) {
  Ago month{1, Ago::Unit::kMonths};
  EXPECT_EQ(FormatTime(month.Before(*ParseTime("2026-03-31T08:00:00Z"))), "2026-02-28T08:00:00Z");
  EXPECT_EQ(FormatTime(month.Before(*ParseTime("2024-03-31"))), "2024-02-29T00:00:00Z");
  EXPECT_EQ(FormatTime(month.Before(*ParseTime("2026-01-15"))), "2025-12-15T00:00:00Z");
}

TEST(Sql, QuotesArrays) {
  Sql sql = Write("city", "in", R"(["a\"b", "c\\d", "e,f", "", "null", "{}"])");
  EXPECT_EQ(sql.where, "(c.city = any($1::text[]))");
  EXPECT_THAT(sql.params, ElementsAre(R"({"a\"b","c\\d","e,f","","null","{}"})"));
}

TEST(Sql, SearchesManyStretchesOfTimeAtOnce) {
  std::string rules;
  for (int year = 1; year <= 3; ++year) {
    rules += fmt::format(R"({}{{"combinator":"and","rules":[
        {{"field":"created_at","operator":">=","value":"202{}-02-03"}},
        {{"field":"created_at","operator":"<","value":"202{}-02-04"}}]}})",
                         year > 1 ? "," : "", year, year);
  }
  Sql sql = Write(R"({"combinator":"or","rules":[)" + rules + "]}");
  EXPECT_EQ(sql.where, "($1::tstzmultirange @> c.created_at)");
  EXPECT_THAT(sql.params, ElementsAre("{[\"2021-02-03T00:00:00Z\",\"2021-02-04T00:00:00Z\"),"
                                      "[\"2022-02-03T00:00:00Z\",\"2022-02-04T00:00:00Z\"),"
                                      "[\"2023-02-03T00:00:00Z\",\"2023-02-04T00:00:00Z\")}"));
}

constexpr const char* kManyOrders = R"({"combinator":"and","rules":[
    {"subject":{"orders":"count","where":{"field":"order_status","operator":"=","value":"COMPLETED"}},
     "operator":">=","value":3},
    {"subject":{"orders":"sum","where":{"combinator":"and","rules":[
        {"field":"order_status","operator":"=","value":"COMPLETED"},
        {"field":"order_amount","operator":">","value":9}]}},
     "operator":"<","value":100}]})";

TEST(Sql, ReadsTheOrdersOfEachCustomerOnce) {
  Sql sql = WriteBoth(kManyOrders).each;
  EXPECT_EQ(sql.from,
            "customers c left join lateral (select count(*) as v0, sum(o.amount) filter (where "
            "true and (o.amount > $1::numeric)) as v1 from orders o where o.customer_id = c.id and "
            "(o.status = $2::text)) o1 on true");
  EXPECT_EQ(sql.where, "((o1.v0 >= $3::bigint) and (coalesce(o1.v1, 0) < $4::numeric))");
}

TEST(Sql, OrReadsAllOrdersOnce) {
  auto ways = WriteBoth(kManyOrders);
  ASSERT_TRUE(ways.grouped);
  EXPECT_THAT(ways.grouped->from,
              testing::HasSubstr("left join (select o.customer_id, count(*) as v1"));
  EXPECT_THAT(ways.grouped->from,
              testing::EndsWith("group by o.customer_id) o1 on o1.customer_id = c.id"));
  EXPECT_EQ(ways.grouped->where, "((o1.v1 >= $3::bigint) and (coalesce(o1.v2, 0) < $4::numeric))");
  EXPECT_FALSE(WriteBoth(R"({"field":"visit","operator":"=","value":1})").grouped);
}

TEST(Sql, LeavesTheCustomersWithoutOrdersToTheJoin) {
  auto ways = WriteBoth(R"({"field":"order_amount","operator":">","value":10000})");
  EXPECT_EQ(ways.grouped->where, "(o1.customer_id is not null)");
  EXPECT_EQ(ways.grouped->from,
            "customers c left join (select o.customer_id, count(*) as v1 from orders o where true "
            "and (o.amount > $1::numeric) group by o.customer_id) o1 on o1.customer_id = c.id");
}

}  // namespace
}  // namespace tidings::rule
