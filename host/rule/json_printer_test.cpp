// Trees as canonical JSON, and back.
#include "rule/json_printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule/json_frontend.h"
#include "rule/logic.h"
#include "rule/lua_frontend.h"
#include "rule/scratch_scripts.h"

namespace tidings::rule {
namespace {

using testing::HasSubstr;

std::string Canonical(std::string_view json) {
  auto node = ParseJsonRule(json);
  return node.has_value() ? WriteJson(*node).dump() : node.error().message;
}

TEST(JsonPrinter, PrintsWhatItReads) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"$or": [{"totalSpent": {"$gt": 1000}}, {"city": {"$ne": "Pune"}}]})",
       R"({"combinator":"or","rules":[{"field":"total_spend","operator":">","value":1000},)"
       R"({"field":"city","operator":"=","value":"Pune","not":true}]})"},
      {R"({"field": "inactive_days", "operator": ">", "value": 90})",
       R"({"field":"last_order_date","operator":"<","value":{"daysAgo":90}})"},
      {R"({"field": "order_amount", "operator": ">", "value": 500})",
       R"({"subject":{"orders":"count","where":{"combinator":"and","rules":[)"
       R"({"field":"order_amount","operator":">","value":500}]}},"operator":">","value":0})"},
      {R"({"field": "attributes.n", "operator": "=", "value": "41"})",
       R"({"field":"attributes.n","operator":"in","value":[{"text":"41"},{"number":"41"}]})"},
      {R"({"left": {"field": "city"}, "operator": "!=", "right": {"lower": {"field": "name"}}})",
       R"({"left":{"field":"city"},"operator":"=","right":{"lower":{"field":"name"}},"not":true})"},
      {R"({"orders": "count", "operator": "atLeast", "value": "2"})",
       R"({"subject":{"orders":"count","where":{"combinator":"and","rules":[]}},)"
       R"("operator":">=","value":2})"},
      {R"({"orders": "any", "where": {"order_amount": {"$gt": 500}}})",
       R"({"subject":{"orders":"count","where":{"combinator":"and","rules":[)"
       R"({"field":"order_amount","operator":">","value":500}]}},"operator":">","value":0})"},
      {R"({"field": "order_count", "operator": "<", "value": "visit", "valueSource": "field"})",
       R"({"left":{"real":{"field":"order_count"}},"operator":"<","right":{"real":{"field":"visit"}}})"},
  };
  for (const auto& [json, canonical] : kCases) {
    EXPECT_EQ(Canonical(json), canonical);
    EXPECT_EQ(Canonical(canonical), canonical);
  }
}

TEST(JsonPrinter, SaysWhatIsWrongWithAValue) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"subject": {"orders": "cuont"}, "operator": ">", "value": 1})",
       "/subject/orders: orders are asked for avg, count, sum, min, max, first, last, not `cuont`; "
       "did you mean `count`?"},
      {R"({"subject": {"lower": {"field": "visit"}}, "operator": "=", "value": "x"})",
       "/subject/lower: does not take a value of this type"},
      {R"({"subject": {"real": {"field": "visit"}}, "operator": ">", "value": "five"})",
       "/value: expected a number"},
      {R"({"orders": "avg", "operator": "contains", "value": 5})",
       "/value: a number is compared with =, !=, <, <=, >, >=, in or between"},
      {R"({"orders": "avg", "operator": "between", "value": [5]})", "/value: `between` needs two"},
      {R"({"orders": "avg", "value": 5, "where": []})", "/: a rule needs `operator`"},
      {R"({"orders": "all", "operator": "="})", "/: needs `where`: which orders"},
      {R"({"subject": {"text": "x"}, "operator": "=", "value": "x"})", "/subject: a constant is"},
      {R"({"left": {"field": "city"}, "operator": "<", "right": {"number": 5}})",
       "/: both sides have to be text, or numbers"},
      {R"({"left": {"field": "city"}, "operator": "in", "right": {"text": "x"}})",
       "two values are compared by"},
      {R"({"left": {"real": {"field": "visit"}}, "operator": "<", "right": {"number": 1e308}})",
       "/right/number: a number here is 0, or between 1e-30 and 1e30 in size"},
      {R"({"subject": {"field": "citty"}, "operator": "=", "value": "x"})",
       "/subject/field: unknown field `citty`; did you mean `city`?"},
      {R"({"subject": {"orders": "sum", "where": {"field": "city", "operator": "=", "value": "x"}},
           "operator": ">", "value": 1})",
       "`where` takes the fields of an order only"},
  };
  for (const auto& [json, error] : kCases) EXPECT_THAT(Canonical(json), HasSubstr(error));
}

// Trees of every construct, as random scripts make them.
TEST(JsonPrinter, ReadsBackToTheSameTree) {
  const Time now = *ParseTime("2026-03-29T01:30:00Z");
  Random random(3);
  LuaMaker maker(random);
  int said = 0;
  for (int i = 0; i < 300; ++i) {
    std::string file = LuaMaker::FileOf(maker.Rule());
    LuaPlan plan = (*LuaProgram::Parse("it.lua", file, ""))->PlanFor(now);
    for (const Node* node : {&plan.chosen, &plan.asked, &plan.failed}) {
      std::string json = WriteJson(*node).dump();
      if (SizeOf(*node) > kMaxComparisons / 2) continue;
      auto read = ParseJsonRule(json);
      ASSERT_TRUE(read.has_value()) << json << "\n" << read.error().message;
      ASSERT_EQ(WriteJson(*read).dump(), json) << file;
      ASSERT_TRUE(*read == *node) << json;
      said += node->As<Group>() != nullptr ? 0 : 1;
    }
  }
  EXPECT_GT(said, 50);
}

}  // namespace
}  // namespace tidings::rule
