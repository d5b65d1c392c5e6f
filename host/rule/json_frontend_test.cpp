// Every dialect of rule groups, and every mistake one can make in them.
#include "rule/json_frontend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "rule/english.h"
#include "rule/rule.h"

namespace tidings::rule {
namespace {

using testing::HasSubstr;

// The rule in English: the shortest way to see the tree that came out.
std::string Read(std::string_view json) {
  auto node = ParseJsonRule(json);
  return node.has_value() ? WriteEnglish(*node) : "error: " + node.error().message;
}

TEST(JsonFrontend, ReadsEveryDialect) {
  const char* const kBigOrLapsed =
      "customers who have spent more than 5,000 or who last ordered more than 90 days ago";
  const char* const kSame[] = {
      // react-querybuilder
      R"({"combinator": "or", "rules": [{"field": "total_spend", "operator": ">", "value": 5000},
          {"field": "last_order_date", "operator": "<", "value": {"daysAgo": 90}}]})",
      R"({"id": "x", "combinator": "OR", "not": false, "rules": [
          {"id": "1", "field": "totalSpend", "operator": ">", "valueSource": "value", "value": "5000"},
          {"attribute": "inactiveDays", "operator": ">", "value": "90"}]})",
      // independent combinators
      R"({"rules": [{"field": "totalSpent", "operator": ">", "value": 5000}, "or",
                    {"field": "days_since_last_order", "operator": ">", "value": 90}]})",
      // typed groups with conditions
      R"({"id": "root", "type": "group", "operator": "OR", "conditions": [
          {"type": "condition", "field": "lifetimeSpend", "operator": "greaterThan", "value": 5000},
          {"type": "condition", "field": "lastOrdered", "operator": "lessThan", "value": {"daysAgo": 90}}]})",
      // logic and op
      R"({"logic": "OR", "rules": [{"field": "totalSpend", "op": "gt", "value": 5000},
                                   {"field": "inactive_days", "op": "gt", "value": 90}]})",
      R"({"logicType": "or", "conditions": [{"field": "spent", "op": "gt", "value": 5e3},
                                            {"field": "lastOrderDate", "op": "lt", "value": {"daysAgo": 90}}]})",
      // jQuery QueryBuilder
      R"({"condition": "OR", "rules": [{"field": "total_spend", "operator": "greater", "value": "5000.00"},
                                       {"field": "lastOrderDate", "operator": "less", "value": {"daysAgo": 90}}]})",
      // Mongo
      R"({"$or": [{"totalSpent": {"$gt": 5000}}, {"lastOrderDate": {"$lt": {"daysAgo": 90}}}]})",
  };
  for (const char* json : kSame) EXPECT_EQ(Read(json), kBigOrLapsed) << json;
}

TEST(JsonFrontend, ReadsEveryOperator) {
  const std::tuple<const char*, const char*, const char*> kCases[] = {
      {"=", "\"Pune\"", "whose city is “Pune”"},
      {"!=", "\"Pune\"", "whose city is not “Pune”"},
      {"<", "\"Pune\"", "whose city is below “Pune”"},
      {"<=", "\"Pune\"", "whose city is at most “Pune”"},
      {">", "\"Pune\"", "whose city is above “Pune”"},
      {">=", "\"Pune\"", "whose city is at least “Pune”"},
      {"contains", "\"un\"", "whose city contains “un”"},
      {"beginsWith", "\"P\"", "whose city begins with “P”"},
      {"endsWith", "\"e\"", "whose city ends with “e”"},
      {"doesNotContain", "\"un\"", "whose city does not contain “un”"},
      {"doesNotBeginWith", "\"P\"", "whose city does not begin with “P”"},
      {"doesNotEndWith", "\"e\"", "whose city does not end with “e”"},
      {"null", "null", "whose city is missing"},
      {"notNull", "null", "whose city is known"},
      {"in", "[\"Pune\", \"Delhi\"]", "whose city is “Pune” or “Delhi”"},
      {"in", "\"Pune, Delhi,Goa\"", "whose city is “Pune”, “Delhi” or “Goa”"},
      {"notIn", "[\"Pune\"]", "whose city is not “Pune”"},
      {"between", "[\"A\", \"C\"]", "whose city is between “A” and “C”"},
      {"notBetween", "\"A,C\"", "whose city is not between “A” and “C”"},
      {"not_equals", "\"Pune\"", "whose city is not “Pune”"},
      {"$nin", "[\"Pune\"]", "whose city is not “Pune”"},
  };
  for (const auto& [op, value, english] : kCases) {
    std::string json =
        std::string(R"({"field":"city","operator":")") + op + R"(","value":)" + value + "}";
    EXPECT_EQ(Read(json), std::string("customers ") + english) << json;
  }
}

TEST(JsonFrontend, TurnsDaysOfInactivityRound) {
  const std::tuple<const char*, const char*, const char*> kCases[] = {
      {">", "90", "who last ordered more than 90 days ago"},
      {">=", "90", "who last ordered at least 90 days ago"},
      {"<", "90", "who last ordered less than 90 days ago"},
      {"<=", "\"90\"", "who last ordered within the last 90 days"},
      {"between", "[30, 60]", "who last ordered between 60 days ago and 30 days ago"},
      {"between", "\"60,30\"", "who last ordered between 60 days ago and 30 days ago"},
      {"=", "30",
       "who last ordered at least 30 days ago and who last ordered less than 31 days ago"},
      {"null", "null", "who have never ordered"},
      {"notNull", "null", "who have ordered"},
  };
  for (const auto& [op, value, english] : kCases) {
    std::string json =
        std::string(R"({"field":"inactiveDays","operator":")") + op + R"(","value":)" + value + "}";
    EXPECT_EQ(Read(json), std::string("customers ") + english) << json;
  }
}

// The names that are about for each field, in every shape of a rule.
TEST(JsonFrontend, MapsTheNamesOfFields) {
  const std::pair<std::vector<const char*>, const char*> kNames[] = {
      {{"totalSpent", "totalSpend", "lifetimeSpend", "total_spend"}, "have spent more than 90"},
      {{"orderCount", "totalOrders", "order_count"}, "have ordered more than 90 times"},
      {{"visitCount", "totalVisits", "total_visits", "visit"}, "have visited more than 90 times"},
      {{"inactiveDays", "days_since_last_order", "daysSinceLastOrder", "inactive_days"},
       "last ordered more than 90 days ago"},
  };
  const char* const kShapes[] = {
      R"({"combinator":"and","rules":[{"field":"NAME","operator":">","value":90}]})",
      R"({"combinator":"AND","rules":[{"attribute":"NAME","operator":"greaterThan","value":"90"}]})",
      R"({"id":"1","type":"group","operator":"AND","conditions":[
          {"id":"2","type":"condition","field":"NAME","operator":"greaterThan","value":90}]})",
      R"({"logic":"AND","rules":[{"field":"NAME","op":"gt","value":90}]})",
      R"({"logicType":"and","conditions":[{"field":"NAME","operator":"gt","value":90}]})",
      R"({"$and":[{"NAME":{"$gt":90}}]})",
      R"({"NAME":{"$gt":90}})",
  };
  for (const auto& [names, english] : kNames) {
    for (std::string name : names) {
      for (std::string shape : kShapes) {
        shape.replace(shape.find("NAME"), 4, name);
        EXPECT_EQ(Read(shape), std::string("customers who ") + english) << shape;
      }
    }
  }
}

TEST(JsonFrontend, MapsTheNamesOfTheLastOrder) {
  for (const char* name : {"lastOrderDate", "lastOrdered", "last_order_date", "last_order_at"}) {
    std::string mongo = std::string("{\"") + name + R"(": {"$lt": "2026-01-01T00:00:00.000Z"}})";
    EXPECT_EQ(Read(mongo), "customers who last ordered before 2026-01-01T00:00:00Z") << name;
  }
}

TEST(JsonFrontend, TakesASecondSpellingThatSaysTheSame) {
  EXPECT_EQ(Read(R"({"combinator":"and","logic":"AND","rules":[{"field":"visit","operator":"gt",
                     "op":"GT","value":1,"muted":false}],"conditions":[]})"),
            "customers who have visited more than 1 time");
}

TEST(JsonFrontend, ReadsGroupsAndMongoFilters) {
  EXPECT_EQ(Read(R"({"combinator":"and","rules":[]})"), "all customers");
  EXPECT_EQ(Read(R"({"combinator":"or","rules":[]})"), "no customers");
  EXPECT_EQ(Read(R"({"combinator":"and","not":true,"rules":[]})"), "no customers");
  EXPECT_EQ(Read(R"({"totalSpent": {"$gte": 10, "$lt": 20}, "city": "Pune"})"),
            "customers whose city is “Pune” and (who have spent at least 10 and who have spent "
            "less than 20)");
  EXPECT_EQ(Read(R"({"$nor": [{"visit": 1}, {"tags": "vip"}]})"),
            "customers to whom this does not apply: (who have visited exactly 1 time or who are "
            "tagged “vip”)");
  EXPECT_EQ(Read(R"({"city": {"$not": {"$eq": "Pune"}}})"), "customers whose city is not “Pune”");
  EXPECT_EQ(Read(R"({"email": {"$exists": false}})"), "customers whose e-mail is missing");
  EXPECT_EQ(Read(R"({"email": null})"), "customers whose e-mail is missing");
  EXPECT_EQ(Read(R"({"rules": [{"field":"visit","operator":"=","value":1}, "or",
                               {"field":"visit","operator":"=","value":2}, "and",
                               {"field":"city","operator":"=","value":"x"}]})"),
            "customers who have visited exactly 1 time or "
            "(who have visited exactly 2 times and whose city is “x”)");
  EXPECT_EQ(Read(R"([{"field":"visit","operator":"=","value":1}])"),
            "customers who have visited exactly 1 time");
}

TEST(JsonFrontend, ReadsTimesAttributesAndTags) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"field":"created_at","operator":">","value":"2026-03-01"})",
       "who joined after 1 March 2026"},
      {R"({"field":"createdAt","operator":"<","value":"2026-03-01T10:00:00+05:30"})",
       "who joined before 2026-03-01T04:30:00Z"},
      {R"({"field":"created_at","operator":">=","value":{"monthsAgo":6}})",
       "who joined within the last 6 months"},
      {R"({"field":"created_at","operator":"<","value":{"hoursAgo":"1.5"}})",
       "who joined more than 1.5 hours ago"},
      {R"({"field":"created_at","operator":"between","value":["2026-01-01","2026-02-01"]})",
       "who joined between 1 January 2026 and 1 February 2026"},
      {R"({"field":"attributes.plan","operator":"=","value":"gold"})", "whose plan is “gold”"},
      {R"({"field":"attributes.age","operator":"=","value":"41"})", "whose age is “41” or 41"},
      {R"({"field":"attributes.age","operator":">","value":"41"})", "whose age is above 41"},
      {R"({"field":"attributes.ok","operator":"=","value":true})", "whose ok is true"},
      {R"({"field":"tags","operator":"contains","value":"vip"})", "who are tagged “vip”"},
      {R"({"field":"tags","operator":"notIn","value":["a","b"]})", "who are not tagged “a” or “b”"},
      {R"({"field":"tags","operator":"null"})", "who have no tags"},
      {R"({"field":"external_id","operator":"=","value":17850})", "whose external id is “17850”"},
  };
  for (const auto& [json, english] : kCases) {
    EXPECT_EQ(Read(json), std::string("customers ") + english) << json;
  }
}

TEST(JsonFrontend, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> kCases[] = {
      {"{", "line 1"},
      {"5", "/: expected a rule or a group of rules, got 5"},
      {"{}", "/: expected a rule or a group of rules, got {}"},
      {R"({"combinator":"and","rules":[{"field":"citty","operator":"=","value":"x"}]})",
       "/rules/0/field: unknown field `citty`; did you mean `city`?"},
      {R"({"combinator":"and","rules":[{"field":"city","operator":"equalz","value":"x"}]})",
       "/rules/0/operator: unknown operator `equalz`; did you mean `equals`?"},
      {R"({"combinator":"and","rules":[{"field":"visit","operator":">","value":"many"}]})",
       "/rules/0/value: expected a number, got \"many\""},
      {R"({"combinator":"and","rules":[{"field":"visit","operator":"in","value":[1,"x"]}]})",
       "/rules/0/value/1: expected a number"},
      {R"({"combinator":"nand","rules":[]})",
       "/combinator: expected \"and\" or \"or\", got \"nand\""},
      {R"({"combinatr":"and","rules":[{"field":"visit","operator":"=","value":1}]})",
       "/combinatr: unknown member `combinatr`; did you mean `combinator`?"},
      {R"({"combinator":"and","ruls":[]})", "a group needs `rules`; it has `ruls`: a slip?"},
      {R"({"rules":[{"field":"visit","operator":"=","value":1},{"field":"visit","operator":"=","value":2}]})",
       "a group of several rules needs `combinator`"},
      {R"({"combinator":"and","rules":{}})", "/rules: expected a list of rules"},
      {R"({"combinator":"and","not":"yes","rules":[]})", "/not: expected true or false"},
      {R"({"field":"visit","value":1})", "/: a rule needs `operator`"},
      {R"({"feild":"visit","operator":"=","value":1})",
       "a rule needs `field`; it has `feild`: a slip?"},
      {R"({"field":"visit","operator":"="})", "/value: a value is missing"},
      {R"({"field":"visit","operator":"contains","value":"1"})", "`visit` is no text"},
      {R"({"field":"tags","operator":">","value":"x"})", "tags take the operators contains"},
      {R"({"field":"visit","operator":"between","value":[1]})", "`between` needs two values"},
      {R"({"field":"visit","operator":"between","value":[5,1]})",
       "the first value of `between` is above the second"},
      {R"({"field":"last_order_date","operator":"<","value":90})", "expected a time such as"},
      {R"({"field":"last_order_date","operator":"<","value":{"dayAgo":90}})",
       "did you mean `daysAgo`?"},
      {R"({"field":"last_order_date","operator":"<","value":{"daysAgo":-1}})", "at most 200 years"},
      {R"({"field":"last_order_date","operator":"<","value":{"monthsAgo":1.5}})",
       "whole for months"},
      {R"({"field":"inactive_days","operator":">","value":"long"})", "expected a number of days"},
      {R"({"field":"city","operator":"=","value":["x"]})", "expected text, got [\"x\"]"},
      {R"({"field":"city","operator":"=","value":"a\u0000b"})", "without NUL"},
      {R"({"field":"visit","operator":"=","value":"ordercuont","valueSource":"field"})",
       "/value: unknown field `ordercuont`; did you mean `orderCount`?"},
      {R"({"field":"visit","operator":"=","value":"city","valueSource":"field"})",
       "/: `visit` and `city` cannot be compared: two texts, two numbers or two times"},
      {R"({"field":"visit","operator":"in","value":"order_count","valueSource":"field"})",
       "/operator: two values are compared by"},
      {R"({"$and": {"visit": 1}})", "/$and: expected a list"},
      {R"({"totalSpent": {"$grt": 1}})", "/totalSpent/$grt: unknown operator `$grt`"},
      {R"({"a/b": 1})", "/a~1b: unknown field `a/b`"},
      {R"({"field":"visit","operator":">","value":[1]})", "/value: expected a number, got [1]"},
      {R"({"type":"group","operator":"AND"})", "/: a group needs `rules`"},
      {R"({"logic":"and"})", "/: a group needs `rules`"},
      {R"({"logicType":"or","conditons":[]})", "a group needs `rules`"},
      {R"({"combinator":"and","logic":"or","rules":[]})", "/logic: contradicts `combinator`"},
      {R"({"combinator":"and","rules":[],"conditions":[{"field":"visit","op":"gt","value":1}]})",
       "/conditions: contradicts `rules`"},
      {R"({"field":"city","operator":"=","op":"!=","value":"x"})", "/op: contradicts `operator`"},
      {R"({"field":"city","attribute":"name","operator":"=","value":"x"})",
       "/attribute: contradicts `field`"},
      {R"({"combinator":"and","rules":[{"field":"visit","operator":">","value":1,"muted":true}]})",
       "/rules/0/muted: a muted part says nothing"},
  };
  for (const auto& [json, message] : kCases) {
    EXPECT_THAT(Read(json), HasSubstr(message)) << json;
    EXPECT_THAT(Read(json), testing::StartsWith("error: ")) << json;
  }
}

TEST(JsonFrontend, AsksOrdersAndComparesFields) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"orders": "avg", "where": {"order_amount": {"$gt": 5}}, "operator": ">", "value": "100"})",
       "customers whose average of orders of more than 5 is above 100"},
      {R"({"orders": "avg", "operator": "notBetween", "value": [100, 500]})",
       "customers to whom this does not apply: (whose average of orders is at least 100 and whose "
       "average of orders is at most 500)"},
      {R"({"orders": "avg", "operator": "null"})", "customers whose average of orders is missing"},
      {R"({"orders": "all", "where": {"order_amount": {"$gt": 5}}})",
       "customers who have no order not of more than 5"},
      {R"({"field": "created_at", "operator": "<", "value": "last_order_date", "valueSource": "field"})",
       "customers whose arrival is before last order"},
      {R"({"field": "name", "operator": "!=", "value": "city", "valueSource": "field"})",
       "customers whose name is not the same as city"},
  };
  for (const auto& [json, english] : kCases) EXPECT_EQ(Read(json), english) << json;
}

TEST(JsonFrontend, SaysWhatIsAskedOfOrders) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"orders": "count", "operator": ">=", "value": 3})",
       "customers who have at least 3 orders"},
      {R"({"orders": "count", "operator": "!=", "value": 1})",
       "customers who do not have exactly 1 order"},
      {R"({"orders": "count", "where": {"order_status": "PENDING"}, "operator": "=", "value": 0})",
       "customers who have no orders whose status is “PENDING”"},
      {R"({"orders": "sum", "where": {"order_date": {"$gte": "2026-01-01"}}, "operator": "between", "value": [1, 5]})",
       "customers who have spent between 1 and 5 in orders placed on or after 1 January 2026"},
      {R"({"orders": "sum", "operator": "!=", "value": 0})",
       "customers who have not spent exactly 0 in orders"},
      {R"({"orders": "min", "operator": "<", "value": 5})",
       "customers whose smallest order is below 5"},
      {R"({"orders": "first", "where": {"order_amount": {"$gt": 5}}, "operator": "<", "value": "2026-01-01"})",
       "customers whose first order of more than 5 was placed before 1 January 2026"},
      {R"({"orders": "last", "operator": "null"})", "customers whose last order is missing"},
      {R"({"orders": "any", "where": {"$and": [{"order_status": "COMPLETED"}, {"order_amount": {"$gt": 5}}]}})",
       "customers who have an order of more than 5 whose status is “COMPLETED”"},
      {R"({"orders": "any", "where": {"$and": [{"order_amount": {"$lt": 9}}, {"order_amount": {"$gt": 5}}]}})",
       "customers who have an order of less than 9 and of more than 5"},
  };
  for (const auto& [json, english] : kCases) EXPECT_EQ(Read(json), english) << json;
}

TEST(JsonFrontend, CountsComparisonsOfTwoValuesToo) {
  const std::string one = R"({"field":"name","operator":"=","value":"city","valueSource":"field"})";
  auto rules = [&](int count) {
    std::string members = one;
    for (int i = 1; i < count; ++i) members += "," + one;
    return Read(R"({"combinator":"or","rules":[)" + members + "]}");
  };
  EXPECT_THAT(rules(500), testing::StartsWith("customers"));
  EXPECT_THAT(rules(501), HasSubstr("a rule may have at most 500 comparisons"));
}

// The blocks of JSON in a guide: each a rule, or one on each line.
TEST(JsonFrontend, ReadsWhatItsGuideShows) {
  std::string guide = *ReadFile(TIDINGS_SOURCE_DIR "/docs/rules.md");
  int rules = 0;
  for (size_t at = guide.find("```json\n"); at != guide.npos;
       at = guide.find("```json\n", at + 8)) {
    std::string block = guide.substr(at + 8, guide.find("```", at + 8) - at - 8);
    bool whole = Json::accept(block);
    for (const auto& rule : whole ? std::vector<std::string_view>{block} : Split(block, '\n')) {
      if (rule.empty()) continue;
      EXPECT_THAT(Read(rule), testing::StartsWith("customers who")) << rule;
      ++rules;
    }
  }
  EXPECT_EQ(rules, 4);
}

TEST(JsonFrontend, NamesAllMistakesAtOnce) {
  std::string message = Read(R"({"combinator":"and","rules":[
      {"field":"x1","operator":"=","value":1},{"field":"visit","operator":"~","value":1}]})");
  EXPECT_THAT(message, HasSubstr("/rules/0/field"));
  EXPECT_THAT(message, HasSubstr("/rules/1/operator"));
}

TEST(JsonFrontend, HasLimits) {
  std::string deep = R"({"field":"visit","operator":"=","value":1})";
  for (int i = 0; i <= kMaxDepth; ++i) deep = R"({"combinator":"and","rules":[)" + deep + "]}";
  EXPECT_THAT(Read(deep), HasSubstr("groups may nest at most 30 deep"));
  std::string wide = R"({"combinator":"and","rules":[)";
  for (int i = 0; i <= kMaxComparisons; ++i) {
    wide += std::string(i == 0 ? "" : ",") + R"({"field":"visit","operator":"=","value":1})";
  }
  EXPECT_THAT(Read(wide + "]}"), HasSubstr("at most 500 comparisons"));
  std::string list = "1";
  for (int i = 0; i < kMaxListLength; ++i) list += ",1";
  EXPECT_THAT(Read(R"({"field":"visit","operator":"in","value":[)" + list + "]}"),
              HasSubstr("at most 1000 values"));
}

}  // namespace
}  // namespace tidings::rule
