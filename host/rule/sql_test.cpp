// The SQL of each kind of comparison, letter by letter. sql_pgtest.cpp asks a database.
#include "rule/sql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::rule {
namespace {

using testing::ElementsAre;

const Time kNow = *ParseTime("2026-03-01T12:00:00Z");

Sql Write(std::string_view json, int first = 1) {
  auto rule = Rule::FromJson(json);
  EXPECT_TRUE(rule.has_value()) << rule.error().message;
  return rule->ToSql(kNow, first);
}

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
            "then ((c.attributes -> $2::text) #>> '{}')::numeric > $3::numeric end))");
  EXPECT_THAT(sql.params, ElementsAre("'; drop table customers; --", "a\"'b", "1"));
}

TEST(Sql, NumbersParametersFromWhereItIsTold) {
  EXPECT_EQ(Write(R"({"field":"visit","operator":"between","value":[1,2]})", 7).where,
            "(c.visit between $7::numeric and $8::numeric)");
}

TEST(Sql, PushesNegationDown) {
  Sql sql = Write(R"({"combinator":"or","not":true,"rules":[
      {"field":"email","operator":"=","value":"a"}, {"field":"city","operator":"!=","value":"b"},
      {"combinator":"and","rules":[{"field":"visit","operator":">","value":1},
                                   {"field":"last_order_date","operator":"null"}]}]})");
  EXPECT_EQ(sql.where,
            "(((c.email = $1::text) is not true) and (c.city = $2::text) and "
            "((not (c.visit > $3::numeric)) or ((c.last_order_date is null) is not true)))");
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

}  // namespace
}  // namespace tidings::rule
