#include "lua/freeze.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "lua/budget.h"
#include "lua/context.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

// Keys of the registry, by address.
const char kThawed = 0;    // frozen table -> the table behind it
const char kFrozen = 0;    // and back
const char kUpvalues = 0;  // list: function, number, value, function, number, value, ...

int PushMap(lua_State* L, const char& key) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
  }
  return lua_gettop(L);
}

// P[k] = v
int RefuseWrite(lua_State* L) {
  if (lua_type(L, 2) == LUA_TSTRING) {
    return luaL_error(L,
                      "`%s` was made when the script was loaded and stays as it is; "
                      "use a local variable or a new table",
                      lua_tostring(L, 2));
  }
  return luaL_error(L,
                    "this table was made when the script was loaded and stays as it is; "
                    "make a new table inside the function");
}

// P[k] where T has an __index function: upvalues T, function.
int IndexThenCall(lua_State* L) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

int FrozenLength(lua_State* L) {
  lua_pushinteger(L, static_cast<lua_Integer>(lua_rawlen(L, lua_upvalueindex(1))));
  return 1;
}

int FrozenPairs(lua_State* L) {
  lua_pushcfunction(L, Next);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

// Copies the operators of T's metatable into P's on top of the stack; none that have to do with
// access, and none that Lua itself acts on behind the script's back.
void CopyOperators(lua_State* L, int table) {
  int target = lua_gettop(L);
  if (!lua_getmetatable(L, table)) return;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    std::string_view key = TextAt(L, -2);
    bool withheld = key == "__index" || key == "__newindex" || key == "__gc" || key == "__close" ||
                    key == "__mode" || key == "__metatable";
    if (withheld) continue;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, target);
  }
  lua_pop(L, 1);
}

// Pushes what P's __index has to be.
void PushIndex(lua_State* L, int table) {
  int kind = luaL_getmetafield(L, table, "__index");
  bool calls = kind == LUA_TFUNCTION && lua_tocfunction(L, -1) != UndefinedName;
  if (!calls) {
    if (kind != LUA_TNIL) lua_pop(L, 1);
    lua_pushvalue(L, table);
    return;
  }
  lua_pushvalue(L, table);
  lua_insert(L, -2);
  lua_pushcclosure(L, IndexThenCall, 2);
}

// Gives the frozen table at `frozen` the metatable that makes it read as `table`.
void Cover(lua_State* L, int frozen, int table) {
  luaL_checkstack(L, 10, "freezing");
  lua_createtable(L, 0, 6);
  lua_pushvalue(L, table);
  lua_pushcclosure(L, FrozenLength, 1);
  lua_setfield(L, -2, "__len");
  AddFunction(L, "__pairs", FrozenPairs);
  CopyOperators(L, table);
  PushIndex(L, table);
  lua_setfield(L, -2, "__index");
  AddFunction(L, "__newindex", RefuseWrite);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, frozen);
}

// Walks what can be reached, with a list of work instead of recursion.
class Freezer {
 public:
  explicit Freezer(lua_State* L) : L_(L) {
    luaL_checkstack(L_, 20, "freezing");
    thawed_ = PushMap(L_, kThawed);
    frozen_ = PushMap(L_, kFrozen);
    work_ = PushNew();
    functions_ = PushNew();
    made_ = PushNew();
  }

  void Run(int first, int last) {
    for (int i = first; i <= last; ++i) {
      lua_pushvalue(L_, i);
      Replace();
      lua_replace(L_, i);
    }
    while (PopWork()) {
      if (lua_istable(L_, -1))
        VisitTable();
      else
        VisitUpvalues();
      lua_pop(L_, 1);
      Budget::Of(L_).Charge(L_, 10);
    }
    CoverAll();
    RememberUpvalues();
    lua_settop(L_, thawed_ - 1);
  }

 private:
  int PushNew() {
    lua_newtable(L_);
    return lua_gettop(L_);
  }

  // Appends a copy of the value on top.
  void Append(int list) {
    lua_pushvalue(L_, -1);
    lua_rawseti(L_, list, static_cast<lua_Integer>(lua_rawlen(L_, list)) + 1);
  }

  bool PopWork() {
    auto length = static_cast<lua_Integer>(lua_rawlen(L_, work_));
    if (length == 0) return false;
    lua_rawgeti(L_, work_, length);
    lua_pushnil(L_);
    lua_rawseti(L_, work_, length);
    return true;
  }

  bool Has(int map) {  // the value on top, as a key
    lua_pushvalue(L_, -1);
    bool has = lua_rawget(L_, map) != LUA_TNIL;
    lua_pop(L_, 1);
    return has;
  }

  // The value on top becomes its frozen form; what it leads to becomes work.
  void Replace() {
    if (lua_isfunction(L_, -1) && !lua_iscfunction(L_, -1) && !Has(functions_)) {
      lua_pushvalue(L_, -1);
      lua_pushboolean(L_, 1);
      lua_rawset(L_, functions_);
      Append(work_);
    }
    if (!lua_istable(L_, -1) || Has(thawed_)) return;
    if (!Has(frozen_)) MakeFrozen();
    lua_rawget(L_, frozen_);
  }

  void MakeFrozen() {
    int table = lua_gettop(L_);
    lua_newtable(L_);
    lua_pushvalue(L_, table);
    lua_pushvalue(L_, -2);
    lua_rawset(L_, frozen_);
    lua_pushvalue(L_, -1);
    lua_pushvalue(L_, table);
    lua_rawset(L_, thawed_);
    lua_pop(L_, 1);
    Append(work_);
    Append(made_);
  }

  void VisitTable() {
    if (lua_getmetatable(L_, -1)) {
      ReplaceValues();
      lua_pop(L_, 1);
    }
    ReplaceValues();
    ReplaceKeys();
  }

  void ReplaceValues() {
    int table = lua_gettop(L_);
    for (lua_pushnil(L_); lua_next(L_, table) != 0;) {
      Replace();
      lua_pushvalue(L_, -2);
      lua_insert(L_, -2);
      lua_rawset(L_, table);
      Budget::Of(L_).Charge(L_, 1);
    }
  }

  // Keys that are tables: taken out and put back frozen, once the walk over them is done.
  void ReplaceKeys() {
    int table = lua_gettop(L_);
    int keys = PushNew();
    for (lua_pushnil(L_); lua_next(L_, table) != 0;) {
      lua_pop(L_, 1);
      if (lua_istable(L_, -1) || lua_isfunction(L_, -1)) Append(keys);
    }
    auto count = static_cast<lua_Integer>(lua_rawlen(L_, keys));
    for (lua_Integer i = 1; i <= count; ++i) {
      lua_rawgeti(L_, keys, i);
      lua_pushvalue(L_, -1);
      lua_rawget(L_, table);  // key value
      lua_pushvalue(L_, -2);
      lua_pushnil(L_);
      lua_rawset(L_, table);
      lua_insert(L_, -2);  // value key
      Replace();
      lua_insert(L_, -2);
      lua_rawset(L_, table);
    }
    lua_pop(L_, 1);
  }

  void VisitUpvalues() {
    int function = lua_gettop(L_);
    for (int i = 1; lua_getupvalue(L_, function, i) != nullptr; ++i) {
      Replace();
      lua_setupvalue(L_, function, i);
    }
  }

  // Only now, because the metatables of the tables behind must have been frozen inside.
  void CoverAll() {
    auto count = static_cast<lua_Integer>(lua_rawlen(L_, made_));
    for (lua_Integer i = 1; i <= count; ++i) {
      lua_rawgeti(L_, made_, i);
      int table = lua_gettop(L_);
      lua_pushvalue(L_, table);
      lua_rawget(L_, frozen_);
      Cover(L_, table + 1, table);
      lua_settop(L_, table - 1);
      Budget::Of(L_).Charge(L_, 10);
    }
  }

  void RememberUpvalues() {
    int list = PushNew();
    std::unordered_set<void*> known;
    for (lua_pushnil(L_); lua_next(L_, functions_) != 0; lua_pop(L_, 1)) {
      for (int i = 1; void* id = lua_upvalueid(L_, -2, i); ++i) {
        if (known.insert(id).second) Remember(list, i);
      }
      Budget::Of(L_).Charge(L_, 10);
    }
    lua_rawsetp(L_, LUA_REGISTRYINDEX, &kUpvalues);
  }

  void Remember(int list, int number) {  // of the function at -2
    auto length = static_cast<lua_Integer>(lua_rawlen(L_, list));
    lua_pushvalue(L_, -2);
    lua_rawseti(L_, list, length + 1);
    lua_pushinteger(L_, number);
    lua_rawseti(L_, list, length + 2);
    lua_getupvalue(L_, -2, number);
    bool nil = lua_isnil(L_, -1);
    if (nil) {  // a list has no holes
      lua_pop(L_, 1);
      lua_pushlightuserdata(L_, const_cast<char*>(&kUpvalues));
    }
    lua_rawseti(L_, list, length + 3);
  }

  lua_State* const L_;
  int thawed_, frozen_, work_, functions_, made_;  // places on the stack
};

int Undefined(lua_State* L) {
  lua_settop(L, 2);
  PushString(L, 2);
  std::string name(TextAt(L, 3));
  if (IsWithheld(name)) return luaL_error(L, "`%s` does not exist for scripts", name.c_str());
  std::string hint = Hint(L, name, NamesOf(L, 1));
  return luaL_error(L, "undefined name `%s`%s", name.c_str(), hint.c_str());
}

}  // namespace

int UndefinedName(lua_State* L) { return Guarded<Undefined>(L); }

void FreezeLibrary(lua_State* L) {
  int table = lua_gettop(L);
  PushMap(L, kThawed);
  lua_newtable(L);
  Cover(L, table + 2, table);
  lua_pushvalue(L, -1);
  lua_pushvalue(L, table);
  lua_rawset(L, table + 1);
  lua_replace(L, table);
  lua_settop(L, table);
}

void FreezeReachable(lua_State* L, int first) {
  int last = lua_gettop(L);
  Freezer(L).Run(first, last);
}

void RestoreUpvalues(lua_State* L) {
  int top = lua_gettop(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kUpvalues);
  auto count = static_cast<lua_Integer>(lua_rawlen(L, top + 1));
  for (lua_Integer i = 1; i < count; i += 3) {
    lua_rawgeti(L, top + 1, i);
    lua_rawgeti(L, top + 1, i + 1);
    auto number = static_cast<int>(lua_tointeger(L, -1));
    lua_pop(L, 1);
    lua_rawgeti(L, top + 1, i + 2);
    if (lua_touserdata(L, -1) == &kUpvalues) {
      lua_pop(L, 1);
      lua_pushnil(L);
    }
    lua_setupvalue(L, -2, number);
    lua_pop(L, 1);
  }
  lua_settop(L, top);
}

void PushThawed(lua_State* L, int index) {
  lua_pushvalue(L, index);
  if (!lua_istable(L, -1)) return;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kThawed);
  lua_pushvalue(L, -2);
  if (lua_rawget(L, -2) == LUA_TTABLE) {
    lua_replace(L, -3);
    lua_pop(L, 1);
  } else {
    lua_pop(L, 2);
  }
}

void ReplaceByFrozen(lua_State* L) {
  if (!lua_istable(L, -1)) return;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kFrozen) != LUA_TTABLE) {
    lua_pop(L, 1);
    return;
  }
  lua_pushvalue(L, -2);
  if (lua_rawget(L, -2) == LUA_TTABLE) {
    lua_replace(L, -3);
    lua_pop(L, 1);
  } else {
    lua_pop(L, 2);
  }
}

int Next(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  Budget::Of(L).Charge(L, 4);
  PushThawed(L, 1);
  lua_pushvalue(L, 2);
  if (lua_next(L, 3) != 0) return 2;
  lua_pushnil(L);
  return 1;
}

}  // namespace tidings::lua
