// Which lines count, and which ones running a script reaches.
#include "lua/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "lua/script.h"

namespace tidings::lua {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Of an ingest script that is given a number or nothing each time.
ScriptCoverage AllCoverageOf(const std::string& text, const std::vector<Json>& records,
                             const std::filesystem::path& lib = "") {
  ScriptCoverage coverage;
  Options options;
  options.lib = lib;
  options.coverage = &coverage;
  auto script = Script::LoadText("test/it.lua", text, {}, options);
  EXPECT_TRUE(script.has_value()) << script.error().message;
  for (const Json& record : records) EXPECT_TRUE((*script)->Call(record).has_value());
  return coverage;
}

Coverage CoverageOf(const std::string& text, const std::vector<Json>& records) {
  return AllCoverageOf(text, records).script;
}

constexpr const char* kBranches = R"(-- 1: a comment

local SIZES = {
  small = 1,
  large = 2,
}

local function size_of(r)
  if r.n > SIZES.large then
    return "large"
  elseif r.n > SIZES.small then
    return "middle"
  else
    return "small"
  end
end

return ingest {
  process = function(r)
    r.size = size_of(r)
    return r
  end,
}
)";

TEST(Coverage, TellsWhichBranchesRan) {
  auto none = CoverageOf(kBranches, {});
  EXPECT_THAT(none.Missed(), ElementsAre(9, 10, 11, 12, 14, 20, 21));
  EXPECT_EQ(none.Percent(), 46);
  auto some = CoverageOf(kBranches, {{{"n", 3}}});
  EXPECT_THAT(some.Missed(), ElementsAre(11, 12, 14));
  EXPECT_EQ(some.lines(), 13);
  EXPECT_EQ(some.Percent(), 76);
  auto all = CoverageOf(kBranches, {{{"n", 3}}, {{"n", 2}}, {{"n", 1}}});
  EXPECT_THAT(all.Missed(), IsEmpty());
  EXPECT_EQ(all.Percent(), 100);
}

TEST(Coverage, CountsFunctionsThatAreNeverMade) {
  auto coverage = CoverageOf(R"(
return ingest { process = function(r)
  if r.n then
    local function inner()
      return function()
        return r.n
      end
    end
    return inner()
  end
  return r
end })",
                             {{{"m", 1}}});
  EXPECT_THAT(coverage.Missed(), ElementsAre(6, 7, 8, 9));
}

TEST(Coverage, CountsEachPartOfALongExpression) {
  auto coverage = CoverageOf(R"(
return ingest { process = function(r)
  local both = r.a and
      r.b
  r.both = both
  return r
end })",
                             {{{"b", 1}}});
  EXPECT_THAT(coverage.Missed(), ElementsAre(4));
}

// What Lua adds and nothing reaches does not count.
TEST(Coverage, LeavesOutDeadCode) {
  auto coverage = CoverageOf(R"(
local function pick(r)
  if r.n == 1 then
    return math.max(
      r.n, 2
    )
  elseif r.n == 2 then
    return 5
  else
    return 6
  end
end
local function last(r)
  for i, x in ipairs(r.list) do
    if x > 1 then
      break
    end
  end
  for i = 1, 2 do
    if r.n == i then return i end
  end
end
local function forever(r)
  while true do
    if r.n > 0 then return end
    r.n = r.n + 1
  end
end
return ingest { process = function(r)
  r.pick = pick(r)
  r.last = last(r)
  forever(r)
  return r
end })",
                             {{{"n", 1}, {"list", {2}}}, {{"n", 2}, {"list", {1}}}});
  EXPECT_THAT(coverage.Missed(), ElementsAre(10, 26));
}

// More lines and longer gaps than one step of the debug information can say, and strings and
// numbers of every form between the functions.
TEST(Coverage, ReadsLongScripts) {
  std::string text = "local t = {1, 1.5, 'short', nil, true, [[" + std::string(300, 'x') + "]]}\n";
  for (int i = 0; i < 1000; ++i)
    text += "local _ENV, a" + std::to_string(i % 3) + " = _ENV, 2^53\n";
  text = "do\n" + text.substr(0, text.find("local _ENV")) + "end\n" + std::string(500, '\n') +
         "local function unused(...)\n" + std::string(300, '\n') + "  return ...\nend\n" +
         "return ingest { process = function(r) return r end }\n";
  auto coverage = CoverageOf(text, {Json::object()});
  EXPECT_THAT(coverage.Missed(), ElementsAre(805));
}

TEST(Coverage, IsOfTheScriptAlone) {
  auto coverage = AllCoverageOf("return ingest { process = function(r) return r end }", {});
  EXPECT_EQ(coverage.script.lines(), 1);
  EXPECT_EQ(coverage.script.Percent(), 100);
  EXPECT_THAT(coverage.lib, IsEmpty());
}

TEST(Coverage, IsOfWhatAScriptRequiresToo) {
  TempDir lib;
  EXPECT_TRUE(WriteFile(lib.path() / "inner.lua", R"(return {
  used = function()
    return 1
  end,
  idle = function()
    return 2
  end,
})"));
  EXPECT_TRUE(WriteFile(lib.path() / "outer.lua", R"(local inner = require "inner"
return function(n)
  if n > 1 then
    return inner.used()
  end
  return 0
end)"));
  constexpr const char* kScript = R"(local outer = require "outer"
return ingest { process = function(r) r.n = outer(r.n) return r end })";
  auto coverage = AllCoverageOf(kScript, {{{"n", 2}}}, lib.path());
  EXPECT_THAT(coverage.script.Missed(), IsEmpty());
  EXPECT_EQ(coverage.lib.size(), 2u);
  EXPECT_THAT(coverage.lib["lib/outer.lua"].Missed(), ElementsAre(6));
  EXPECT_THAT(coverage.lib["lib/inner.lua"].Missed(), ElementsAre(6));
  auto other = AllCoverageOf(kScript, {{{"n", 1}}}, lib.path());
  EXPECT_THAT(other.lib["lib/outer.lua"].Missed(), ElementsAre(4));
  EXPECT_THAT(other.lib["lib/inner.lua"].Missed(), ElementsAre(3, 6));
  other.lib["lib/outer.lua"].Add(coverage.lib["lib/outer.lua"]);
  EXPECT_THAT(other.lib["lib/outer.lua"].Missed(), IsEmpty());
}

TEST(Coverage, IsNeverRoundedUpToAll) {
  Coverage coverage;
  std::set<int> lines;
  for (int i = 1; i <= 1000; ++i) lines.insert(i);
  coverage.Expect(lines);
  for (int i = 1; i < 1000; ++i) coverage.Reach(i);
  EXPECT_EQ(coverage.Percent(), 99);
  EXPECT_EQ(Coverage().Percent(), 100);
}

TEST(Coverage, NotesLinesOfTheBudgetToo) {
  ScriptCoverage coverage;
  Options options;
  options.coverage = &coverage;
  Limits limits;
  limits.instructions = 100'000;
  auto script = Script::LoadText("test/it.lua",
                                 "return ingest { process = function(r)\nwhile true do\nend\nend }",
                                 limits, options);
  ASSERT_TRUE(script.has_value());
  auto answer = (*script)->Call(Json::object());
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Code::kResourceExhausted);
  EXPECT_THAT(coverage.script.Missed(), IsEmpty());
}

}  // namespace
}  // namespace tidings::lua
