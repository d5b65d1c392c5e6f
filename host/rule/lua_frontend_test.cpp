// Each construct of Lua that goes to SQL, and each that does not.
#include "rule/lua_frontend.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rule/logic.h"
#include "rule/sql.h"

namespace tidings::rule {
namespace {

using testing::HasSubstr;

const Time kNow = *ParseTime("2026-03-01T12:00:00Z");

// The condition with each parameter in its place, behind the table of orders where there is one.
std::string Shown(const Node& node) {
  Sql sql = WriteSql(node, kNow, OrdersPlan::kEach);
  std::string table = sql.from.substr(std::string("customers c").size());
  if (!table.empty()) sql.where = "(" + table.substr(20) + ": " + sql.where.substr(1);
  for (size_t i = sql.params.size(); i > 0; --i) {
    std::string name = "$" + std::to_string(i) + "::";
    for (size_t at = sql.where.find(name); at != std::string::npos; at = sql.where.find(name)) {
      size_t end = sql.where.find_first_of(" )", at);
      if (end != std::string::npos && sql.where.substr(at, end - at).ends_with("[]")) --end, ++end;
      sql.where.replace(at, end - at, "'" + sql.params[i - 1] + "'");
    }
  }
  return sql.where.substr(1, sql.where.size() - 2);
}

LuaPlan PlanOf(const std::string& file) {
  auto program = LuaProgram::Parse("it.lua", file, TIDINGS_SOURCE_DIR "/scripts/lib");
  EXPECT_TRUE(program.has_value()) << program.error().message;
  return program.has_value() ? (*program)->PlanFor(kNow) : LuaPlan{};
}

std::string FileOf(const std::string& body, const std::string& top = "") {
  return top + "\nreturn segment { match = function(c)\n" + body + "\nend }";
}

// What a `match` with this body chooses; SQL says all of it, and it never fails.
std::string Chosen(const std::string& body, const std::string& top = "") {
  LuaPlan plan = PlanOf(FileOf(body, top));
  if (!IsFalse(plan.asked)) return "asked: " + Shown(plan.asked);
  if (!IsFalse(plan.failed)) return "failed: " + Shown(plan.failed);
  return Shown(plan.chosen);
}

TEST(LuaFrontend, SaysConditions) {
  const std::pair<const char*, const char*> kCases[] = {
      {"return c.total_spend > 5000", "c.total_spend > '5000'"},
      {"return 0 < c.visit", "c.visit > '0'"},
      {"return 5 >= c.visit", "c.visit <= '5'"},
      {"return c.visit ~= 3", "not (c.visit = '3')"},
      {"return c.city == 'Pune'", "c.city = 'Pune'"},
      {"return c.city == c.name", "c.city = c.name"},
      {"return c.email == nil", "c.email is null"},
      {"return c.email ~= 'a'", "(c.email = 'a') is not true"},
      {"return c.email", "not (c.email is null)"},
      {"return not c.email", "c.email is null"},
      {"return c.city", "true"},
      {"return nil", "false"},
      {"return", "false"},
      {"return c.name < 'M'", "c.name collate \"C\" < 'M'"},
      {"return c.visit == 2.5", "false"},
      {"return c.visit > 3 and not (c.visit <= 3)", "not (c.visit <= '3')"},
      {"return c.visit > 2.5", "c.visit > '2'"},
      {"return c.visit < 2^53 + 1", "c.visit < '9007199254740992'"},
      {"return c.visit <= math.maxinteger", "true"},
      {"return c.visit < math.huge and c.visit > 0/0", "false"},
      {"return c.attributes.plan == 'gold'", "c.attributes @> '{\"plan\":\"gold\"}'"},
      {"return c.attributes.age == 41", "c.attributes @> '{\"age\":41}'"},
      {"return c.attributes.vip == true", "c.attributes @> '{\"vip\":true}'"},
      {"return has(c.tags, 'vip')", "c.tags && '{\"vip\"}'"},
      {"return math.max(#c.tags / 0, 1) >= 1", "not (cardinality(c.tags) <= '0')"},
      {"return #c.tags > 2", "cardinality(c.tags) > '2'"},
      {"return has({'a', 'b'}, c.city)", "c.city = any('{\"a\",\"b\"}')"},
  };
  for (const auto& [body, sql] : kCases) EXPECT_EQ(Chosen(body), sql) << body;
}

TEST(LuaFrontend, SaysTimesByBoundsOnTheField) {
  const std::pair<const char*, const char*> kCases[] = {
      {"return days_since(c.created_at) > 180", "c.created_at < '2025-09-02T12:00:00Z'"},
      {"return days_since(c.created_at) >= 180", "c.created_at <= '2025-09-02T12:00:00Z'"},
      {"return days_since(c.created_at) / 30 > 6", "c.created_at < '2025-09-02T12:00:00Z'"},
      {"return now() - c.created_at < 3600", "c.created_at > '2026-03-01T11:00:00Z'"},
      {"return c.created_at >= time.parse('2026-01-31')", "c.created_at >= '2026-01-31T00:00:00Z'"},
      {"return time.parse('2026-01-31') > c.created_at", "c.created_at < '2026-01-31T00:00:00Z'"},
      {"return c.last_order_date and days_since(c.last_order_date) > 90",
       "c.last_order_date < '2025-12-01T12:00:00Z'"},
  };
  for (const auto& [body, sql] : kCases) EXPECT_EQ(Chosen(body), sql) << body;
}

// Only then may one plan serve every `now`.
TEST(LuaFrontend, KnowsWhatDependsOnThePresent) {
  for (const char* body :
       {"return now() > 5", "return c.last_order_date and days_since(c.last_order_date) > 3",
        "return days_since(time.parse('2026-01-01')) > 3", "return c.created_at > days_ago(3)",
        "return time.parts(now()).month == 3", "return time.date(c.created_at) < time.date(now())",
        "return c.orders:count{since = weeks_ago(2)} > 1"}) {
    EXPECT_FALSE(PlanOf(FileOf(body)).timeless) << body;
  }
  for (const char* body : {"return c.created_at > time.parse('2026-01-01')", "return c.visit > 3",
                           "return time.date(c.created_at) < '2026-01-01'"}) {
    EXPECT_TRUE(PlanOf(FileOf(body)).timeless) << body;
  }
  EXPECT_FALSE(PlanOf(FileOf("return c.visit > 3", "local start = now()")).timeless);
}

TEST(LuaFrontend, SaysTexts) {
  const std::pair<const char*, const char*> kCases[] = {
      {"return c.name:find('x', 1, true)", "strpos(c.name, 'x') > 0"},
      {"return c.name:find('%.')", "strpos(c.name, '.') > 0"},
      {"return c.name:match('^ab')", "starts_with(c.name, 'ab')"},
      {"return c.name:match('%.com$') ~= nil", "right(c.name, length('.com')) = '.com'"},
      {"return c.name:match('^ab$')", "c.name = 'ab'"},
      {"return c.name:find('[^@]')",
       "convert_from(convert_to(c.name, 'UTF8'), 'LATIN1') collate \"C\" ~ "
       "'[\\u0001-\\u003fA-\\u00ff]'"},
      {"return c.name:find('%d+')", "c.name collate \"C\" ~ '[0-9]+'"},
      {"return c.name:lower() == 'x'", "lower(c.name collate \"C\") = 'x'"},
      {"return string.upper(c.name) == 'X'", "upper(c.name collate \"C\") = 'X'"},
      {"return #c.name > 3", "octet_length(c.name) > '3'"},
      {"return c.name:len() == 3", "octet_length(c.name) = '3'"},
      {"return c.name:sub(1, 2) == 'ab'", "starts_with(c.name, 'ab')"},
      {"return c.name:sub(1, 3) == 'ab'", "c.name = 'ab'"},
      {"return c.name:sub(1, 1) == 'ab'", "false"},
      {"return c.name:sub(6, 7) == '-0'",
       "substring(convert_to(c.name, 'UTF8') from 6 for 2) = '\\x2d30'"},
      {"return c.name:sub(2, 9) == 'ab'",
       "convert_from(convert_to(c.name, 'UTF8'), 'LATIN1') collate \"C\" ~ "
       "'^[\\u0001-\\u00ff][a][b]$'"},
      {"return c.name:sub(6, 7) == time.format(now()):sub(6, 7)",
       "substring(convert_to(c.name, 'UTF8') from 6 for 2) = '\\x3033'"},
      {"return c.name:sub(1, 4) == tostring(time.parts(now()).year)",
       "starts_with(c.name, '2026')"},
      {"return c.name == time.date(now())", "c.name = '2026-03-01'"},
      {"return c.name:sub(2, 3) == 'abc'", "false"},
      {"return c.name:sub(-2) == 'ab'", "right(c.name, length('ab')) = 'ab'"},
  };
  for (const auto& [body, sql] : kCases) EXPECT_EQ(Chosen(body), sql) << body;
}

TEST(LuaFrontend, SaysOrders) {
  const std::string kOf = "from orders o where o.customer_id = c.id";
  const std::pair<const char*, std::string> kCases[] = {
      {"return c.orders:any()", "exists (select " + kOf + ")"},
      {"return c.orders:count{status = 'completed'} > 0",
       "exists (select " + kOf + " and (o.status = 'COMPLETED'))"},
      {"return c.orders:all{min_amount = 5}",
       "not (exists (select " + kOf + " and (not (o.amount >= '5'))))"},
      {"return c.orders:count{since = now() - 86400} >= 2",
       "select count(*) as v0 " + kOf +
           " and (o.order_date >= '2026-02-28T12:00:00Z')) o1 on true: o1.v0 >= '2'"},
      {"return c.orders:sum() > 100",
       "select sum(o.amount) as v0 " + kOf + ") o1 on true: o1.v0 > '100'"},
      {"return (c.orders:max() or 0) > 10",
       "select max(o.amount) as v0 " + kOf + ") o1 on true: o1.v0 > '10'"},
      {"return c.orders:first() and days_since(c.orders:first()) > 365",
       "select min(o.order_date) as v0 " + kOf + ") o1 on true: o1.v0 < '2025-03-01T12:00:00Z'"},
  };
  for (const auto& [body, sql] : kCases) EXPECT_EQ(Chosen(body), sql) << body;
}

TEST(LuaFrontend, FollowsStatements) {
  const std::pair<const char*, const char*> kCases[] = {
      {"if c.visit > 3 then return true end return false", "c.visit > '3'"},
      {"if c.visit > 3 then return c.city == 'a' elseif c.visit > 1 then return true else return "
       "false end",
       "((c.visit > '3') and (c.city = 'a')) or ((not (c.visit > '3')) and (c.visit > '1'))"},
      {"local big = c.visit > 3 local a, b = big, 5 return a and b == 5", "c.visit > '3'"},
      {"local n = 0 for i = 1, 3 do n = n + i end return c.visit > n", "c.visit > '6'"},
      {"local n = 0 while n < 4 do n = n + 1 end return c.visit > n", "c.visit > '4'"},
      {"local n = 0 repeat local m = n n = n + 1 until m == 2 return c.visit > n", "c.visit > '3'"},
      {"for i, city in ipairs({'a', 'b'}) do if c.city == city then return true end end",
       "c.city = any('{\"a\",\"b\"}')"},
      {"for city in pairs({a = 1, b = 2}) do if c.city == city then return true end end",
       "c.city = any('{\"a\",\"b\"}')"},
      {"for i = 1, 10 do if i == 3 then break end if c.visit == i then return true end end",
       "c.visit = any('{\"1\",\"2\"}')"},
      {"local x = c.visit > 3 and 'many' or 'few' return x == 'many'", "c.visit > '3'"},
      {"local function f(x) return x > 3 end return f(c.visit)", "c.visit > '3'"},
      {"return (function(...) return select('#', ...) end)(1, 2) == 2 and c.visit > 3",
       "c.visit > '3'"},
      {"local t = {} t.x = c.visit return t.x > 3", "c.visit > '3'"},
      {"local s = {Pune = true} return s[c.city]", "c.city = 'Pune'"},
      {"local l = {Pune = 2, Goa = 1, Delhi = 2} return l[c.city] == 2",
       "c.city = any('{\"Delhi\",\"Pune\"}')"},
      {"do local x = 5 return c.visit > x end", "c.visit > '5'"},
  };
  for (const auto& [body, sql] : kCases) EXPECT_EQ(Chosen(body), sql) << body;
}

// A flag and a counter look alike until both conditions hold.
TEST(LuaFrontend, CountsInALoop) {
  EXPECT_EQ(Chosen("local n = 0 for _, t in ipairs({'a', 'b'}) do if has(c.tags, t) then n = n + 1 "
                   "end end return n >= 2"),
            "(c.tags && '{\"a\"}') and (c.tags && '{\"b\"}')");
}

TEST(LuaFrontend, ALoopVariableMayChangeItsType) {
  EXPECT_EQ(Chosen("local x = 1 for i = 1, 2 do if c.visit > 3 then x = 'many' end end "
                   "return x == 'many'"),
            "c.visit > '3'");
}

TEST(LuaFrontend, KeepsEachNegationOfWhatMayBeNull) {
  EXPECT_EQ(Chosen("return c.phone ~= '1' or c.email ~= '2'"),
            "((c.phone = '1') is not true) or ((c.email = '2') is not true)");
  EXPECT_EQ(Chosen("return c.phone ~= c.email"),
            "((c.phone = c.email) is not true) and ((not (c.phone is null)) or (not (c.email is "
            "null)))");
}

TEST(LuaFrontend, ASetTakesNoOtherFieldIn) {
  EXPECT_EQ(Chosen("return c.city == 'a' or c.city == c.name or c.city == 'b'"),
            "(c.city = any('{\"a\",\"b\"}')) or (c.city = c.name)");
}

TEST(LuaFrontend, RunsTheTopOfTheFile) {
  EXPECT_EQ(Chosen("return IN[c.city] and big(c)",
                   "local IN = {} for _, city in ipairs({'a', 'b'}) do IN[city] = true end\n"
                   "local limit = 2 + 3\nlocal function big(c) return c.visit > limit end"),
            "(c.city = any('{\"a\",\"b\"}')) and (c.visit > '5')");
  EXPECT_EQ(Chosen("return BIG(c)", "BIG = function(c) return c.visit > 1 end"), "c.visit > '1'");
}

// A local at the top may change within one call, and is put back for the next customer.
TEST(LuaFrontend, LetsNoStateLeakBetweenCustomers) {
  EXPECT_EQ(Chosen("seen = seen + 1 if c.visit > 3 then seen = seen + 5 end return seen > 3",
                   "local seen = 0"),
            "c.visit > '3'");
}

TEST(LuaFrontend, KnowsForWhomARuleFails) {
  const std::tuple<const char*, const char*, const char*> kCases[] = {
      {"return days_since(c.last_order_date) > 90", "c.last_order_date < '2025-12-01T12:00:00Z'",
       "c.last_order_date is null"},
      {"return c.attributes.age > 30",
       "case when jsonb_typeof(c.attributes -> 'age') = 'number' then (c.attributes ->> "
       "'age')::numeric > '30' end",
       "(jsonb_typeof(c.attributes -> 'age') = 'number') is not true"},
      {"return c.visit > 3 and error('no')", "false", "c.visit > '3'"},
      {"return c.emial", "false", "true"},
      {"return c.visit < 'x'", "false", "true"},
      {"return c.visit > 1 and nothing.x", "false", "c.visit > '1'"},
      {"assert(c.email) return true", "not (c.email is null)", "c.email is null"},
      {"return c.visit // 0 == 1", "false", "c.visit between '-1099511627776' and '1099511627776'"},
  };
  for (const auto& [body, chosen, failed] : kCases) {
    LuaPlan plan = PlanOf(FileOf(body));
    EXPECT_EQ(Shown(plan.chosen), chosen) << body;
    EXPECT_EQ(Shown(plan.failed), failed) << body;
  }
}

// The part that SQL says is implied by the rule; the script decides about the rest.
TEST(LuaFrontend, SplitsWhatSqlCannotSayWholly) {
  const std::tuple<const char*, const char*, const char*> kCases[] = {
      {"return c.visit > 3 and c.name:gsub('a', '') == 'x'", "false", "c.visit > '3'"},
      {"return c.name:gsub('a', '') == 'x' and c.visit > 3", "false", "true"},
      {"local clean = c.name:gsub('a', '') return c.visit > 3 or clean == 'x'", "false", "true"},
      {"return c.visit > 3 or c.name:match('(.)%1') ~= nil", "c.visit > '3'",
       "not (c.visit > '3')"},
      {"for w in c.name:gmatch('%a+') do if w == 'x' then return true end end", "false", "true"},
      {"return c.city == 'x' and not (tonumber(c.attributes.n) == 1)",
       "(c.city = 'x') and ((c.attributes @> '{\"n\":1}') is not true) and "
       "((jsonb_typeof(c.attributes -> 'n') = 'string') is not true)",
       "(c.city = 'x') and (jsonb_typeof(c.attributes -> 'n') = 'string')"},
  };
  for (const auto& [body, chosen, asked] : kCases) {
    LuaPlan plan = PlanOf(FileOf(body));
    EXPECT_EQ(Shown(plan.chosen), chosen) << body;
    EXPECT_EQ(Shown(plan.asked), asked) << body;
    EXPECT_FALSE(plan.notes.empty()) << body;
  }
}

TEST(LuaFrontend, SaysWhichLinesStayInLuaAndWhy) {
  LuaPlan plan = PlanOf(FileOf("if c.visit > 3 then return true end\nreturn c.name:gsub('a', '')"));
  ASSERT_EQ(plan.notes.size(), 1u);
  EXPECT_EQ(plan.notes[0].line, 4);
  EXPECT_EQ(plan.notes[0].why, "`string.gsub`");
  EXPECT_TRUE(plan.lines.contains(3));
}

TEST(LuaFrontend, SaysALineAndItsReasonOnceAndNotWhatFollowsFromIt) {
  LuaPlan plan =
      PlanOf(FileOf("local birthday = c.attributes.birthday\n"
                    "if c.visit > 3 then return birthday.day == 'ab' end\n"
                    "return birthday.day == 'cd' or c.name:gsub('a', '') == 'b'"));
  ASSERT_EQ(plan.notes.size(), 3u);
  EXPECT_EQ(plan.notes[0].line, 4);
  EXPECT_EQ(plan.notes[0].why, "a part of an attribute, or of the tags");
  EXPECT_EQ(plan.notes[1].line, 5);
  EXPECT_EQ(plan.notes[1].why, "`string.gsub`");
  EXPECT_EQ(plan.notes[2].line, 5);
  EXPECT_EQ(plan.notes[2].why, "a part of an attribute, or of the tags");
}

// The line of the module would be taken for one of the rule's.
TEST(LuaFrontend, SaysOfAModuleWhichLineCalledItAndWhere) {
  LuaPlan plan = PlanOf(FileOf("local city = text.squeeze(c.city)\nreturn city == 'Pune'",
                               "local text = require 'text'"));
  ASSERT_FALSE(plan.notes.empty());
  EXPECT_EQ(plan.notes[0].line, 3);
  EXPECT_EQ(plan.notes[0].why, "`string.gsub` (lib/text.lua:6)");
}

TEST(LuaFrontend, LeavesWholeRulesToLua) {
  const std::pair<const char*, const char*> kCases[] = {
      {"local n = 0 while true do n = n + 1 end", "too many ways"},
      {"local function f(n) return f(n + 1) end return f(1)", "nest too deeply"},
      {"local n = 1 for i = 1, 20 do if has(c.tags, 't' .. i) then n = n * 2 + i end end return n "
       "% 7 == 3",
       "too"},
      {"local last for k in pairs({a = 1, b = 2}) do last = k end return last == c.city",
       "`pairs`"},
  };
  for (const auto& [body, why] : kCases) {
    LuaPlan plan = PlanOf(FileOf(body));
    EXPECT_TRUE(IsTrue(plan.asked)) << body;
    ASSERT_FALSE(plan.notes.empty());
    EXPECT_THAT(plan.notes.back().why, HasSubstr(why)) << body;
  }
}

TEST(LuaFrontend, RefusesWhatLuaCompilesWrongly) {
  auto wrong = LuaProgram::Parse("segment/x.lua",
                                 FileOf("return T[c.city == 'a']", "local T = {[true] = 1}"), "");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_THAT(wrong.error().message, HasSubstr("segment/x.lua:3:9: Lua 5.4.4"));
  EXPECT_EQ(Chosen("local same = c.city == 'a' return T[same]", "local T = {[true] = 1}"),
            "c.city = 'a'");
}

}  // namespace
}  // namespace tidings::rule
