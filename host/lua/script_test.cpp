// What scripts can do: kinds, rows, JSON, time, modules, and what errors say.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "lua/script.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Time kNow = *ParseTime("2026-03-01T00:00:00Z");

Result<std::unique_ptr<Script>> Load(std::string_view text, Options options = {}) {
  options.now = kNow;
  return Script::LoadText("test/it.lua", text, {}, options);
}

std::unique_ptr<Script> MustLoad(std::string_view text, Options options = {}) {
  auto script = Load(text, std::move(options));
  EXPECT_TRUE(script.has_value()) << script.error().message;
  return script.has_value() ? std::move(*script) : nullptr;
}

// What a summarize script whose body is `body` writes.
std::string Write(const std::string& body, const Json& task = Json::object()) {
  auto script = Load("return summarize { write = function(task) " + body + " end }");
  if (!script.has_value()) return script.error().message;
  auto text = (*script)->Call(task);
  return text.has_value() ? text->get<std::string>() : "error: " + text.error().message;
}

// A customer with the values that the tests change.
struct Customer {
  Value values[15] = {"id-1",     {},         "Asha",   "asha@example.com",
                      {},         "Pune",     "active", Money{123'456'000},
                      int64_t{7}, int64_t{5}, Time{},   Time{},
                      {},         {}};
  Row row() const { return {&CustomerRow(), values}; }
};

Result<bool> Holds(const std::string& condition, const Customer& customer = {}) {
  TRY_ASSIGN(auto script,
             Load("return segment { match = function(c) return " + condition + " end }"));
  return script->Test(customer.row());
}

TEST(Script, TestsTheRuleOfTheDesign) {
  auto script = MustLoad(R"(
    return segment {
      name = "Lapsed big spenders",
      match = function(c)
        local lapsed = c.last_order_date and days_since(c.last_order_date) > 180
        return lapsed and (c.total_spend > 5000 or c.visit >= 10)
      end,
    })");
  EXPECT_EQ(script->kind(), ScriptKind::kSegment);
  EXPECT_EQ(script->name(), "Lapsed big spenders");
  Customer customer;
  EXPECT_TRUE(*script->Test(customer.row()));
  customer.values[10] = kNow;
  EXPECT_FALSE(*script->Test(customer.row()));
  customer.values[10] = Value();
  EXPECT_FALSE(*script->Test(customer.row()));
}

TEST(Script, SeesEveryKindOfField) {
  Json attributes = Json::parse(R"({"plan": "gold", "age": 41, "address": {"zip": "411001"}})");
  Customer customer;
  customer.values[12] = &attributes;
  customer.values[13] = JsonText{R"(["vip", "new"])"};
  EXPECT_TRUE(*Holds("c.attributes.plan == 'gold' and c.attributes.age > 40", customer));
  EXPECT_TRUE(
      *Holds("c.attributes.address.zip == '411001' and c.attributes.none == nil", customer));
  EXPECT_TRUE(*Holds("#c.tags == 2 and c.tags[1] == 'vip' and c.tags[3] == nil", customer));
  EXPECT_TRUE(*Holds("has(c.tags, 'new') and not has(c.tags, 'old')", customer));
  EXPECT_TRUE(*Holds("table.concat(c.tags, '+') == 'vip+new'", customer));
  EXPECT_TRUE(*Holds("math.type(c.visit) == 'integer' and c.total_spend == 12345.6", customer));
  EXPECT_TRUE(*Holds("c.external_id == nil and c.last_order_date == 0.0", customer));
  EXPECT_TRUE(*Holds(R"((function()
      local seen = ''
      for k, v in pairs(c.attributes) do seen = seen .. k .. ' ' end
      for i, v in ipairs(c.tags) do seen = seen .. i .. v end
      return seen end)() == 'address age plan 1vip2new')",
                     customer));
}

TEST(Script, NamesTheFieldThatWasMeant) {
  auto answer = Holds("c.totl_spend > 1");
  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().message, StartsWith("test/it.lua:1: "));
  EXPECT_THAT(answer.error().message,
              HasSubstr("no field `totl_spend`; did you mean `total_spend`?"));
  EXPECT_THAT(answer.error().message, HasSubstr("stack traceback:"));
  EXPECT_EQ(answer.error().code, Code::kInvalidArgument);
}

TEST(Script, LeavesNothingOfARowToTheNext) {
  const char* const kKeepers[] = {
      "local n = 0 return segment { match = function(c) n = n + 1 return n > 1 end }",
      "local last return segment { match = function(c) local was = last last = c return was ~= nil "
      "end }",
      R"(local function counter() local n = 0 return function() n = n + 1 return n end end
         local next_number = counter()
         return segment { match = function(c) return next_number() > 1 end })",
      "local _ENV = _ENV return segment { match = function(c) local was = _ENV == nil _ENV = nil "
      "return was end }",
  };
  for (const char* text : kKeepers) {
    auto script = MustLoad(text);
    for (int i = 0; i < 3; ++i) {
      auto answer = script->Test(Customer().row());
      ASSERT_TRUE(answer.has_value()) << text << answer.error().message;
      EXPECT_FALSE(*answer) << text;
    }
  }
}

TEST(Script, RefusesToChangeWhatWasLoaded) {
  const char* const kWriters[] = {
      "local seen = {} return segment { match = function(c) seen[c.id] = true end }",
      "local seen = {{}} return segment { match = function(c) seen[1].x = true end }",
      "local seen = {} return segment { match = function(c) table.insert(seen, 1) end }",
      "count = 0 return segment { match = function(c) count = count + 1 end }",
      "return segment { match = function(c) fresh = 1 end }",
      "return segment { match = function(c) string.rep = nil end }",
      "return segment { match = function(c) c.name = 'x' end }",
      "return segment { match = function(c) getmetatable('').__index = nil end }",
      "local t = setmetatable({}, {__index = function(t, k) t[k] = 1 return 1 end})"
      " return segment { match = function(c) return t.x end }",
      "local key = {} local t = {[key] = 1} return segment { match = function(c)"
      " for k in pairs(t) do k.x = 1 end end }",
      "local mt = {} local t = setmetatable({}, mt) return segment { match = function(c)"
      " getmetatable(t).x = 1 end }",
  };
  for (const char* text : kWriters) {
    auto answer = MustLoad(text)->Test(Customer().row());
    EXPECT_FALSE(answer.has_value()) << text;
  }
}

TEST(Script, ReadsWhatWasLoadedAsIfItWereNotFrozen) {
  auto script = MustLoad(R"(
    local Point = {}
    Point.__index = Point
    Point.__eq = function(a, b) return a.x == b.x end
    function Point.new(x) return setmetatable({x = x}, Point) end
    function Point:double() return Point.new(self.x * 2) end
    local SET = {Pune = true, Delhi = true}
    local LIST = {3, 1, 2}
    local one = Point.new(1)
    limit = 10
    return segment { match = function(c)
      assert(SET[c.city] and not SET.Goa)
      assert(#LIST == 3 and table.concat(LIST, ",") == "3,1,2")
      local sum = 0
      for _, v in ipairs(LIST) do sum = sum + v end
      for k, v in pairs(LIST) do sum = sum + v end
      for k, v in next, LIST do sum = sum + v end
      assert(sum == 18)
      assert(one:double().x == 2 and Point.new(2):double() == Point.new(4))
      assert(one == Point.new(1) and getmetatable(one:double()) ~= nil)
      assert(select("#", table.unpack(LIST)) == 3)
      assert(json.encode(LIST) == "[3,1,2]")
      assert(limit == 10)
      return true
    end })");
  auto answer = script->Test(Customer().row());
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_TRUE(*answer);
}

TEST(Script, ChecksWhatIngestScriptsReturn) {
  auto script = MustLoad(R"(return ingest {
    name = "tidy", entity = "customer",
    process = function(r)
      if r.drop then return nil, r.drop end
      if r.bad then return r.bad end
      r.name = r.name:upper()
      r.tags[#r.tags + 1] = "x"
      return r
    end })");
  EXPECT_EQ(script->meta()["entity"], "customer");
  EXPECT_EQ(*script->Call(Json::parse(R"({"name": "a", "tags": [], "none": null})")),
            Json::parse(R"({"record": {"name": "A", "tags": ["x"]}})"));
  EXPECT_EQ(*script->Call({{"drop", "a test"}}), Json::parse(R"({"dropped": "a test"})"));
  EXPECT_THAT(script->Call({{"bad", 5}}).error().message, HasSubstr("returned a number"));
}

TEST(Script, ChecksVerdicts) {
  auto script = MustLoad(R"(return deliver { send = function(m)
    if m.n == 1 then return accept("ref-1") end
    if m.n == 2 then return retry(30, "busy") end
    if m.n == 3 then return reject("no such address") end
    if m.n == 4 then return accept() end
    return true
  end })");
  EXPECT_EQ(*script->Call({{"n", 1}}), Json::parse(R"({"verdict":"accept","reference":"ref-1"})"));
  EXPECT_EQ(*script->Call({{"n", 2}}),
            Json::parse(R"({"verdict":"retry","seconds":30,"reason":"busy"})"));
  EXPECT_EQ(*script->Call({{"n", 3}}),
            Json::parse(R"({"verdict":"reject","reason":"no such address"})"));
  EXPECT_EQ(*script->Call({{"n", 4}}), Json::parse(R"({"verdict":"accept","reference":null})"));
  EXPECT_THAT(script->Call({{"n", 5}}).error().message, HasSubstr("accept(reference)"));
}

TEST(Script, ChecksReceiptsAndRoutes) {
  auto receipt = MustLoad("return receipt { parse = function(r) return r.list end }");
  EXPECT_EQ(*receipt->Call(Json::parse(R"({"list": [{"message_id": "a", "status": "sent"}]})")),
            Json::parse(R"([{"message_id": "a", "status": "sent"}])"));
  EXPECT_THAT(receipt->Call(Json::parse(R"({"list": [{"message_id": "a", "status": "ok"}]})"))
                  .error()
                  .message,
              HasSubstr("receipt 1 has the status \"ok\""));
  EXPECT_THAT(
      receipt->Call(Json::parse(R"({"list": [{"message_id":"a","status":"sent","reson":"x"}]})"))
          .error()
          .message,
      HasSubstr("did you mean `reason`?"));
  auto route = MustLoad("return route { choose = function(m, v) return {m.to, v[1].name} end }");
  Json argument =
      Json::parse(R"({"message": {"to": "b"}, "vendors": [{"name": "a"}, {"name": "b"}]})");
  EXPECT_EQ(*route->Call(argument), Json::parse(R"(["b", "a"])"));
  argument["message"]["to"] = "bb";
  EXPECT_THAT(route->Call(argument).error().message, HasSubstr("none of the vendors"));
}

TEST(Script, TellsTheTime) {
  EXPECT_EQ(Write("return time.format(now())"), "2026-03-01T00:00:00Z");
  EXPECT_EQ(Write("return tostring(days_since(time.parse('2026-02-27')))"), "2.0");
  EXPECT_EQ(
      Write("local p = time.parts(now()) return p.year..'-'..p.month..'-'..p.day..' '..p.weekday"),
      "2026-3-1 7");
  EXPECT_THAT(Write("local t, why = time.parse('yesterday') return why"), HasSubstr("yesterday"));
  EXPECT_THAT(Write("return time.format(1e300)"), HasSubstr("is no time"));
}

TEST(Script, ReadsAndWritesJson) {
  EXPECT_EQ(
      Write(R"(return json.encode(json.decode('{"a":[1,2.5,"x",null,true,[]],"b":{},"c":null}')))"),
      R"({"a":[1,2.5,"x",null,true,[]],"b":{}})");
  EXPECT_EQ(Write("return json.encode{list = json.list{}, object = {}}"),
            R"({"list":[],"object":{}})");
  EXPECT_THAT(Write("local v, why = json.decode('{\"a\":}') return why"), HasSubstr("at byte"));
  EXPECT_THAT(Write("local t = {} t.t = t return json.encode(t)"), HasSubstr("contains itself"));
  EXPECT_THAT(Write("return json.encode{a = {b = {print_ = function() end}}}"),
              HasSubstr("a.b.print_: a function"));
  EXPECT_THAT(Write("return json.encode{1, 2, x = 3}"), HasSubstr("list and has other members"));
  EXPECT_THAT(Write("return json.encode(0/0)"), HasSubstr("not finite"));
  EXPECT_THAT(Write("return json.encode('\\xff')"), HasSubstr("not UTF-8"));
  EXPECT_THAT(Write("local v, why = json.decode(('['):rep(1000)) return why"),
              HasSubstr("nests too deeply"));
}

TEST(Script, RequiresOnlyFromTheLibFolder) {
  TempDir folder;
  auto lib = folder.path() / "lib";
  std::filesystem::create_directories(lib);
  ASSERT_TRUE(WriteFile(folder.path() / "secret.lua", "return 'secret'").has_value());
  ASSERT_TRUE(WriteFile(lib / "dates.lua", "return {week = 7}").has_value());
  ASSERT_TRUE(WriteFile(lib / "loop.lua", "return require 'loop'").has_value());
  std::filesystem::create_symlink(folder.path() / "secret.lua", lib / "link.lua");
  Options options;
  options.lib = lib;
  auto load = [&](const std::string& name) {
    return Load("local d = require(" + name +
                    ") return summarize { write = function() "
                    "return tostring(d.week) end }",
                options);
  };
  auto fine = load("'dates'");
  ASSERT_TRUE(fine.has_value()) << fine.error().message;
  EXPECT_EQ(*(*fine)->Call({}), "7");
  for (const char* name : {"'../secret'", "'..'", "'/etc/passwd'", "'lib/../../secret'", "'link'",
                           "'dates.lua'", "''", "'./dates'", "'dates\\0'", "'loop'", "{}"}) {
    EXPECT_FALSE(load(name).has_value()) << name;
  }
  EXPECT_THAT(load("'datse'").error().message, HasSubstr("did you mean `dates`?"));
  auto late =
      MustLoad("return summarize { write = function() return require('dates') end }", options);
  EXPECT_THAT(late->Call({}).error().message, HasSubstr("top of the file"));
}

TEST(Script, ReachesTheWorldOnlyThroughHooks) {
  Options options;
  std::vector<std::string> logged;
  options.hooks.http = [](const Json& request) -> Result<Json> {
    if (request["url"] == "down") return Fail(Code::kUnavailable, "nobody answers");
    return Json{{"status", 200}, {"body", request["body"]}};
  };
  options.hooks.log = [&](std::string_view level, std::string_view text) {
    logged.push_back(std::string(level) + ":" + std::string(text));
  };
  auto script = MustLoad(R"(return deliver { send = function(m)
    log("info", "sending to " .. m.url)
    local answer, why = http{method = "POST", url = m.url, body = "hello"}
    if not answer then return retry(60, why) end
    return accept(answer.body)
  end })",
                         options);
  EXPECT_EQ((*script->Call({{"url", "up"}}))["reference"], "hello");
  EXPECT_EQ((*script->Call({{"url", "down"}}))["reason"], "nobody answers");
  EXPECT_THAT(logged, testing::ElementsAre("info:sending to up", "info:sending to down"));
}

TEST(Script, ExplainsWhatIsWrongWithAFile) {
  const std::pair<const char*, const char*> kCases[] = {
      {"return segment { match = function(c) return c. end }",
       "test/it.lua:1: <name> expected near 'end'"},
      {"return 5", "test/it.lua: a script ends with `return segment { ... }`"},
      {"return {}", "a script ends with"},
      {"return segment { name = 'x' }", "test/it.lua:1: a segment script needs `match`"},
      {"return segment { mach = function() end }", "it has `mach`: a slip?"},
      {"return segment { match = true }", "`match` of a segment script has to be a function"},
      {"return segment { name = 5, match = function() end }", "`name` has to be text"},
      {"return ingest { entity = 'order_', process = function() end }",
       "`entity` of an ingest script"},
      {"return segmnt {}", "undefined name `segmnt`; did you mean `segment`?"},
      {"os.exit(1)", "`os` does not exist for scripts"},
      {"error({})", "test/it.lua:1: the error raised is a table value"},
      {"error()", "the error raised is a nil value"},
      {"error('plain', 0)", "test/it.lua:1: plain"},
      {"error(setmetatable({}, {__tostring = function() return 'told' end}))", "told"},
      {"error(setmetatable({}, {__tostring = function() error('again') end}))", "test/it.lua"},
      {"\x1bLua", "test/it.lua:1: is compiled Lua, not text"},
  };
  for (const auto& [text, message] : kCases) {
    auto script = Load(text);
    ASSERT_FALSE(script.has_value()) << text;
    EXPECT_THAT(script.error().message, HasSubstr(message)) << text;
    EXPECT_THAT(script.error().message, StartsWith("test/it.lua:")) << text;
  }
}

TEST(Script, CanBeCalledAgainAfterAFailure) {
  auto script = MustLoad(R"(return summarize { write = function(t)
    if t.bad then error("no: " .. t.bad) end
    return "yes"
  end })");
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(script->Call({{"bad", "x"}}).has_value());
    EXPECT_EQ(*script->Call(Json::object()), "yes");
  }
}

TEST(Script, LoadsFilesByTheirShortName) {
  TempDir folder;
  auto file = folder.path() / "segment" / "vip.lua";
  std::filesystem::create_directories(file.parent_path());
  ASSERT_TRUE(
      WriteFile(file, "\nreturn segment { match = function(c) error('x') end }").has_value());
  auto script = Script::Load(file, {}, {});
  ASSERT_TRUE(script.has_value()) << script.error().message;
  EXPECT_EQ((*script)->name(), "segment/vip.lua");
  EXPECT_THAT((*script)->Test(Customer().row()).error().message,
              StartsWith("segment/vip.lua:2: x"));
  EXPECT_EQ(Script::Load(folder.path() / "none.lua", {}, {}).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace tidings::lua
