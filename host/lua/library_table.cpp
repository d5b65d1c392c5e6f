// table: what works through a whole table pays for each of its members.
#include <algorithm>

#include "lua/freeze.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

constexpr lua_Integer kMaxUnpacked = 1000;

// A list on the stack, sorted in place by a heap: n log n whatever the order and the comparison.
class Sorter {
 public:
  explicit Sorter(lua_State* L)
      : L_(L), size_(luaL_len(L_, 1)), compares_(!lua_isnoneornil(L_, 2)) {}

  void Run() {
    for (lua_Integer root = size_ / 2; root >= 1; --root) Sink(root, size_);
    for (lua_Integer last = size_; last > 1; --last) {
      Swap(1, last);
      Sink(1, last - 1);
    }
  }

 private:
  void Sink(lua_Integer root, lua_Integer last) {
    while (2 * root <= last) {
      lua_Integer child = 2 * root;
      if (child < last && Less(child, child + 1)) ++child;
      if (!Less(root, child)) return;
      Swap(root, child);
      root = child;
    }
  }

  bool Less(lua_Integer a, lua_Integer b) {
    Budget::Of(L_).Charge(L_, 4);
    int top = lua_gettop(L_);
    if (compares_) lua_pushvalue(L_, 2);
    lua_geti(L_, 1, a);
    lua_geti(L_, 1, b);
    if (compares_) lua_call(L_, 2, 1);
    if (!compares_) ChargeTexts();
    bool less = compares_ ? lua_toboolean(L_, -1) : lua_compare(L_, -2, -1, LUA_OPLT);
    lua_settop(L_, top);
    return less;
  }

  // The two on top, which Lua is about to compare byte by byte.
  void ChargeTexts() {
    bool texts = lua_type(L_, -1) == LUA_TSTRING && lua_type(L_, -2) == LUA_TSTRING;
    if (texts) Budget::Of(L_).ChargeBytes(L_, std::min(lua_rawlen(L_, -1), lua_rawlen(L_, -2)));
  }

  void Swap(lua_Integer a, lua_Integer b) {
    Budget::Of(L_).Charge(L_, 2);
    lua_geti(L_, 1, a);
    lua_geti(L_, 1, b);
    lua_seti(L_, 1, a);
    lua_seti(L_, 1, b);
  }

  lua_State* const L_;
  const lua_Integer size_;
  const bool compares_;
};

int Sort(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  Sorter(L).Run();
  return 0;
}

size_t Distance(lua_Integer first, lua_Integer last) {
  if (last < first) return 0;
  size_t steps = static_cast<size_t>(last) - static_cast<size_t>(first);
  return steps == SIZE_MAX ? steps : steps + 1;
}

int Insert(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_gettop(L) == 3)
    Budget::Of(L).Charge(L, Distance(luaL_checkinteger(L, 2), luaL_len(L, 1)));
  return CallStock(L);
}

int Remove(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_gettop(L) == 2)
    Budget::Of(L).Charge(L, Distance(luaL_checkinteger(L, 2), luaL_len(L, 1)));
  return CallStock(L);
}

int Concat(lua_State* L) {
  lua_Integer first = luaL_optinteger(L, 3, 1);
  lua_Integer last = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);
  size_t size = 0;
  luaL_optlstring(L, 2, "", &size);
  Budget::Of(L).Charge(L, Distance(first, last));
  CallStock(L);
  Budget::Of(L).ChargeBytes(L, lua_rawlen(L, -1));
  return 1;
}

int Unpack(lua_State* L) {
  lua_Integer first = luaL_optinteger(L, 2, 1);
  lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (Distance(first, last) > kMaxUnpacked) {
    return luaL_error(L, "table.unpack gives at most %d values", int{kMaxUnpacked});
  }
  return CallStock(L);
}

int Move(lua_State* L) {
  Budget::Of(L).Charge(L, Distance(luaL_checkinteger(L, 2), luaL_checkinteger(L, 3)));
  return CallStock(L);
}

// A stock function (upvalue 1) that reads its whole string.
int ChargedRead(lua_State* L) {
  Budget::Of(L).ChargeBytes(L, CheckText(L, 1).size());
  return CallStock(L);
}

}  // namespace

void AddTable(lua_State* L, Context&) {
  int target = lua_gettop(L);
  lua_pushcfunction(L, luaopen_table);
  lua_call(L, 0, 1);
  lua_newtable(L);
  CopyFields(L, target + 1, {"pack"});
  WrapStock(L, target + 1, "insert", Insert);
  WrapStock(L, target + 1, "remove", Remove);
  WrapStock(L, target + 1, "concat", Concat);
  WrapStock(L, target + 1, "unpack", Unpack);
  WrapStock(L, target + 1, "move", Move);
  AddFunction(L, "sort", Sort);
  FreezeLibrary(L);
  lua_setfield(L, target, "table");
  lua_settop(L, target);
}

void AddMath(lua_State* L, Context&) {
  int target = lua_gettop(L);
  lua_pushcfunction(L, luaopen_math);
  lua_call(L, 0, 1);
  lua_newtable(L);
  CopyFields(L, target + 1,
             {"abs", "ceil", "cos",        "deg",       "exp",        "floor", "fmod", "huge",
              "log", "max",  "maxinteger", "min",       "mininteger", "modf",  "pi",   "rad",
              "sin", "sqrt", "tan",        "tointeger", "type",       "ult"});
  FreezeLibrary(L);
  lua_setfield(L, target, "math");
  lua_settop(L, target);
  lua_pushcfunction(L, luaopen_utf8);
  lua_call(L, 0, 1);
  lua_newtable(L);
  CopyFields(L, target + 1, {"char", "charpattern", "codepoint", "codes"});
  WrapStock(L, target + 1, "len", ChargedRead);
  WrapStock(L, target + 1, "offset", ChargedRead);
  FreezeLibrary(L);
  lua_setfield(L, target, "utf8");
  lua_settop(L, target);
}

}  // namespace tidings::lua
