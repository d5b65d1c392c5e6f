// What the author of a rule in Lua is told to look at.
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "rule/lua_frontend.h"

namespace tidings::rule {
namespace {

// "line: text" of each remark.
std::string RemarksOn(const std::string& file) {
  const Time now = *ParseTime("2026-03-01T12:00:00Z");
  auto program = LuaProgram::Parse("it.lua", file, TIDINGS_SOURCE_DIR "/scripts/lib");
  if (!program.has_value()) return program.error().message;
  std::string text;
  for (const auto& remark : (*program)->PlanFor(now).remarks) {
    text += fmt::format("{}: {}\n", remark.line, remark.text);
  }
  return text;
}

// Of a `match` with this body, which begins on the third line.
std::string Remarks(const std::string& body, const std::string& top = "") {
  return RemarksOn(top + "\nreturn segment { match = function(c)\n" + body + "\nend }");
}

TEST(LuaRemarks, OnFieldsThatMayBeNil) {
  EXPECT_EQ(Remarks("return c.last_order_date > 5"),
            "3: `c.last_order_date` may be nil: attempt to compare nil with number\n");
  EXPECT_EQ(Remarks("local d = days_since(c.last_order_date)\nreturn d > 3"),
            "3: `c.last_order_date` may be nil: bad argument #1 to 'days_since' (number expected, "
            "got nil)\n");
  EXPECT_EQ(Remarks("return c.email:find('x', 1, true)"),
            "3: `c.email` may be nil: attempt to index a nil value\n");
  EXPECT_EQ(Remarks("return c.attributes.age > 18"),
            "3: `c.attributes.age` may be no number: attempt to compare attribute `age` with a "
            "number\n");
  EXPECT_EQ(Remarks("return c.email and c.email:find('x', 1, true)"), "");
  EXPECT_EQ(Remarks("local d = c.last_order_date\nif not d then return false end\nreturn d > 5"),
            "");
  EXPECT_EQ(Remarks("return type(c.attributes.age) == 'number' and c.attributes.age > 18"), "");
}

TEST(LuaRemarks, OnAggregatesOfNoOrders) {
  const std::string nil = "attempt to compare nil with number\n";
  EXPECT_EQ(Remarks("return c.orders:avg{} >= 2500"), "3: there may be no such orders: " + nil);
  EXPECT_EQ(Remarks("local a = c.orders:avg{status = 'completed'}\nreturn a > 1 and a < 5"),
            "4: there may be no such orders: " + nil);
  EXPECT_EQ(Remarks("return c.orders:max{} > 5"), "3: `c.orders:max` may be nil: " + nil);
  EXPECT_EQ(Remarks("return c.orders:min{} * 2 > 5"),
            "3: `c.orders:min` may be nil: attempt to perform arithmetic on a nil value\n");
  EXPECT_EQ(Remarks("return days_since(c.orders:last()) > 30"),
            "3: `c.orders:last` may be nil: bad argument #1 to 'days_since' (number expected, got "
            "nil)\n");
  // Guarded in one way or another; a count or a sum of none is 0.
  EXPECT_EQ(Remarks("return c.orders:count{} > 0 and c.orders:avg{} > 5"), "");
  EXPECT_EQ(Remarks("if c.orders:count{} < 3 then return false end\nreturn c.orders:max{} > 5"),
            "");
  EXPECT_EQ(Remarks("local a = c.orders:avg{}\nreturn a ~= nil and a > 5"), "");
  EXPECT_EQ(Remarks("local a = c.orders:avg{}\nif not a then return false end\nreturn a > 5"), "");
  EXPECT_EQ(Remarks("return (c.orders:avg{} or 0) > 5"), "");
  EXPECT_EQ(Remarks("return c.orders:first{} ~= nil and days_since(c.orders:first{}) > 5"), "");
  EXPECT_EQ(Remarks("return c.orders:sum{} > 5 or c.orders:count{} > 5"), "");
}

TEST(LuaRemarks, AreNotOnShippedRules) {
  const std::filesystem::path scripts = TIDINGS_SOURCE_DIR "/scripts";
  for (const auto& entry : std::filesystem::directory_iterator(scripts / "segment")) {
    if (entry.path().extension() != ".lua") continue;
    EXPECT_EQ(RemarksOn(*ReadFile(entry.path())), "") << entry.path();
  }
}

TEST(LuaRemarks, OnWritesToWhatIsShared) {
  EXPECT_EQ(Remarks("count = 1\nreturn true"),
            "3: writes to the global `count`, which is an error\n");
  EXPECT_EQ(Remarks("seen.x = true\nreturn true", "local seen = {}"),
            "3: writes to a table that was made outside `match`, which is an error\n");
}

TEST(LuaRemarks, OnTheOrderOfPairs) {
  EXPECT_EQ(Remarks("local last for k in pairs({a = 1, b = 2}) do last = k end\n"
                    "return last == c.city"),
            "0: its answer depends on the order in which `pairs` visits a table\n");
  EXPECT_EQ(Remarks("for k in pairs({a = 1, b = 2}) do if k == c.city then return true end end"),
            "");
}

TEST(LuaRemarks, OnBranchesThatAreNeverTaken) {
  EXPECT_EQ(Remarks("if c.visit > 5 then\nreturn true\nelseif c.visit > 7 then\nreturn false\n"
                    "else\nreturn c.city == 'a'\nend"),
            "6: this branch is never taken\n");
  EXPECT_EQ(Remarks("if c.name then\nreturn true\nelse\nreturn false\nend"),
            "6: this branch is never taken\n");
  EXPECT_EQ(Remarks("if c.visit > 5 then\nreturn true\nend\nreturn false"), "");
  // What is not so today may be so tomorrow, and what SQL cannot say may be so now.
  EXPECT_EQ(Remarks("if now() > 1e10 then\nreturn true\nend\nreturn false"), "");
  EXPECT_EQ(Remarks("if c.name:gsub('a', '') == 'b' then\nreturn true\nend\nreturn false"), "");
}

}  // namespace
}  // namespace tidings::rule
