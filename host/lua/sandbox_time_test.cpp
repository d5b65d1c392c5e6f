// Ways out of the sandbox's limits on instructions and time, one test each. A script may fail or be
// stopped; it may not go on.
#include "lua/sandbox_try.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;

TEST(SandboxTime, StopsEndlessLoops) {
  ExpectStopped("while true do end");
  ExpectStopped("repeat until false");
  ExpectStopped("for i = 1, math.huge do end");
  ExpectStopped("::again:: goto again");
  ExpectStopped("local function f() return f() end f()");
  Tried outcome = Try("local x = 1\nwhile true do x = x + 1 end");
  EXPECT_THAT(outcome.text,
              testing::StartsWith("test/it.lua:2: used up its 2,000,000 instructions"));
  EXPECT_THAT(outcome.text, HasSubstr("stack traceback:"));
}

TEST(SandboxTime, StopsLoopsWhileLoading) {
  auto script = Script::LoadText("test/it.lua", "\nwhile true do end", Small(), {});
  ASSERT_FALSE(script.has_value());
  EXPECT_THAT(script.error().message, testing::StartsWith("test/it.lua:2: used up"));
}

TEST(SandboxTime, StopsGiantNumericLoops) {
  ExpectStopped("for i = 1, math.maxinteger do end");
  ExpectStopped("for i = math.mininteger, math.maxinteger do end");
  ExpectStopped("for i = math.maxinteger, math.mininteger, -1 do end");
  ExpectStopped("for i = 1, 1e308 do end");
  ExpectStopped("for i = 0, 1, 1e-300 do end");
  ExpectStopped("for i = 1.0, math.huge, 0.5 do end");
  ExpectStopped("for i = -math.huge, 0 do end");
  ExpectRefused("for i = 1, 10, 0 do end", "'for' step is zero");
  EXPECT_EQ(Try("local n = 0 for i = math.maxinteger - 1, math.maxinteger do n = n + 1 end "
                "for i = math.maxinteger - 2, math.maxinteger, 2 do n = n + 1 end "
                "for i = 1, 0/0 do n = n + 100 end return tostring(n)")
                .text,
            "4");
}

TEST(SandboxTime, LetsNobodyCatchTheEndOfTheBudget) {
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

// An error that looks for what was meant takes longer than the instructions around it.
TEST(SandboxTime, ChargesForTheHintsOfErrors) {
  ExpectStopped("for i = 1, 1000 do pcall(function() return tsak end) end");
  ExpectStopped("for i = 1, 1000 do pcall(function() return _ENV['nam' .. i] end) end");
  EXPECT_EQ(Try("local n = 0 for i = 1, 100 do if not pcall(function() return tsak end) then "
                "n = n + 1 end end return tostring(n)")
                .text,
            "100");
}

TEST(SandboxTime, StopsLoopsInMetamethods) {
  const std::string loop = "pcall(function() while true do end end)";
  const std::pair<const char*, const char*> kEach[] = {
      {"__index", "local x = t.x"},
      {"__newindex", "t.x = 1"},
      {"__call", "t()"},
      {"__add", "local x = t + 1"},
      {"__unm", "local x = -t"},
      {"__concat", "local x = t .. 1"},
      {"__len", "local x = #t"},
      {"__eq", "local x = t == u"},
      {"__lt", "local x = t < u"},
      {"__le", "local x = t <= u"},
      {"__pairs", "for _ in pairs(t) do end"},
      {"__tostring", "tostring(t)"},
      {"__idiv", "local x = t // 2"},
      {"__bnot", "local x = ~t"},
      {"__tostring", "string.format('%s', t)"},
      {"__tostring", "error(t)"},
  };
  for (const auto& [name, use] : kEach) {
    ExpectStopped("local mt = {" + std::string(name) + " = function() " + loop +
                  " end} local t, u = setmetatable({}, mt), setmetatable({}, mt) " + use);
  }
}

TEST(SandboxTime, HasNoWayAroundByErrorHandlers) {
  ExpectRefused("xpcall(error, function() while true do end end)", "`xpcall` does not exist");
  ExpectStopped("error(setmetatable({}, {__tostring = function() while true do end end}))");
  Tried nested =
      Try("error(setmetatable({}, {__tostring = function() error(setmetatable({}, "
          "{__tostring = function() error('deep') end})) end}))");
  EXPECT_TRUE(nested.failed);
}

TEST(SandboxTime, HasNoCoroutines) {
  ExpectRefused("coroutine.wrap(function() while true do end end)()", "`coroutine` does not exist");
}

TEST(SandboxTime, StopsPatternBombs) {
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

TEST(SandboxTime, RunsNoFinalizersAndClosers) {
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

TEST(SandboxTime, KeepsToTheWallClock) {
  Limits limits = Small();
  limits.instructions = INT64_MAX / 4;
  limits.wall = std::chrono::milliseconds(100);
  for (const char* body :
       {"while true do end", "while true do pcall(error) end",
        "local s = string.rep('a', 500000) while true do local t = s .. s end",
        "local a, b = string.rep('a', 900000) .. 'x', string.rep('a', 900000) .. 'y' "
        "while true do local t = a < b end",
        "local t = {} for i = 1, 100000 do t[i] = i end for i = 1, 100000 do t[i] = nil end "
        "while true do next(t) end"}) {
    Tried outcome = Try(body, limits);
    EXPECT_EQ(outcome.code, Code::kTimeout) << body << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("ran longer than its 100 ms")) << body;
    EXPECT_LT(outcome.took.count(), 5'000) << body;
  }
}

// Each step of a chain of __call makes room for one more argument, all in one instruction.
TEST(SandboxTime, StopsChainsOfCalls) {
  const std::string chain = "local mt = {} local t = setmetatable({}, mt) mt.__call = t\n";
  ExpectStopped(chain + "t()");
  ExpectStopped(chain + "while true do pcall(t) end");
  EXPECT_THAT(Try(chain + "t()").text, HasSubstr("test/it.lua:2: passes over 10,000 arguments"));
}

// Numbers that fall on one place of a table once it has grown to twice its size: moving them there
// takes the square of their number, in one instruction.
TEST(SandboxTime, StopsCollisions) {
  const std::string fill =
      "local size, t = ..., {} for i = 1, size do t[i * (2 * size - 1)] = true end "
      "t[(size + 1) * (2 * size - 1)] = true";
  Limits limits;  // room for a million members
  limits.instructions = 1'000'000'000;
  limits.wall = std::chrono::minutes(1);
  auto of = [&](int size) {
    return "(function(...) " + fill + " end)(" + std::to_string(size) + ")";
  };
  EXPECT_EQ(Try(of(16'384), limits).text, "done");
  for (int size : {65'536, 262'144}) {
    Tried tried = Try(of(size), limits);
    EXPECT_THAT(tried.text, HasSubstr("wanted a table with over 65,536 named members"));
    EXPECT_EQ(tried.code, Code::kResourceExhausted);
    EXPECT_LT(tried.took.count(), 20'000);
  }
}

// Lua compares texts with a NUL in them piece by piece: slowly, and in one instruction.
TEST(SandboxTime, StopsSlowComparisons) {
  Limits limits;
  limits.wall = std::chrono::milliseconds(200);
  limits.instructions = INT64_MAX / 4;
  const std::string texts = "local a, b = string.rep('\\0', 8000000), string.rep('\\0', 8000000) ";
  for (const char* slow :
       {"while true do local t = a < b end", "while true do local t = a <= b end",
        "while true do pcall(function() return a < b end) end",
        "while true do string.rep('', a) end",
        "local t = {} for i = 1, 1000 do t[i] = a end table.sort(t)"}) {
    std::string body = slow == std::string("while true do string.rep('', a) end")
                           ? "local a = string.rep('0', 8000000) " + std::string(slow)
                           : texts + slow;
    Tried tried = Try(body, limits);
    EXPECT_EQ(tried.code, Code::kTimeout) << slow << tried.text;
    EXPECT_LT(tried.took.count(), 5'000) << slow;
  }
}

// A refusal costs a full collection; catching it must not make many of them a bargain.
TEST(SandboxTime, StopsRefusalsInALoop) {
  Limits limits;
  limits.wall = std::chrono::seconds(1);
  limits.instructions = INT64_MAX / 4;
  Tried tried =
      Try("local full, many = {}, {} for i = 1, 65536 do full['k' .. i] = i end "
          "for i = 1, 200000 do many[i] = {i} end "
          "local function more() full.more = 1 end while true do pcall(more) end",
          limits);
  EXPECT_EQ(tried.code, Code::kTimeout) << tried.text;
  EXPECT_LT(tried.took.count(), 1'700);
}

// Compiling calls no hook: constants that collide in the compiler's own table.
TEST(SandboxTime, StopsTextsThatAreSlowToCompile) {
  std::string source = "local t = {";
  for (int i = 1; i <= 60'000; ++i) source += std::to_string(int64_t{65'535} * i) + ",";
  source += "}";
  Limits limits;
  limits.wall = std::chrono::milliseconds(200);
  limits.memory = size_t{64} << 20;
  Tried tried = TryWhole(source, limits);
  EXPECT_EQ(tried.code, Code::kTimeout) << tried.text;
  EXPECT_THAT(tried.text, testing::StartsWith("test/it.lua: "));
  EXPECT_THAT(tried.text, HasSubstr("ran longer than its 200 ms"));
  EXPECT_LT(tried.took.count(), 15'000);
}

TEST(SandboxTime, SortsWithAnyComparison) {
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
