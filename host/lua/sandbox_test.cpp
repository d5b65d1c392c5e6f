// Ways to reach what a script must not reach, one test each: code, the machine, what the host owns,
// and what the next call will see.
#include "base/file.h"
#include "lua/sandbox_try.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;
using testing::Not;

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

TEST(Sandbox, LoadsNoCompiledModules) {
  TempDir lib;
  Options options;
  options.lib = lib.path();
  for (const std::string start : {"\x1bLua", "\xEF\xBB\xBF\x1bLua"}) {
    ASSERT_TRUE(WriteFile(lib.path() / "evil.lua", start + std::string("\x54\0\x19\x93", 4)));
    auto script = Script::LoadText("test/it.lua", "local evil = require 'evil'", Small(), options);
    ASSERT_FALSE(script.has_value());
    EXPECT_THAT(script.error().message, HasSubstr("lib/evil.lua:1: is compiled Lua, not text"));
  }
}

TEST(Sandbox, StopsLoopsInModules) {
  TempDir lib;
  Options options;
  options.lib = lib.path();
  ASSERT_TRUE(WriteFile(lib.path() / "slow.lua", "local M = {}\nwhile true do end\nreturn M"));
  auto script = Script::LoadText("test/it.lua", "local s = require 'slow'", Small(), options);
  ASSERT_FALSE(script.has_value());
  EXPECT_THAT(script.error().message, testing::StartsWith("lib/slow.lua:2: used up its 2,000,000"));
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
  Tried outcome = Try(R"(
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
      "accept any assert between contains days_ago days_since deliver error getmetatable has "
      "hours_ago ingest ipairs json json.decode "
      "json.encode json.list json.null math math.abs math.ceil math.cos math.deg math.exp "
      "math.floor "
      "math.fmod math.huge math.log math.max math.maxinteger math.min math.mininteger math.modf "
      "math.pi math.rad math.sin math.sqrt math.tan math.tointeger math.type math.ult "
      "minutes_ago missing months_ago next now "
      "pairs "
      "pcall rawequal receipt reject require retry route segment select setmetatable string "
      "string.byte string.char string.find string.format string.gmatch string.gsub string.len "
      "string.lower string.match string.rep string.reverse string.sub string.upper summarize table "
      "table.concat table.insert table.move table.pack table.remove table.sort table.unpack time "
      "time.date time.format time.parse time.parts tonumber tostring type utf8 utf8.char "
      "utf8.charpattern "
      "utf8.codepoint utf8.codes utf8.len utf8.offset weeks_ago years_ago");
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

TEST(Sandbox, GainsNothingByAnotherEnvironment) {
  EXPECT_EQ(Try("local _ENV = setmetatable({}, {__index = _ENV}) x = 1 return tostring(x)").text,
            "1");
  ExpectRefused("local _ENV = setmetatable({}, {__index = _ENV}) return tostring(io)",
                "`io` does not exist");
  ExpectRefused("local function f(_ENV) return os end return tostring(f(_ENV))",
                "`os` does not exist");
  ExpectRefused("return tostring(_ENV._G)", "`_G` does not exist");
  ExpectRefused("return tostring(_ENV['load'])", "`load` does not exist");
  ExpectRefused("_ENV = nil return x", "attempt to index a nil value");
  ExpectRefused("getmetatable('').__index.rep = nil", "attempt to index a boolean value");
  auto script = Script::LoadText("test/it.lua",
                                 "return summarize { write = function(t)\n"
                                 "  if t.spoil then _ENV = {} end\n"
                                 "  return tostring(1) end }",
                                 Small(), {});
  EXPECT_FALSE((*script)->Call({{"spoil", true}}).has_value());
  EXPECT_EQ((*script)->Call(Json::object()).value_or("spoilt"), "1");
}

// The customer is the host's: nothing of it can be changed, kept, or looked behind.
TEST(Sandbox, GuardsTheCustomer) {
  Json attributes = {{"plan", "gold"}}, tags = {"a"}, orders = Json::array();
  std::vector<Value> values(CustomerRow().fields.size());
  values[0] = std::string_view("c-1");
  values[12] = &attributes;
  values[13] = &tags;
  values[14] = &orders;
  const char* kHolds[] = {
      "getmetatable(c) == false",        "getmetatable(c.attributes) == false",
      "tostring(c) == 'customer'",       "not tostring(c.attributes):find('0x')",
      "not tostring(c.tags):find('0x')", "rawequal(c.tags, c.tags)"};
  const std::pair<const char*, const char*> kRefused[] = {
      {"setmetatable(c, {})", "table expected"},
      {"setmetatable(c.attributes, {})", "table expected"},
      {"pcall(next, c) or next(c)", "table expected"},
      {"(function() c.id = 'x' end)()", "cannot be changed"},
      {"(function() c.attributes.plan = 'x' end)()", "cannot be changed"},
      {"(function() c.tags[1] = 'x' end)()", "cannot be changed"},
      {"table.insert(c.tags, 'x')", "table expected"},
      {"(function() getmetatable(c).__index = nil end)()", "attempt to index a boolean"},
      {"c[('x'):rep(100000)]", "a customer has no field"},
      {"c[{}]", "a customer has no field `table`"},
      {"#c", "attempt to get length"},
      {"c.orders:count{status = setmetatable({}, {__len = function() return 1 << 40 end})}",
       "the list of `status` is too long"},
      {"c.orders.count(c.attributes)", "orders"},
      {"getmetatable(c.orders).__index", "attempt to index a boolean"},
      {"c .. ''", "attempt to concatenate"},
  };
  auto ask = [&](const std::string& condition) {
    auto script = Script::LoadText(
        "test/it.lua", "return segment { match = function(c) return " + condition + " end }",
        Small(), {});
    EXPECT_TRUE(script.has_value()) << script.error().message;
    return (*script)->Test({&CustomerRow(), values.data()});
  };
  for (const char* condition : kHolds) EXPECT_EQ(ask(condition).value_or(false), true) << condition;
  for (const auto& [condition, why] : kRefused) {
    auto answer = ask(condition);
    ASSERT_FALSE(answer.has_value()) << condition;
    EXPECT_THAT(answer.error().message, HasSubstr(why)) << condition;
    EXPECT_THAT(answer.error().message, testing::Not(HasSubstr("0x"))) << condition;
  }
}

TEST(Sandbox, KeepsNoCustomerForLater) {
  auto script =
      Script::LoadText("test/it.lua",
                       "local kept\n"
                       "return segment { match = function(c)\n"
                       "  local stash = setmetatable({}, {__index = function() return c end})\n"
                       "  kept = kept or stash\n"
                       "  return kept.x.id == c.id end }",
                       Small(), {});
  std::vector<Value> values(CustomerRow().fields.size());
  for (std::string_view id : {"c-1", "c-2", "c-3"}) {
    values[0] = id;
    auto answer = (*script)->Test({&CustomerRow(), values.data()});
    EXPECT_EQ(answer.value_or(false), true) << id;
  }
}

TEST(Sandbox, TellsNoAddresses) {
  Tried outcome = Try(
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

// Numbers at the edges of what a number can be, where C would be undefined.
TEST(Sandbox, KnowsTheEdgesOfNumbers) {
  const std::pair<const char*, const char*> kEach[] = {
      {"math.mininteger // -1", "-9223372036854775808"},
      {"math.mininteger % -1", "0"},
      {"math.fmod(math.mininteger, -1)", "0"},
      {"math.abs(math.mininteger)", "-9223372036854775808"},
      {"math.maxinteger + 1 == math.mininteger", "true"},
      {"1 << 64", "0"},
      {"1 << -1", "0"},
      {"1 >> math.mininteger", "0"},
      {"2^53 == 2^53 + 1", "true"},
      {"math.tointeger(2^63)", "nil"},
      {"math.ult(1, -1)", "true"},
      {"math.floor(-0.0)", "0"},
      {"('x'):rep(-1) .. ('x'):rep(math.mininteger)", ""},
      {"('abc'):sub(math.mininteger, math.maxinteger)", "abc"},
      {"('abc'):sub(math.maxinteger, math.mininteger)", ""},
      {"select('#', ('abc'):byte(math.mininteger, math.maxinteger))", "3"},
      {"('abc'):find('b', math.mininteger)", "2"},
      {"('abc'):find('b', math.maxinteger)", "nil"},
      {"table.concat({}, '', math.maxinteger, math.mininteger)", ""},
      {"select('#', table.unpack({}, math.maxinteger, math.mininteger))", "0"},
      {"select('#', table.unpack({}, math.maxinteger, math.maxinteger))", "1"},
      {"days_since(0/0) == days_since(0/0)", "false"},
      {"({[2^53] = 1})[2^53|0]", "1"},
  };
  for (const auto& [expression, value] : kEach) {
    auto tried = Try("return tostring((" + std::string(expression) + "))");
    EXPECT_EQ(tried.text, value) << expression;
  }
}

TEST(Sandbox, RefusesNumbersThatFitNowhere) {
  const std::pair<const char*, const char*> kEach[] = {
      {"1 // 0", "attempt to divide by zero"},
      {"1 % 0", "attempt to perform 'n%"},
      {"math.fmod(1, 0)", "zero"},
      {"2^63 | 0", "no integer representation"},
      {"string.format('%d', 2^63)", "no integer representation"},
      {"string.char(256)", "out of range"},
      {"utf8.char(math.maxinteger)", "out of range"},
      {"select(math.mininteger, 1)", "out of range"},
      {"table.remove({}, math.maxinteger)", "out of bounds"},
      {"table.move({1, 2}, 1, 2, math.maxinteger)", "wrap around"},
      {"time.format(0/0)", "is no time"},
      {"time.format(1/0)", "is no time"},
      {"time.parts(-1e18)", "is no time"},
      {"retry(0/0, 'x')", "from 0 to a week"},
      {"retry(-1, 'x')", "from 0 to a week"},
      {"json.encode(1/0)", "not finite"},
      {"('x'):rep(1e300)", "no integer representation"},
  };
  for (const auto& [expression, why] : kEach) {
    ExpectRefused("local x = " + std::string(expression), why);
  }
  ExpectRefused("local t = {} t[0/0] = 1", "index is NaN");
}

}  // namespace
}  // namespace tidings::lua
