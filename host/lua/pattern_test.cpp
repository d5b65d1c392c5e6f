// Our patterns against the stock library's, on random patterns and subjects.
#include "lua/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lua.hpp>

#include "base/random.h"
#include "lua/script.h"

namespace tidings::lua {
namespace {

// All that one pattern gives with one subject, as text. Errors lose their place.
constexpr const char* kProbe = R"(
local function text(bytes) return string.char(table.unpack(bytes)) end
local function show(...)
  local parts = {}
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if type(v) == "string" then
      local bytes = {}
      for j = 1, #v do bytes[j] = string.byte(v, j) end
      v = "'" .. table.concat(bytes, ".") .. "'"
    end
    parts[i] = tostring(v)
  end
  return table.concat(parts, " ")
end
local function try(f, ...)
  local function strip(ok, ...)
    if ok then return show(...) end
    local message = ...
    local at = message:find("probe:", 1, true)
    if at == 1 then message = message:sub(message:find(": ", 1, true) + 2) end
    return "error " .. message
  end
  return strip(pcall(f, ...))
end
local function each(s, p, init)
  local found = {}
  for a, b in string.gmatch(s, p, init) do
    found[#found + 1] = show(a, b)
    if #found > 50 then break end
  end
  return table.concat(found, ";")
end
local function probe(task)
  local s, p, r = text(task.s), text(task.p), text(task.r)
  return table.concat({
    try(string.find, s, p), try(string.find, s, p, task.init), try(string.match, s, p, task.init),
    try(string.gsub, s, p, r), try(string.gsub, s, p, r, 2), try(each, s, p, task.init),
    try(string.gsub, s, p, function(a) return #a % 2 == 0 and a .. "!" end),
    try(string.gsub, s, p, {a = "A", ab = "AB"}), try(string.find, s, p, 1, true)}, "\n")
end
)";

struct CloseState {
  void operator()(lua_State* state) const { lua_close(state); }
};

// The stock library, unguarded.
class Stock {
 public:
  Stock() : state_(luaL_newstate()) {
    luaL_openlibs(state_.get());
    std::string text = std::string(kProbe) + "return probe";
    luaL_loadbuffer(state_.get(), text.data(), text.size(), "=probe");
    lua_call(state_.get(), 0, 1);
  }

  std::string Ask(const Json& task) {
    lua_State* L = state_.get();
    lua_pushvalue(L, 1);
    lua_newtable(L);
    for (const char* name : {"s", "p", "r"}) {
      lua_newtable(L);
      int i = 0;
      for (const Json& byte : task[name]) {
        lua_pushinteger(L, byte.get<int>());
        lua_rawseti(L, -2, ++i);
      }
      lua_setfield(L, -2, name);
    }
    lua_pushinteger(L, task["init"].get<int>());
    lua_setfield(L, -2, "init");
    lua_call(L, 1, 1);
    std::string answer = lua_tostring(L, -1);
    lua_settop(L, 1);
    return answer;
  }

 private:
  std::unique_ptr<lua_State, CloseState> state_;
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines(1);
  for (char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

std::string RandomPattern(Random& random) {
  static constexpr const char* kPieces[] = {
      "a",    "b",    ".",    "%a",     "%A",     "%d",    "%s",    "%w",     "%p",    "%x",
      "%z",   "%u",   "%g",   "[ab]",   "[^ab]",  "[a-c]", "[%w_]", "[%a-z]", "[]]",   "[^]]",
      "[a-]", "[%]]", "(",    ")",      "()",     "(a",    "b)",    "(.-)",   "(%w*)", "%1",
      "%2",   "%bab", "%b()", "%f[%w]", "%f[^a]", "^",     "$",     "*",      "+",     "-",
      "?",    "%%",   "%.",   "\1",     "[",      "]",     "%",     "%b",     "%f",    "x*",
      "a-",   ".*",   ".-",   "[a-z]*", "(()a)"};
  std::string pattern = random.Chance(0.2) ? "^" : "";
  for (uint64_t i = 0, n = random.Below(7); i < n; ++i) {
    pattern += kPieces[random.Below(std::size(kPieces))];
    if (random.Chance(0.25)) pattern += "*+-?"[random.Below(4)];
  }
  return random.Chance(0.15) ? pattern + "$" : pattern;
}

std::string RandomText(Random& random, std::string_view letters, uint64_t most) {
  std::string text;
  for (uint64_t i = 0, n = random.Below(most); i < n; ++i)
    text += letters[random.Below(letters.size())];
  return text;
}

Json BytesOf(const std::string& text) {
  Json bytes = Json::array();
  for (char c : text) bytes.push_back(static_cast<unsigned char>(c));
  return bytes;
}

// We find a malformed pattern before it is matched; the stock library when the match gets there.
bool IsEarlyError(const std::string& ours) {
  for (const char* early :
       {"error malformed pattern", "error missing '['", "error unfinished capture",
        "error invalid pattern capture", "error invalid capture index"}) {
    if (ours.starts_with(early)) return true;
  }
  return false;
}

TEST(Pattern, AgreesWithTheStockLibraryOnRandomPatterns) {
  Stock stock;
  auto ours =
      Script::LoadText("probe", std::string(kProbe) + "return summarize { write = probe }", {}, {});
  ASSERT_TRUE(ours.has_value()) << ours.error().message;
  Random random(20260301);
  int matched = 0, early = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string pattern = RandomPattern(random);
    std::string subject = RandomText(random, std::string_view("aabbc(1 _.A\0\xE9", 13), 14);
    std::string replacement = random.Chance(0.5) ? "%0" : RandomText(random, "x%012", 4);
    Json task = {{"s", BytesOf(subject)},
                 {"p", BytesOf(pattern)},
                 {"r", BytesOf(replacement)},
                 {"init", static_cast<int>(random.Below(12)) - 4}};
    auto answer = (*ours)->Call(task);
    ASSERT_TRUE(answer.has_value()) << pattern << ": " << answer.error().message;
    auto mine = Lines(answer->get<std::string>());
    auto theirs = Lines(stock.Ask(task));
    for (size_t k = 0; k < theirs.size(); ++k) {
      if (mine[k] != theirs[k] && IsEarlyError(mine[k])) {
        ++early;
        continue;
      }
      ASSERT_EQ(mine[k], theirs[k])
          << "pattern `" << pattern << "` subject `" << subject << "` replacement `" << replacement
          << "` init " << task["init"] << " probe " << k;
      matched += !theirs[k].starts_with("nil") && !theirs[k].starts_with("error");
    }
  }
  EXPECT_GT(matched, 20'000);  // the patterns are not all nonsense
  EXPECT_LT(early, 60'000);
}

class Counter : public Meter {
 public:
  void Spend(size_t steps) override {
    count += steps;
    if (count > 1'000'000) throw PatternError("enough");
  }
  size_t count = 0;
};

TEST(Pattern, PaysForEveryStep) {
  Pattern pattern("a*a*a*a*a*a*a*a*a*b", true);
  std::string subject(400, 'a');
  Counter counter;
  Match match(pattern, subject, counter);
  EXPECT_THROW(match.At(subject.data()), PatternError);
  EXPECT_GT(counter.count, 1'000'000u);
}

TEST(Pattern, NestsOnlySoDeep) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "a?";
  Pattern pattern(text, true);
  Counter counter;
  std::string subject(300, 'a');
  Match match(pattern, subject, counter);
  EXPECT_THROW(match.At(subject.data()), PatternError);
}

TEST(Pattern, IsRememberedWithItsAnchors) {
  auto first = CompiledPattern("^a", true);
  EXPECT_EQ(CompiledPattern("^a", true), first);
  EXPECT_TRUE(first->anchored());
  EXPECT_FALSE(CompiledPattern("^a", false)->anchored());
  EXPECT_THROW(CompiledPattern("[", true), PatternError);
  EXPECT_THROW(CompiledPattern("[", true), PatternError);
  for (int i = 0; i < 1000; ++i) CompiledPattern(std::to_string(i), true);
  EXPECT_TRUE(first->anchored()) << "one in use outlives the memory of it";
}

}  // namespace
}  // namespace tidings::lua
