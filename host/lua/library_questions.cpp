// has, contains, between, missing, any: questions that nil answers too.
#include "lua/freeze.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

// has(list, value): whether one of the list's values is equal to it.
int Has(lua_State* L) {
  luaL_checkany(L, 2);
  if (lua_isnil(L, 1)) return lua_pushboolean(L, 0), 1;
  lua_Integer length = luaL_len(L, 1);
  bool found = false;
  for (lua_Integer i = 1; i <= length && !found; ++i) {
    lua_geti(L, 1, i);
    found = lua_compare(L, -1, 2, LUA_OPEQ);
    lua_pop(L, 1);
    Budget::Of(L).Charge(L, 2);
  }
  lua_pushboolean(L, found);
  return 1;
}

// contains(value, part): whether a text has a part, or a list a member. No other value has.
int Contains(lua_State* L) {
  CheckText(L, 2);
  lua_settop(L, 2);
  if (lua_type(L, 1) == LUA_TTABLE || lua_type(L, 1) == LUA_TUSERDATA) return Has(L);
  bool text = lua_type(L, 1) == LUA_TSTRING;
  if (text) Budget::Of(L).ChargeBytes(L, lua_rawlen(L, 1));
  lua_pushboolean(L, text && TextAt(L, 1).find(TextAt(L, 2)) != std::string_view::npos);
  return 1;
}

// between(value, low, high): both inclusive. A value of another kind than theirs is not.
int Between(lua_State* L) {
  int kind = lua_type(L, 2);
  luaL_argexpected(L, kind == LUA_TNUMBER || kind == LUA_TSTRING, 2, "number or text");
  luaL_argcheck(L, lua_type(L, 3) == kind, 3, "has to be of the kind of the lower bound");
  bool within =
      lua_type(L, 1) == kind && lua_compare(L, 2, 1, LUA_OPLE) && lua_compare(L, 1, 3, LUA_OPLE);
  lua_pushboolean(L, within);
  return 1;
}

// Whether the table or object at `index` has no member.
bool IsEmpty(lua_State* L, int index) {
  if (luaL_getmetafield(L, index, "__pairs") == LUA_TNIL) {
    if (!lua_istable(L, index)) return false;
    lua_pushcfunction(L, Next);
    lua_pushvalue(L, index);
    lua_pushnil(L);
  } else {
    lua_pushvalue(L, index);
    lua_call(L, 1, 3);
  }
  lua_call(L, 2, 1);
  return lua_isnil(L, -1);
}

// missing(value): nil, an empty text, or an empty list or object.
int Missing(lua_State* L) {
  luaL_checkany(L, 1);
  bool nothing = lua_isnil(L, 1) || lua_type(L, 1) == LUA_TLIGHTUSERDATA;
  bool members = lua_istable(L, 1) || lua_type(L, 1) == LUA_TUSERDATA;
  if (lua_type(L, 1) == LUA_TSTRING) nothing = lua_rawlen(L, 1) == 0;
  if (members) nothing = IsEmpty(L, 1);
  lua_pushboolean(L, nothing);
  return 1;
}

// any(list, test): whether the test is true of one of the list's members.
int Any(lua_State* L) {
  luaL_checktype(L, 2, LUA_TFUNCTION);
  if (lua_isnil(L, 1)) return lua_pushboolean(L, 0), 1;
  lua_Integer length = luaL_len(L, 1);
  bool found = false;
  for (lua_Integer i = 1; i <= length && !found; ++i) {
    lua_pushvalue(L, 2);
    lua_geti(L, 1, i);
    lua_call(L, 1, 1);
    found = lua_toboolean(L, -1);
    lua_pop(L, 1);
    Budget::Of(L).Charge(L, 4);
  }
  lua_pushboolean(L, found);
  return 1;
}

}  // namespace

void AddQuestions(lua_State* L) {
  AddFunction(L, "has", Has);
  AddFunction(L, "contains", Guarded<Contains>);
  AddFunction(L, "between", Between);
  AddFunction(L, "missing", Missing);
  AddFunction(L, "any", Any);
}

}  // namespace tidings::lua
