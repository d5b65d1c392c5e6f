// Rules as others use them: parsing by language, matching row by row, English.
#include "rule/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule/tree.h"

namespace tidings::rule {
namespace {

using testing::HasSubstr;

const Time kNow = *ParseTime("2026-03-01T00:00:00Z");
constexpr const char* kDesignRule = R"(return segment {
  name = "Lapsed big spenders",
  match = function(c)
    local lapsed = c.last_order_date and days_since(c.last_order_date) > 180
    return lapsed and (c.total_spend > 5000 or c.visit >= 10)
  end,
})";

// One customer; `last_order` in microseconds since 1970.
struct Customer {
  Customer(const char* spend, int64_t visit, std::optional<int64_t> last_order)
      : values{"0190",
               {},
               "Asha",
               "asha@example.com",
               {},
               "Pune",
               "active",
               *Money::Parse(spend),
               visit,
               int64_t{3},
               last_order ? lua::Value(Time(Duration(*last_order))) : lua::Value(),
               Time(Duration(1700000000000000)),
               lua::JsonText{R"({"plan":"gold"})"},
               lua::JsonText{R"(["vip"])"},
               {}} {}
  operator lua::Row() const { return {&lua::CustomerRow(), values.data()}; }
  std::vector<lua::Value> values;
};

TEST(Rule, RunsAScriptRowByRow) {
  auto rule = Rule::Parse("lua", kDesignRule, "", {});
  ASSERT_TRUE(rule.has_value()) << rule.error().message;
  EXPECT_TRUE(rule->IsSql());
  EXPECT_EQ(rule->name(), "Lapsed big spenders");
  EXPECT_EQ(rule->ToEnglish(),
            "customers who last ordered more than 180 days ago and (who have spent more than 5,000 "
            "or who have visited at least 10 times)");
  auto matcher = rule->NewMatcher(kNow);
  ASSERT_TRUE(matcher.has_value());
  EXPECT_TRUE((*matcher)->Match(Customer("5000.01", 1, 1700000000000000)));
  EXPECT_FALSE((*matcher)->Match(Customer("5000.00", 1, 1700000000000000)));
  EXPECT_TRUE((*matcher)->Match(Customer("0", 10, 1700000000000000)));
  EXPECT_FALSE((*matcher)->Match(Customer("9999", 10, std::nullopt)));
  EXPECT_EQ((*matcher)->report().rows, 4);
  EXPECT_EQ((*matcher)->report().matched, 2);
  EXPECT_EQ((*matcher)->report().errors, 0);
}

TEST(Rule, CountsRowsForWhichAScriptFails) {
  auto rule = Rule::FromLua(
      "segment/late.lua",
      "return segment { match = function(c) return days_since(c.last_order_date) > 1 end }", "",
      {});
  ASSERT_TRUE(rule.has_value()) << rule.error().message;
  auto matcher = *rule->NewMatcher(kNow);
  EXPECT_TRUE(matcher->Match(Customer("1", 1, 1700000000000000)));
  EXPECT_FALSE(matcher->Match(Customer("1", 1, std::nullopt)));
  EXPECT_FALSE(matcher->Match(Customer("1", 1, std::nullopt)));
  EXPECT_EQ(matcher->report().errors, 2);
  EXPECT_THAT(
      matcher->report().first_error,
      testing::StartsWith("customer 0190: segment/late.lua:1: bad argument #1 to 'days_since'"));
}

TEST(Rule, EvaluatesATreeRowByRow) {
  auto rule = Rule::Parse("json", R"({"combinator":"and","rules":[
      {"field":"total_spend","operator":">=","value":"5000.01"},
      {"field":"attributes.plan","operator":"in","value":"gold,silver"},
      {"field":"tags","operator":"contains","value":"vip"},
      {"field":"inactive_days","operator":">","value":180},
      {"field":"phone","operator":"!=","value":"1"}]})",
                          "", {});
  ASSERT_TRUE(rule.has_value()) << rule.error().message;
  EXPECT_TRUE(rule->IsSql());
  ASSERT_NE(rule->tree(), nullptr);
  auto matcher = *rule->NewMatcher(kNow);
  EXPECT_TRUE(matcher->Match(Customer("5000.01", 1, 1700000000000000)));
  EXPECT_FALSE(matcher->Match(Customer("5000.00", 1, 1700000000000000)));
  EXPECT_FALSE(matcher->Match(Customer("5000.01", 1, 1772000000000000)));
  EXPECT_FALSE(matcher->Match(Customer("5000.01", 1, std::nullopt)));
}

TEST(Rule, SaysInEnglishTheMomentsOfItsSql) {
  auto rule = Rule::FromLua("rhythm", R"(return segment { match = function(c)
    local first, last = c.orders:first(), c.orders:last()
    return first and days_since(first) > 3 * days_since(last)
  end })",
                            "", {});
  ASSERT_TRUE(rule.has_value()) << rule.error().message;
  EXPECT_THAT(rule->ToEnglish(kNow),
              HasSubstr("whose (days from first order to 2026-03-01T00:00:00Z) is above (3 "
                        "times (days from last order to 2026-03-01T00:00:00Z))"));
}

// Where the script decides, its answer is one of the clauses.
TEST(Rule, ExplainsAScriptsAnswerToo) {
  auto rule = Rule::FromLua("s", R"(return segment { match = function(c)
    if c.visit > 100 then return true end
    return c.total_spend > 5 and c.name:gsub("a", "") == "Ash"
  end })",
                            "", {});
  ASSERT_TRUE(rule.has_value()) << rule.error().message;
  auto explained = [&](const char* spend) {
    std::string text;
    for (const auto& clause : rule->Explain(Customer(spend, 1, std::nullopt), kNow)) {
      text += std::string(clause.depth, ' ') + (clause.holds ? "yes " : "no ") + clause.text + "\n";
    }
    return text;
  };
  const char* kIn =
      "yes any of\n"
      " no who have visited more than 100 times\n"
      " yes all of\n"
      "  yes who have spent more than 5\n"
      "  yes who have not visited more than 100 times\n"
      "  yes whom the script itself chooses\n";
  EXPECT_EQ(explained("6"), kIn);
  EXPECT_THAT(explained("5"), HasSubstr("  no whom the script itself chooses"));
}

TEST(Rule, SaysWhatItCannotParse) {
  EXPECT_THAT(Rule::Parse("jsn", "", "", {}).error().message, HasSubstr("did you mean `json`?"));
  EXPECT_THAT(
      Rule::Parse("lua", "return ingest { process = function() end }", "", {}).error().message,
      HasSubstr("is a script of kind ingest, not a segment"));
  EXPECT_THAT(Rule::Parse("lua", "return segment {", "", {}).error().message,
              HasSubstr("segment:1:"));
}

}  // namespace
}  // namespace tidings::rule
