// Rules over a customer's orders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule/json_frontend.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Time kNow = *ParseTime("2026-03-01T00:00:00Z");
constexpr const char* kOrders = R"([
    {"amount": "12000.0000", "status": "COMPLETED", "date": 1770000000000000,
     "items": [{"name": "Tea", "sku": "T1"}]},
    {"amount": "5.0000", "status": "CANCELLED", "date": 1760000000000000, "items": []}])";

// Whether a customer with these orders fulfils the rule.
bool Holds(const char* json, const char* orders = kOrders) {
  auto node = ParseJsonRule(json);
  EXPECT_TRUE(node.has_value()) << node.error().message;
  std::vector<lua::Value> values(lua::CustomerRow().fields.size());
  values.back() = lua::JsonText{orders};
  return Evaluate(*node, {&lua::CustomerRow(), values.data()}, kNow);
}

TEST(Orders, AConditionMeansThatSomeOrderFulfilsIt) {
  EXPECT_TRUE(Holds(R"({"field":"order_amount","operator":">","value":10000})"));
  EXPECT_FALSE(Holds(R"({"field":"order_amount","operator":">","value":12000})"));
  EXPECT_TRUE(Holds(R"({"field":"order_status","operator":"=","value":"cancelled"})"));
  EXPECT_TRUE(Holds(R"({"field":"order_date","operator":">","value":{"daysAgo":60}})"));
  EXPECT_TRUE(Holds(R"({"field":"order_item","operator":"=","value":"Tea"})"));
  EXPECT_TRUE(Holds(R"({"field":"sku","operator":"beginsWith","value":"T"})"));
  EXPECT_FALSE(Holds(R"({"field":"sku","operator":"beginsWith","value":"T"})", "[]"));
}

TEST(Orders, TheOppositeMeansThatNoOrderDoes) {
  const char* kRefunded =
      R"({"combinator":"and","not":true,"rules":[{"field":"order_status","operator":"=","value":"REFUNDED"}]})";
  EXPECT_TRUE(Holds(kRefunded));
  EXPECT_TRUE(Holds(kRefunded, "[]"));
  EXPECT_FALSE(Holds(R"({"field":"order_status","operator":"!=","value":"CANCELLED"})"));
  EXPECT_TRUE(Holds(R"({"field":"order_date","operator":"null"})", "[]"));
  EXPECT_FALSE(Holds(R"({"field":"order_date","operator":"null"})"));
}

TEST(Orders, AreAskedBySubquery) {
  auto rule = Rule::FromJson(R"({"field":"order_amount","operator":">","value":10000})");
  Sql sql = rule->PushDown(kNow).chosen->each;
  EXPECT_EQ(sql.where,
            "(exists (select from orders o where o.customer_id = c.id and (o.amount > "
            "$1::numeric)))");
  EXPECT_THAT(sql.params, ElementsAre("10000"));
  EXPECT_EQ(rule->ToEnglish(), "customers who have an order of more than 10,000");
}

TEST(Orders, KnowTheirStatuses) {
  EXPECT_THAT(Rule::FromJson(R"({"field":"order_status","operator":"=","value":"complete"})")
                  .error()
                  .message,
              HasSubstr("not `complete`; did you mean `COMPLETED`?"));
}

}  // namespace
}  // namespace tidings::rule
