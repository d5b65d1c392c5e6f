// Every known way out of a Lua sandbox, one test each. A script may fail or be stopped; it may not
// go on, reach the machine, or spoil what comes after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lua/script.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;
using testing::Not;

// Small limits, so that the tests are quick; generous time, for slow sanitizers.
Limits Small() {
  Limits limits;
  limits.instructions = 2'000'000;
  limits.wall = std::chrono::seconds(20);
  limits.memory = size_t{8} << 20;
  return limits;
}

struct Outcome {
  std::string text;  // what the script wrote, or the error
  bool failed = false;
  Code code = Code::kInternal;
  std::chrono::milliseconds took{};
};

Outcome Try(const std::string& body, Limits limits = Small()) {
  auto began = std::chrono::steady_clock::now();
  Outcome outcome;
  auto script = Script::LoadText(
      "test/it.lua",
      "return summarize { write = function(task) do " + body + "\nend return 'done' end }", limits,
      {});
  auto answer = script.has_value() ? (*script)->Call({}) : Result<Json>(Fail(script.error()));
  outcome.failed = !answer.has_value();
  outcome.text = answer.has_value() ? answer->get<std::string>() : answer.error().message;
  if (outcome.failed) outcome.code = answer.error().code;
  outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  return outcome;
}

void ExpectStopped(const std::string& body) {
  Outcome outcome = Try(body);
  EXPECT_TRUE(outcome.failed) << body << " -> " << outcome.text;
  EXPECT_EQ(outcome.code, Code::kResourceExhausted) << outcome.text;
  EXPECT_LT(outcome.took.count(), 10'000) << body;
}

void ExpectRefused(const std::string& body, const std::string& why) {
  Outcome outcome = Try(body);
  EXPECT_TRUE(outcome.failed) << body << " -> " << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr(why)) << body;
}

TEST(Sandbox, StopsEndlessLoops) {
  ExpectStopped("while true do end");
  ExpectStopped("repeat until false");
  ExpectStopped("for i = 1, math.huge do end");
  ExpectStopped("::again:: goto again");
  ExpectStopped("local function f() return f() end f()");
  Outcome outcome = Try("local x = 1\nwhile true do x = x + 1 end");
  EXPECT_THAT(outcome.text,
              testing::StartsWith("test/it.lua:2: used up its 2,000,000 instructions"));
  EXPECT_THAT(outcome.text, HasSubstr("stack traceback:"));
}

TEST(Sandbox, StopsLoopsWhileLoading) {
  auto script = Script::LoadText("test/it.lua", "\nwhile true do end", Small(), {});
  ASSERT_FALSE(script.has_value());
  EXPECT_THAT(script.error().message, testing::StartsWith("test/it.lua:2: used up"));
}

TEST(Sandbox, LetsNobodyCatchTheEndOfTheBudget) {
  ExpectStopped("while true do pcall(function() while true do end end) end");
  ExpectStopped("local function f() pcall(f) while true do end end f()");
  ExpectStopped("while true do pcall(pcall, pcall, function() while true do end end) end");
  ExpectStopped(
      "pcall(function() while true do end end) local n = 0 while n < 10 do n = n + 1 end");
  ExpectStopped("while true do pcall(error) end");
  ExpectStopped("local t = {} table.sort({3, 2, 1}, function() while true do end end)");
  ExpectStopped("string.gsub('abc', '.', function() pcall(function() while true do end end) end)");
  ExpectStopped(
      "for _ in string.gmatch('abc', '.') do pcall(function() while true do end end) end");
}

TEST(Sandbox, HasNoWayAroundByErrorHandlers) {
  ExpectRefused("xpcall(error, function() while true do end end)", "`xpcall` does not exist");
  ExpectStopped("error(setmetatable({}, {__tostring = function() while true do end end}))");
  Outcome nested =
      Try("error(setmetatable({}, {__tostring = function() error(setmetatable({}, "
          "{__tostring = function() error('deep') end})) end}))");
  EXPECT_TRUE(nested.failed);
}

TEST(Sandbox, HasNoCoroutines) {
  ExpectRefused("coroutine.wrap(function() while true do end end)()", "`coroutine` does not exist");
}

TEST(Sandbox, StopsPatternBombs) {
  const std::string bomb = "local s = string.rep('a', 400) ";
  ExpectStopped(bomb + "string.find(s, 'a*a*a*a*a*a*a*a*a*b')");
  ExpectStopped(bomb + "string.match(s, 'a*a*a*a*a*a*a*a*a*b')");
  ExpectStopped(bomb + "string.gsub(s, 'a*a*a*a*a*a*a*a*a*b', '')");
  ExpectStopped(bomb + "for x in string.gmatch(s, 'a*a*a*a*a*a*a*a*a*b') do end");
  ExpectStopped(bomb + "while true do pcall(string.find, s, '.-.-.-.-.-.-b') end");
  ExpectStopped(
      "local s = string.rep('(', 300000) string.find(s, '%b()%b()') "
      "for i = 1, 1000 do string.find(s, '%b()') end");
  ExpectStopped("local s = string.rep('a', 500000) while true do string.find(s, 'b', 1, true) end");
  ExpectRefused("string.rep('x', 100):find(string.rep('x?', 300))", "pattern too complex");
}

TEST(Sandbox, RunsNoFinalizersAndClosers) {
  ExpectRefused("setmetatable({}, {__gc = function() end})", "may not have `__gc`");
  ExpectRefused("setmetatable({}, {__close = function() end})", "may not have `__close`");
  ExpectRefused("setmetatable({}, {__mode = 'k'})", "may not have `__mode`");
  ExpectRefused("local mt = {} mt.__gc = true setmetatable({}, mt)", "may not have `__gc`");
  ExpectRefused("collectgarbage()", "`collectgarbage` does not exist");
  // Set afterwards, __gc is never called, and __close runs inside the budget.
  EXPECT_EQ(Try("for i = 1, 100000 do local mt = {} setmetatable({}, mt) mt.__gc = function() "
                "while true do end end end")
                .text,
            "done");
  ExpectStopped(
      "local mt = {} local t = setmetatable({}, mt) mt.__close = function() while true do end end "
      "do local x <close> = t end");
  ExpectStopped(
      "local mt = {} local t = setmetatable({}, mt) mt.__close = function() while true do end end "
      "local function f() local x <close> = t while true do end end while true do pcall(f) end");
}

TEST(Sandbox, StopsMemoryBombs) {
  ExpectRefused("return string.rep('x', 1e9)", "string.rep would make a string of over");
  ExpectRefused("return string.rep('x', 1e18)", "string.rep would make a string of over");
  ExpectRefused("return string.rep('', 1e9, 'xxxxxxxxxxxxxxxxxxxxxxxxx')", "string.rep would make");
  EXPECT_EQ(Try("return string.rep('', 1e18)").text, "");
  ExpectStopped("local s = 'x' while true do s = s .. s end");
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
  Outcome outcome = Try("local t = {}\nwhile true do t[#t + 1] = {1, 2, 3} end");
  EXPECT_THAT(outcome.text, HasSubstr("test/it.lua:2: used more than its 8 MiB of memory"));
  EXPECT_THAT(outcome.text, HasSubstr("stack traceback:"));
}

TEST(Sandbox, TakesItsMemoryBackAfterABomb) {
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

TEST(Sandbox, NeedsSomeMemoryToBeginWith) {
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

TEST(Sandbox, StopsDeepRecursion) {
  EXPECT_TRUE(Try("local function f() return 1 + f() end return tostring(f())").failed);
  EXPECT_TRUE(Try("local t = {} for i = 1, 300 do t = {t} end return json.encode(t)").failed);
  EXPECT_TRUE(Try("local function f(s) return (s:gsub('.', f)) end return f('x')").failed);
  EXPECT_TRUE(Try("local function f() table.sort({2, 1}, f) end f()").failed);
  EXPECT_TRUE(
      Try("local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end "
          "return t.x")
          .failed);
  EXPECT_TRUE(Try("local t = setmetatable({}, {}) getmetatable(t).__tostring = function(t) return "
                  "tostring(t) end "
                  "return tostring(t)")
                  .failed);
  EXPECT_TRUE(Try("return " + std::string(5000, '(') + "1" + std::string(5000, ')')).failed);
  EXPECT_TRUE(Try("return " + std::string(5000, '{') + std::string(5000, '}')).failed);
}

TEST(Sandbox, StopsMetamethodLoops) {
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

TEST(Sandbox, LoadsNoCode) {
  ExpectRefused("load('return 1')", "`load` does not exist");
  ExpectRefused("loadstring('return 1')", "`loadstring` does not exist");
  ExpectRefused("dofile('/etc/passwd')", "`dofile` does not exist");
  ExpectRefused("loadfile('/etc/passwd')", "`loadfile` does not exist");
  ExpectRefused("string.dump(function() end)", "attempt to call a nil value (field 'dump')");
  ExpectRefused("require('x')", "top of the file");
  auto bytecode =
      Script::LoadText("test/it.lua", std::string("\x1bLua\x54\0\x19\x93\r\n\x1a\n", 12), {}, {});
  ASSERT_FALSE(bytecode.has_value());
  EXPECT_THAT(bytecode.error().message, HasSubstr("is compiled Lua, not text"));
  auto hidden = Script::LoadText("test/it.lua", std::string("\xEF\xBB\xBF\x1bLua", 7), {}, {});
  EXPECT_FALSE(hidden.has_value());
}

TEST(Sandbox, ReachesNothingOfTheMachine) {
  for (const char* name :
       {"io", "os", "package", "debug", "rawset", "rawget", "_G", "http", "log", "print"}) {
    ExpectRefused(std::string("return tostring(") + name + ")", "does not exist for scripts");
  }
  ExpectRefused("return tostring(math.random())", "attempt to call a nil value (field 'random')");
  ExpectRefused("return string.pack('z', 'x')", "attempt to call a nil value (field 'pack')");
}

// The allow-list itself: a new name has to be added here on purpose.
TEST(Sandbox, HasExactlyTheseNames) {
  Outcome outcome = Try(R"(
    local names = {}
    local function add(prefix, t)
      for k, v in pairs(t) do
        names[#names + 1] = prefix .. k
        if type(v) == "table" and prefix == "" then add(k .. ".", v) end
      end
    end
    add("", _ENV)
    table.sort(names)
    return table.concat(names, " "))");
  EXPECT_EQ(
      outcome.text,
      "accept assert days_since deliver error getmetatable has ingest ipairs json json.decode "
      "json.encode json.list json.null math math.abs math.ceil math.cos math.deg math.exp "
      "math.floor "
      "math.fmod math.huge math.log math.max math.maxinteger math.min math.mininteger math.modf "
      "math.pi math.rad math.sin math.sqrt math.tan math.tointeger math.type math.ult next now "
      "pairs "
      "pcall rawequal receipt reject require retry route segment select setmetatable string "
      "string.byte string.char string.find string.format string.gmatch string.gsub string.len "
      "string.lower string.match string.rep string.reverse string.sub string.upper summarize table "
      "table.concat table.insert table.move table.pack table.remove table.sort table.unpack time "
      "time.format time.parse time.parts tonumber tostring type utf8 utf8.char utf8.charpattern "
      "utf8.codepoint utf8.codes utf8.len utf8.offset");
}

TEST(Sandbox, FreezesTheMetatableOfStrings) {
  EXPECT_EQ(Try("return tostring(getmetatable(''))").text, "false");
  ExpectRefused("setmetatable('', {})", "table expected");
  ExpectRefused("('').rep = nil", "attempt to index a string value");
  ExpectRefused("string.format = nil", "stays as it is");
  ExpectRefused("local s = string s.lower = function() return 'evil' end", "stays as it is");
  ExpectRefused("table.insert(string, 1)", "stays as it is");
  ExpectRefused("table.sort(setmetatable({}, {__index = string, __len = function() return 2 end}))",
                "attempt to compare");
}

TEST(Sandbox, KeepsMetatablesOfTheHost) {
  EXPECT_EQ(Try("return tostring(getmetatable(string)) .. tostring(getmetatable(_ENV))").text,
            "falsefalse");
  EXPECT_EQ(Try("return tostring(getmetatable(json.list{}))").text, "false");
  ExpectRefused("setmetatable(string, {})", "protected metatable");
  ExpectRefused("setmetatable(_ENV, {})", "protected metatable");
  ExpectRefused("setmetatable(json.list{}, {})", "protected metatable");
}

TEST(Sandbox, KeepsGlobalsAsTheyWereLoaded) {
  ExpectRefused("_ENV.x = 1", "`x` was made when the script was loaded");
  ExpectRefused("x = 1", "`x` was made when the script was loaded");
  ExpectRefused("tostring = nil", "stays as it is");
  ExpectRefused("local k = next(_ENV) _ENV[k] = nil", "stays as it is");
  ExpectRefused("for k in pairs(_ENV) do _ENV[k] = nil end", "stays as it is");
  ExpectRefused("local _, t = pairs(_ENV) t.x = 1", "stays as it is");
  ExpectRefused("local _ENV = {} x = 1 return tostring(x)", "global 'tostring'");
}

TEST(Sandbox, TellsNoAddresses) {
  Outcome outcome = Try(
      "local c = setmetatable({}, {__name = 'Thing'}) "
      "return tostring({}) .. ' ' .. tostring(print_ or tostring) .. ' ' .. tostring(c) .. ' ' .. "
      "string.format('%s %s', {}, tostring) .. ' ' .. tostring(json.null)");
  ExpectRefused("return string.format('%p', {})", "does not know `%p`");
  ExpectRefused("return string.format('%-20p', {})", "does not know `%p`");
  outcome =
      Try("return tostring({}) .. tostring(tostring) .. string.format('%s', {}) .. "
          "tostring(json.null)");
  EXPECT_EQ(outcome.text, "tablefunctiontablenull");
  for (const char* body :
       {"return {} .. ''", "return {} < {}", "return #tostring", "error({})",
        "return setmetatable({}, {__name = 5}) + 1", "local t = {} t[nil] = 1"}) {
    EXPECT_THAT(Try(body).text, Not(HasSubstr("0x"))) << body;
  }
}

TEST(Sandbox, CapsFormatsAndResults) {
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

TEST(Sandbox, CapsErrorMessages) {
  Outcome outcome = Try("error(string.rep('x', 900000))");
  EXPECT_TRUE(outcome.failed);
  EXPECT_LT(outcome.text.size(), 10'000u);
}

TEST(Sandbox, KeepsToTheWallClock) {
  Limits limits = Small();
  limits.instructions = INT64_MAX / 4;
  limits.wall = std::chrono::milliseconds(100);
  for (const char* body :
       {"while true do end", "while true do pcall(error) end",
        "local s = string.rep('a', 900000) while true do local t = s .. s end",
        "local a, b = string.rep('a', 900000) .. 'x', string.rep('a', 900000) .. 'y' "
        "while true do local t = a < b end",
        "local t = {} for i = 1, 100000 do t[i] = i end for i = 1, 100000 do t[i] = nil end "
        "while true do next(t) end"}) {
    Outcome outcome = Try(body, limits);
    EXPECT_EQ(outcome.code, Code::kTimeout) << body << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("ran longer than its 100 ms")) << body;
    EXPECT_LT(outcome.took.count(), 5'000) << body;
  }
}

TEST(Sandbox, SortsWithAnyComparison) {
  EXPECT_EQ(Try("local t = {3, 1, 2, 5, 4} table.sort(t) return table.concat(t)").text, "12345");
  EXPECT_EQ(Try("local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return "
                "table.concat(t)")
                .text,
            "321");
  EXPECT_EQ(Try("local t = {} for i = 1, 999 do t[i] = (i * 7919) % 1000 end table.sort(t) "
                "for i = 2, #t do assert(t[i - 1] <= t[i]) end")
                .text,
            "done");
  EXPECT_EQ(Try("local t = {3, 1, 2} table.sort(t, function() return true end)").text, "done");
  ExpectRefused("table.sort({1, 'x'})", "attempt to compare");
  ExpectRefused("table.sort({1, 2}, function() error('no') end)", "no");
  ExpectRefused("table.sort({1, 2}, 5)", "function expected");
}

}  // namespace
}  // namespace tidings::lua
