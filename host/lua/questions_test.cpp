// What scripts may ask of nil too, and times so long ago.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lua/row.h"
#include "lua/script.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;

// What a segment with this condition answers about a customer.
std::string Ask(const std::string& condition) {
  static const Json kAttributes = Json::parse(
      R"({"plan": "gold", "n": 41, "likes": ["tea", 1], "none": null, "o": {}, "l": [], "t": ""})");
  static const Json kTags = Json::parse(R"(["vip", "new"])");
  Options options;
  options.now = *ParseTime("2026-03-31T12:00:00Z");
  auto script = Script::LoadText(
      "it.lua", "return segment { match = function(c) return " + condition + " end }", {}, options);
  if (!script.has_value()) return script.error().message;
  std::vector<Value> values(CustomerRow().fields.size());
  values[2] = "Asha";
  values[10] = *ParseTime("2026-02-28T23:59:59.999999Z");
  values[12] = &kAttributes;
  values[13] = &kTags;
  auto answer = (*script)->Test({&CustomerRow(), values.data()});
  return !answer.has_value() ? answer.error().message : *answer ? "yes" : "no";
}

TEST(Questions, AreAnsweredForEveryKind) {
  const char* kTrue[] = {
      "contains(c.name, 'sh') and contains(c.name, '') and not contains(c.name, 'a.')",
      "contains(c.tags, 'vip') and not contains(c.tags, 'vi')",
      "contains(c.attributes.likes, 'tea') and not contains(c.attributes.n, '4')",
      "not contains(nil, 'x') and not contains(c.attributes, 'plan')",
      "between(2, 2, 3) and between(3.0, 2, 3) and not between(4, 2, 3)",
      "between('b', 'a', 'c') and not between('2', 1, 3) and not between(nil, 1, 3)",
      "missing(nil) and missing('') and missing({}) and missing(c.email)",
      "missing(c.attributes.o) and missing(c.attributes.l) and missing(c.attributes.t)",
      "not missing(0) and not missing(false) and not missing(c.attributes) and not missing(c.tags)",
      "any(c.tags, function(t) return t == 'new' end)",
      "not any({}, function() return true end) and not any(nil, function() return true end)",
  };
  for (const char* condition : kTrue) EXPECT_EQ(Ask(condition), "yes") << condition;
}

TEST(Questions, KnowTheCalendar) {
  const char* kTrue[] = {
      "months_ago(1) == time.parse('2026-02-28T12:00:00Z')",
      "years_ago(2) == time.parse('2024-03-31T12:00:00Z')",
      "days_ago(1.5) == now() - 36 * 3600 and hours_ago(36) == days_ago(1.5)",
      "weeks_ago(2) == days_ago(14) and minutes_ago(90) == hours_ago(1.5)",
      "time.date(c.last_order_date) == '2026-02-28'",
      "time.date(now()) == '2026-03-31'",
  };
  for (const char* condition : kTrue) EXPECT_EQ(Ask(condition), "yes") << condition;
}

TEST(Questions, SayWhatTheyCannotTake) {
  const std::pair<const char*, const char*> kCases[] = {
      {"contains(c.name, nil)", "bad argument #2 to 'contains'"},
      {"between(1, nil, 3)", "bad argument #2 to 'between' (number or text expected"},
      {"between(1, 1, 'x')", "has to be of the kind of the lower bound"},
      {"any(c.tags, 5)", "function expected"},
      {"days_ago(-1)", "at most 200 years"},
      {"months_ago(1.5)", "whole for months and years"},
      {"months_ago(0/0)", "whole for months and years"},
      {"time.date(c.email)", "number expected, got nil"},
  };
  for (const auto& [condition, error] : kCases) {
    EXPECT_THAT(Ask(condition), HasSubstr(error)) << condition;
  }
}

}  // namespace
}  // namespace tidings::lua
