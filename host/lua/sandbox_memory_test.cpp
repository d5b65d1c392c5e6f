// Ways out of the sandbox's limits on memory and on the depth of its stacks, one test each.
#include "lua/sandbox_try.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;

TEST(SandboxMemory, StopsMemoryBombs) {
  ExpectRefused("return string.rep('x', 1e9)", "string.rep would make a string of over");
  ExpectRefused("return string.rep('x', 1e18)", "string.rep would make a string of over");
  ExpectRefused("return string.rep('', 1e9, 'xxxxxxxxxxxxxxxxxxxxxxxxx')", "string.rep would make");
  EXPECT_EQ(Try("return string.rep('', 1e18)").text, "");
  EXPECT_THAT(Try("local s = 'x'\nwhile true do s = s .. s end").text,
              HasSubstr("test/it.lua:2: wanted a string of over 1,048,576 bytes"));
  ExpectStopped("local s = 'x' while true do pcall(function() s = s .. s end) end");
  ExpectStopped("local t = {} while true do t[#t + 1] = {} end");
  ExpectStopped("local t = {} for i = 1, 1e9 do t[i] = i end");
  ExpectStopped("local t = {} for i = 1, 1e9 do t['k' .. i] = i end");
  ExpectStopped("local t = {} while true do t[#t + 1] = string.rep('x', 10000) .. #t end");
  ExpectStopped(
      "local s = string.rep('x', 1000000) local t = {} for i = 1, 100 do t[i] = s end "
      "return table.concat(t)");
  ExpectStopped(
      "local s = string.rep('x', 900000) return s..s..s..s..s..s..s..s..s..s..s..s..s..s");
  ExpectRefused("return (string.rep('x', 10000):gsub('x', string.rep('y', 1000)))", "too long");
  ExpectRefused("local s = string.rep('x', 900000) return string.format('%s%s', s, s)", "too long");
  ExpectStopped(
      "while true do pcall(string.rep, 'x', 1000000) pcall(table.concat, {}, '', 1, 1e15) end");
  Tried outcome = Try("local t = {}\nwhile true do t[#t + 1] = {1, 2, 3} end");
  EXPECT_THAT(outcome.text, HasSubstr("test/it.lua:2: used more than its 8 MiB of memory"));
  EXPECT_THAT(outcome.text, HasSubstr("stack traceback:"));
}

TEST(SandboxMemory, TakesItsMemoryBackAfterABomb) {
  auto script =
      Script::LoadText("test/it.lua",
                       "return summarize { write = function(task) if task.bomb then local t = {} "
                       "while true do t[#t + 1] = {} end end return 'fine' end }",
                       Small(), {});
  ASSERT_TRUE(script.has_value());
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE((*script)->Call({{"bomb", true}}).has_value());
    auto answer = (*script)->Call(Json::object());
    EXPECT_EQ(answer.has_value() ? *answer : Json(answer.error().message), "fine");
  }
}

TEST(SandboxMemory, NeedsSomeMemoryToBeginWith) {
  for (size_t memory = 0; memory < 200'000; memory += 1'000) {
    Limits limits = Small();
    limits.memory = memory;
    auto script =
        Script::LoadText("test/it.lua", "return segment { match = function() end }", limits, {});
    if (!script.has_value()) {
      EXPECT_EQ(script.error().code, Code::kResourceExhausted) << memory << script.error().message;
    }
  }
}

TEST(SandboxMemory, LetsListsBeLongAndTablesLarge) {
  Limits limits;
  EXPECT_EQ(Try("local t = {} for i = 1, 1000000 do t[i] = i end", limits).text, "done");
  EXPECT_EQ(Try("local t = {} for i = 1, 65536 do t['k' .. i] = i end", limits).text, "done");
  EXPECT_THAT(Try("local t = {} for i = 1, 65537 do t['k' .. i] = i end", limits).text,
              HasSubstr("over 65,536 named members"));
}

// Functions that call themselves through C, where no stack of Lua grows.
TEST(SandboxMemory, StopsDeepRecursionThroughC) {
  const std::string mt = "local mt = {} local t, u = setmetatable({}, mt), setmetatable({}, mt) ";
  const std::string kEach[] = {
      "local function f() local ok, why = pcall(f) error(why, 0) end f()",
      "local function f(s) return (s:gsub('.', f)) end return f('x')",
      "local function f() table.sort({2, 1}, f) end f()",
      mt + "mt.__index = function(t, k) return t[k] end return t.x",
      mt + "mt.__newindex = function(t, k) t[k] = 1 end t.x = 1",
      mt + "mt.__tostring = function(t) return tostring(t) end return tostring(t)",
      mt + "mt.__tostring = function(t) return string.format('%s', t) end return tostring(t)",
      mt + "mt.__concat = function(a, b) return a .. b end return t .. ''",
      mt + "mt.__eq = function(a, b) return a == b end return tostring(t == u)",
      mt + "mt.__eq = function(a, b) return has({a}, b) end return tostring(t == u)",
      mt + "mt.__lt = function(a, b) return a < b end return tostring(t < u)",
      mt + "mt.__len = function(a) return #a end return tostring(#t)",
      mt + "mt.__unm = function(a) return -a end return tostring(-t)",
      mt + "mt.__pairs = function(a) return pairs(a) end for _ in pairs(t) do end",
      mt + "mt.__index = function(a, i) for _ in ipairs(a) do end end for _ in ipairs(t) do end",
      mt + "mt.__index = function(a, i) return table.concat(a, '', 1, 1) end return t[1]",
  };
  for (const auto& body : kEach) ExpectRefused(body, "stack overflow");
  EXPECT_EQ(Try("local function f() pcall(f) end f()").text, "done");
  ExpectStopped("local function f() pcall(f) pcall(f) end f()");
}

TEST(SandboxMemory, StopsDeepRecursion) {
  ExpectStopped("local function f() return 1 + f() end return tostring(f())", Limits());
  ExpectStopped("local function f() return 1 + f() end return tostring(f())");
  EXPECT_EQ(
      Try("local function f(n) return n == 0 and 0 or 1 + f(n - 1) end return f(5000) .. ''").text,
      "5000");
  ExpectRefused("local t = {} for i = 1, 300 do t = {t} end return json.encode(t)",
                "nests too deeply");
  ExpectRefused("return " + std::string(5000, '(') + "1" + std::string(5000, ')'), "overflow");
  ExpectRefused("return " + std::string(5000, '{') + std::string(5000, '}'), "overflow");
}

TEST(SandboxMemory, StopsMetamethodLoops) {
  EXPECT_TRUE(Try("local t = {} setmetatable(t, {__index = t}) t.__index = t return t.x").failed);
  EXPECT_TRUE(
      Try("local a, b = {}, {} setmetatable(a, {__index = b}) setmetatable(b, {__index = a}) "
          "return a.x")
          .failed);
  EXPECT_TRUE(
      Try("local a, b = {}, {} setmetatable(a, {__newindex = b}) setmetatable(b, {__newindex = a}) "
          "a.x = 1")
          .failed);
  ExpectStopped(
      "local t = setmetatable({}, {__len = function() return 1e15 end}) table.insert(t, 1, 'x')");
  ExpectStopped(
      "local t = setmetatable({}, {__len = function() return 1e15 end, __index = function() return "
      "1 "
      "end}) table.sort(t)");
  ExpectStopped(
      "local t = setmetatable({}, {__len = function() return 1e15 end, __index = tostring}) "
      "return table.concat(t)");
  ExpectStopped(
      "local t = setmetatable({}, {__index = function() return '' end}) return table.concat(t, '', "
      "1, 1e15)");
  ExpectStopped(
      "local t = setmetatable({}, {__len = function() return 1e15 end}) return tostring(has(t, "
      "1))");
  ExpectStopped("for _ in ipairs(setmetatable({}, {__index = function() return 1 end})) do end");
}

// Sixty tables that hold the one before twice are small as tables, and endless as JSON.
TEST(SandboxMemory, StopsWhatGrowsWhenItIsWritten) {
  const std::string twice = "local t = {} for i = 1, 60 do t = {t, t} end ";
  ExpectRefused(twice + "return json.encode(t)", "too large to become JSON");
  ExpectRefused(twice + "error(json.encode(t))", "too large to become JSON");
  ExpectRefused("return string.format('%q', string.rep('\\0', 500000))", "too long");
  ExpectRefused("return string.rep('x', 2000):gsub('', string.rep('y', 1000))", "too long");
  ExpectRefused("return (string.rep('x', 2000):gsub('x', {x = string.rep('y', 1000)}))",
                "too long");
  ExpectRefused("return tostring(utf8.codepoint(string.rep('a', 900000), 1, -1))", "overflow");
}

// Suggestions look through names that the script has made, too.
TEST(SandboxMemory, SuggestsOnlyNamesOfSomeLength) {
  Tried tried = TryWhole(
      "for i = 1, 20 do _ENV[i .. string.rep('x', 1000000)] = i end return undefined_thing",
      Limits());
  EXPECT_THAT(tried.text, HasSubstr("undefined name `undefined_thing`"));
  EXPECT_LT(tried.took.count(), 1'000);
  ExpectRefused("return _ENV[string.rep('x', 1000000)]", "undefined name");
}

TEST(SandboxMemory, CapsFormatsAndResults) {
  ExpectRefused("return string.format('%99999d', 1)", "invalid conversion");
  ExpectRefused("return string.format('%.99999f', 1)", "invalid conversion");
  ExpectRefused("return table.unpack({}, 1, 1e7)", "at most 1000 values");
  ExpectRefused("return table.unpack({}, math.mininteger, math.maxinteger)", "at most 1000 values");
  ExpectRefused("return ('x'):rep(5000):byte(1, -1)", "at most 1000 values");
  EXPECT_EQ(Try("return tostring(select('#', ('x'):rep(5000):byte(-5, -1)))").text, "5");
  ExpectRefused("table.insert({}, 2^53, 'x')", "out of bounds");
  ExpectRefused("table.insert({}, 1e300, 'x')", "no integer representation");
  ExpectStopped("table.move({}, 1, math.maxinteger - 1, 2)");
  ExpectStopped(
      "local t = {} for i = 1, 100000 do t[i] = i end while true do table.insert(t, 1, 0) "
      "table.remove(t, 1) end");
  ExpectStopped("local s = string.rep('x', 900000) while true do utf8.len(s) end");
  ExpectStopped("local s = string.rep('x', 900000) while true do local t = s:upper() end");
  ExpectStopped("local s = string.rep('1', 900000) while true do tonumber(s) end");
  ExpectStopped(
      "local s = string.rep('[', 60) .. string.rep(']', 60) while true do json.decode(s) end");
}

TEST(SandboxMemory, CapsErrorMessages) {
  Tried outcome = Try("error(string.rep('x', 900000))");
  EXPECT_TRUE(outcome.failed);
  EXPECT_LT(outcome.text.size(), 10'000u);
}

}  // namespace
}  // namespace tidings::lua
