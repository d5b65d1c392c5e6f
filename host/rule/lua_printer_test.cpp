// Trees as Lua, and back.
#include "rule/lua_printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule/json_frontend.h"
#include "rule/json_printer.h"
#include "rule/logic.h"
#include "rule/lua_frontend.h"
#include "rule/scratch_scripts.h"

namespace tidings::rule {
namespace {

const Time kNow = *ParseTime("2026-03-29T01:30:00Z");

LuaPlan PlanOf(const std::string& condition) {
  auto program = LuaProgram::Parse(
      "it.lua", "return segment { match = function(c) return " + condition + " end }", "");
  EXPECT_TRUE(program.has_value()) << program.error().message << "\n" << condition;
  return program.has_value() ? (*program)->PlanFor(kNow) : LuaPlan{};
}

TEST(LuaPrinter, PrintsWhatARuleWouldSay) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"({"field":"total_spend","operator":">","value":5000})", "c.total_spend > 5000"},
      {R"({"field":"city","operator":"in","value":["Goa","Pune"]})",
       R"(has({"Goa", "Pune"}, c.city))"},
      {R"({"field":"inactive_days","operator":">","value":90})",
       "(c.last_order_date ~= nil and c.last_order_date < now() - 90 * 86400)"},
      {R"({"field":"email","operator":"endsWith","value":".com"})",
       R"((c.email ~= nil and c.email:sub(-4) == ".com"))"},
      {R"({"field":"attributes.age","operator":">","value":30})",
       R"((type(c.attributes["age"]) == "number" and c.attributes["age"] > 30))"},
      {R"({"field":"order_status","operator":"=","value":"refunded"})",
       R"(c.orders:count{status = "REFUNDED"} > 0)"},
  };
  for (const auto& [json, lua] : kCases) EXPECT_EQ(*WriteLua(*ParseJsonRule(json)), lua);
}

// Trees of every construct, as random scripts make them. (In larger ones a second reading may find
// more to simplify than the first.)
TEST(LuaPrinter, ReadsBackToTheSameTree) {
  Random random(4);
  LuaMaker maker(random);
  int said = 0;
  for (int i = 0; i < 1500; ++i) {
    LuaPlan plan =
        (*LuaProgram::Parse("it.lua", LuaMaker::FileOf(maker.Rule()), ""))->PlanFor(kNow);
    auto lua = WriteLua(plan.chosen);
    if (!lua.has_value() || !IsFalse(plan.asked) || SizeOf(plan.chosen) > 3) continue;
    LuaPlan read = PlanOf(*lua);
    EXPECT_TRUE(IsFalse(read.failed)) << *lua;
    EXPECT_EQ(WriteJson(read.chosen).dump(), WriteJson(plan.chosen).dump()) << *lua;
    said += SizeOf(plan.chosen) > 0;
  }
  EXPECT_GT(said, 150);
}

TEST(LuaPrinter, SaysWhatLuaHasNoWordsFor) {
  auto lua =
      WriteLua(*ParseJsonRule(R"({"field":"created_at","operator":"<","value":{"monthsAgo":6}})"));
  EXPECT_EQ(lua.error().message, "Lua has no words for months and years before now");
}

}  // namespace
}  // namespace tidings::rule
