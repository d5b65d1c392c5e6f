// string: the stock functions where they are bounded, our own where they were not.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "lua/freeze.h"
#include "lua/library.h"
#include "lua/pattern.h"

namespace tidings::lua {
namespace {

constexpr lua_Integer kMaxResults = 1000;  // of string.byte

class BudgetMeter : public Meter {
 public:
  explicit BudgetMeter(lua_State* L) : L_(L) {}
  void Spend(size_t steps) override { Budget::Of(L_).Charge(L_, steps); }

 private:
  lua_State* const L_;
};

// A text that is put together; over the limit it is an error instead of memory.
class Builder {
 public:
  explicit Builder(lua_State* L) : L_(L) {}
  void Add(std::string_view part) {
    if (text_.size() + part.size() > Budget::Of(L_).value_limit()) TooLong();
    Budget::Of(L_).ChargeBytes(L_, part.size());
    text_.append(part);
  }
  void Push() { PushText(L_, text_); }

 private:
  void TooLong() { luaL_error(L_, "the resulting string is too long"); }

  lua_State* const L_;
  std::string text_;
};

// A stock function (upvalue 1) that returns one string, paid for by the length of that.
int Charged(lua_State* L) {
  CallStock(L);
  Budget::Of(L).ChargeBytes(L, lua_rawlen(L, -1));
  return 1;
}

int Repeat(lua_State* L) {
  std::string_view text = CheckText(L, 1);
  lua_Integer count = luaL_checkinteger(L, 2);
  size_t size = 0;
  const char* separator = luaL_optlstring(L, 3, "", &size);
  size_t each = text.size() + size;
  size_t limit = Budget::Of(L).value_limit();
  if (count > 0 && each > 0 && static_cast<size_t>(count) > limit / each) {
    return luaL_error(L, "string.rep would make a string of over %d bytes",
                      static_cast<int>(limit));
  }
  if (each == 0 || count < 0) count = 0;
  Budget::Of(L).ChargeBytes(L, each * static_cast<size_t>(count));
  std::string result;
  result.reserve(each * static_cast<size_t>(count));
  for (lua_Integer i = 0; i < count; ++i) {
    result.append(text);
    if (i + 1 < count) result.append(separator, size);
  }
  PushText(L, result);
  return 1;
}

int Byte(lua_State* L) {
  auto length = static_cast<lua_Integer>(CheckText(L, 1).size());
  lua_Integer first = luaL_optinteger(L, 2, 1);
  lua_Integer last = luaL_optinteger(L, 3, first);
  if (first < 0) first = std::max<lua_Integer>(first, -length) + length + 1;
  if (last < 0) last = std::max<lua_Integer>(last, -length - 1) + length + 1;
  bool many = std::min(last, length) - std::max<lua_Integer>(first, 1) >= kMaxResults;
  if (many) return luaL_error(L, "string.byte gives at most %d values", int{kMaxResults});
  return CallStock(L);
}

// Tables and functions in the place of %s become text without their address; %p is refused.
int Format(lua_State* L) {
  std::string_view text = CheckText(L, 1);
  size_t bytes = text.size();
  int argument = 1;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (text[++i] == '%') continue;
    i = std::min(text.find_first_not_of("-+ #0123456789.", i), text.size());
    char kind = i < text.size() ? text[i] : '\0';
    if (kind == 'p') return luaL_error(L, "string.format does not know `%%p`");
    if (++argument > lua_gettop(L)) break;
    if (kind == 's') {
      PushString(L, argument);
      lua_replace(L, argument);
      bytes += lua_rawlen(L, argument);
    } else if (lua_type(L, argument) == LUA_TSTRING) {
      bytes += 4 * lua_rawlen(L, argument);  // %q may write four for one
    }
  }
  Budget::Of(L).ChargeBytes(L, bytes);
  if (bytes > Budget::Of(L).value_limit()) return luaL_error(L, "the resulting string is too long");
  return CallStock(L);
}

// Patterns --------------------------------------------------------------------------------------

void PushCapture(lua_State* L, std::string_view subject, const Capture& capture) {
  if (capture.position) {
    lua_pushinteger(L, capture.begin - subject.data() + 1);
  } else {
    lua_pushlstring(L, capture.begin, capture.end - capture.begin);
  }
}

// All captures, or the whole match where the pattern has none.
int PushCaptures(lua_State* L, std::string_view subject, const Pattern& pattern, const Match& match,
                 const char* from, const char* end) {
  if (pattern.captures() == 0) {
    lua_pushlstring(L, from, end - from);
    return 1;
  }
  luaL_checkstack(L, pattern.captures(), "too many captures");
  for (int i = 0; i < pattern.captures(); ++i) PushCapture(L, subject, match.capture(i));
  return pattern.captures();
}

// Where to begin: the argument counted from 1, or from the end when negative.
size_t Start(lua_State* L, int index, size_t size) {
  lua_Integer at = luaL_optinteger(L, index, 1);
  auto length = static_cast<lua_Integer>(size);
  if (at > 0) return static_cast<size_t>(at - 1);
  if (at == 0 || at < -length) return 0;
  return static_cast<size_t>(length + at);
}

std::shared_ptr<const Pattern> Compile(lua_State* L, std::string_view text, bool anchors) {
  Budget::Of(L).Charge(L, text.size() * 4);
  return CompiledPattern(text, anchors);
}

int FindPlain(lua_State* L, std::string_view subject, std::string_view wanted, size_t start) {
  Budget::Of(L).ChargeBytes(L, subject.size() - start + wanted.size());
  const void* found = wanted.empty() ? subject.data() + start
                                     : memmem(subject.data() + start, subject.size() - start,
                                              wanted.data(), wanted.size());
  if (found == nullptr) return lua_pushnil(L), 1;
  auto at = static_cast<const char*>(found) - subject.data();
  lua_pushinteger(L, at + 1);
  lua_pushinteger(L, at + static_cast<lua_Integer>(wanted.size()));
  return 2;
}

int FindOrMatch(lua_State* L, bool find) {
  std::string_view subject = CheckText(L, 1);
  std::string_view text = CheckText(L, 2);
  size_t start = Start(L, 3, subject.size());
  if (start > subject.size()) return lua_pushnil(L), 1;
  bool plain = lua_toboolean(L, 4) || text.find_first_of("^$*+?.([%-") == std::string_view::npos;
  if (find && plain) return FindPlain(L, subject, text, start);
  const auto compiled = Compile(L, text, true);
  const Pattern& pattern = *compiled;
  BudgetMeter meter(L);
  Match match(pattern, subject, meter);
  const char* const last = pattern.anchored() ? subject.data() + start : subject.end();
  for (const char* from = subject.data() + start; from <= last; ++from) {
    const char* end = match.At(from);
    if (end == nullptr) continue;
    if (!find) return PushCaptures(L, subject, pattern, match, from, end);
    lua_pushinteger(L, from - subject.data() + 1);
    lua_pushinteger(L, end - subject.data());
    if (pattern.captures() == 0) return 2;
    return 2 + PushCaptures(L, subject, pattern, match, from, end);
  }
  lua_pushnil(L);
  return 1;
}

int Find(lua_State* L) { return FindOrMatch(L, true); }
int MatchOnce(lua_State* L) { return FindOrMatch(L, false); }

// Upvalues: subject, pattern, where to look next, where the last match ended (-1: none yet).
int NextMatch(lua_State* L) {
  std::string_view subject = TextAt(L, lua_upvalueindex(1));
  const auto compiled = Compile(L, TextAt(L, lua_upvalueindex(2)), false);
  const Pattern& pattern = *compiled;
  auto at = static_cast<size_t>(lua_tointeger(L, lua_upvalueindex(3)));
  lua_Integer last_end = lua_tointeger(L, lua_upvalueindex(4));
  BudgetMeter meter(L);
  Match match(pattern, subject, meter);
  for (; at <= subject.size(); ++at) {
    const char* from = subject.data() + at;
    const char* end = match.At(from);
    if (end == nullptr || end - subject.data() == last_end) continue;
    for (int upvalue : {3, 4}) {
      lua_pushinteger(L, end - subject.data());
      lua_replace(L, lua_upvalueindex(upvalue));
    }
    return PushCaptures(L, subject, pattern, match, from, end);
  }
  return 0;
}

int EachMatch(lua_State* L) {
  size_t size = CheckText(L, 1).size();
  Compile(L, CheckText(L, 2), false);
  size_t start = std::min(Start(L, 3, size), size + 1);
  lua_settop(L, 2);
  lua_pushinteger(L, static_cast<lua_Integer>(start));
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, Guarded<NextMatch>, 4);
  return 1;
}

// One call of gsub(subject, pattern, replacement, most).
class Substitution {
 public:
  explicit Substitution(lua_State* L)
      : L_(L),
        subject_(CheckText(L_, 1)),
        compiled_(Compile(L_, CheckText(L_, 2), true)),
        pattern_(*compiled_),
        kind_(lua_type(L_, 3)),
        meter_(L_),
        match_(pattern_, subject_, meter_),
        result_(L_) {}

  int Run() {
    CheckReplacement();
    lua_Integer most = luaL_optinteger(L_, 4, static_cast<lua_Integer>(subject_.size()) + 1);
    const char* at = subject_.data();
    const char* last_end = nullptr;
    lua_Integer count = 0;
    while (count < most) {
      const char* end = match_.At(at);
      if (end != nullptr && end != last_end) {
        ++count;
        Replace(at, end);
        at = last_end = end;
      } else if (at < subject_.end()) {
        result_.Add({at++, 1});
      } else {
        break;
      }
      if (pattern_.anchored()) break;
    }
    result_.Add({at, static_cast<size_t>(subject_.end() - at)});
    result_.Push();
    lua_pushinteger(L_, count);
    return 2;
  }

 private:
  void CheckReplacement() {
    bool fits = kind_ == LUA_TNUMBER || kind_ == LUA_TSTRING || kind_ == LUA_TFUNCTION ||
                kind_ == LUA_TTABLE;
    if (!fits) luaL_typeerror(L_, 3, "string/function/table");
  }

  void Replace(const char* from, const char* end) {
    if (kind_ == LUA_TNUMBER || kind_ == LUA_TSTRING) return Expand(from, end);
    if (kind_ == LUA_TFUNCTION) {
      lua_pushvalue(L_, 3);
      lua_call(L_, PushCaptures(L_, subject_, pattern_, match_, from, end), 1);
    } else {
      PushOne(0, from, end);
      lua_gettable(L_, 3);
    }
    if (!lua_toboolean(L_, -1)) {
      result_.Add({from, static_cast<size_t>(end - from)});
    } else if (lua_isstring(L_, -1)) {
      result_.Add(TextAt(L_, -1));
    } else {
      luaL_error(L_, "invalid replacement value (a %s)", luaL_typename(L_, -1));
    }
    lua_pop(L_, 1);
  }

  // %0 to %9 and %% in a replacement text.
  void Expand(const char* from, const char* end) {
    std::string_view text = TextAt(L_, 3);
    for (size_t i = 0; i < text.size(); ++i) {
      size_t plain = std::min(text.find('%', i), text.size());
      result_.Add(text.substr(i, plain - i));
      if (plain == text.size()) return;
      char c = plain + 1 < text.size() ? text[plain + 1] : '\0';
      if (c == '%') {
        result_.Add("%");
      } else if (c == '0') {
        result_.Add({from, static_cast<size_t>(end - from)});
      } else if (c >= '1' && c <= '9') {
        PushOne(c - '1', from, end);
        result_.Add(TextAt(L_, -1));
        lua_pop(L_, 1);
      } else {
        luaL_error(L_, "invalid use of '%%' in replacement string");
      }
      i = plain + 1;
    }
  }

  void PushOne(int index, const char* from, const char* end) {
    if (index < pattern_.captures()) return PushCapture(L_, subject_, match_.capture(index));
    if (index > 0) luaL_error(L_, "invalid capture index %%%d", index + 1);
    lua_pushlstring(L_, from, end - from);
  }

  lua_State* const L_;
  const std::string_view subject_;
  const std::shared_ptr<const Pattern> compiled_;
  const Pattern& pattern_;
  const int kind_;
  BudgetMeter meter_;
  Match match_;
  Builder result_;
};

int Substitute(lua_State* L) { return Substitution(L).Run(); }

}  // namespace

void AddString(lua_State* L, Context&) {
  int target = lua_gettop(L);
  lua_pushcfunction(L, luaopen_string);
  lua_call(L, 0, 1);
  lua_newtable(L);
  CopyFields(L, target + 1, {"char", "len"});
  for (const char* name : {"lower", "upper", "reverse", "sub"})
    WrapStock(L, target + 1, name, Charged);
  WrapStock(L, target + 1, "byte", Byte);
  WrapStock(L, target + 1, "format", Format);
  AddFunction(L, "rep", Guarded<Repeat>);
  AddFunction(L, "find", Guarded<Find>);
  AddFunction(L, "match", Guarded<MatchOnce>);
  AddFunction(L, "gmatch", Guarded<EachMatch>);
  AddFunction(L, "gsub", Guarded<Substitute>);
  FreezeLibrary(L);
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushvalue(L, target + 2);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, target + 2);
  lua_setfield(L, target, "string");
  lua_settop(L, target);
}

}  // namespace tidings::lua
