// type, tostring, pairs, pcall, error, require and their like.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "lua/active_lines.h"
#include "lua/convert.h"
#include "lua/freeze.h"
#include "lua/library.h"
#include "lua/source.h"

namespace tidings::lua {
namespace {

const char kModules = 0;  // registry key: name -> what the module returned; false while it loads

int ToString(lua_State* L) {
  luaL_checkany(L, 1);
  PushString(L, 1);
  return 1;
}

int Pairs(lua_State* L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") == LUA_TNIL) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushcfunction(L, Next);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
  } else {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
  }
  return 3;
}

// A limit that was passed is no error to be caught: it goes on up.
int PCall(lua_State* L) {
  luaL_checkany(L, 1);
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  if (Budget::Of(L).tripped()) {
    lua_settop(L, std::max(1, lua_gettop(L)));
    return lua_error(L);
  }
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, 1);
  return lua_gettop(L);
}

int GetMetatable(lua_State* L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return 1;
  if (!lua_getmetatable(L, 1)) lua_pushnil(L);
  ReplaceByFrozen(L);
  return 1;
}

// What the collector or the end of a block would call, outside any budget, is refused.
void RefuseHidden(lua_State* L, int metatable) {
  for (const char* name : {"__gc", "__close", "__mode"}) {
    lua_pushstring(L, name);
    if (lua_rawget(L, metatable) != LUA_TNIL) {
      luaL_error(L, "a metatable of a script may not have `%s`", name);
    }
    lua_pop(L, 1);
  }
}

int SetMetatable(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
  lua_settop(L, 2);
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
    return luaL_error(L, "cannot change a protected metatable");
  }
  PushThawed(L, 2);
  if (lua_istable(L, -1)) RefuseHidden(L, lua_gettop(L));
  lua_setmetatable(L, 1);
  lua_settop(L, 1);
  return 1;
}

int ToNumber(lua_State* L) {
  if (lua_type(L, 1) == LUA_TSTRING) Budget::Of(L).ChargeBytes(L, lua_rawlen(L, 1));
  return CallStock(L);
}

// Modules ---------------------------------------------------------------------------------------

bool IsModuleName(std::string_view name) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '/';
  };
  bool edges = !name.empty() && name.front() != '/' && name.back() != '/';
  return edges && name.size() <= 100 && std::all_of(name.begin(), name.end(), plain) &&
         name.find("//") == std::string_view::npos;
}

std::vector<std::string> ModulesIn(const std::filesystem::path& lib) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(lib, error)) {
    if (entry.path().extension() == ".lua") names.push_back(entry.path().stem().string());
  }
  return names;
}

// Whether the file is inside the folder once all links have been followed.
bool IsInside(const std::filesystem::path& file, const std::filesystem::path& folder) {
  std::error_code error;
  auto real = std::filesystem::canonical(file, error);
  auto base = std::filesystem::canonical(folder, error);
  if (error) return false;
  return std::mismatch(base.begin(), base.end(), real.begin(), real.end()).first == base.end();
}

std::string ReadModule(lua_State* L, const std::string& name) {
  const auto& lib = Context::Of(L).options.lib;
  if (!IsModuleName(name)) {
    luaL_error(L,
               "`require` takes the name of a file in the lib folder, without folder and ending");
  }
  auto file = lib / (name + ".lua");
  if (lib.empty() || !std::filesystem::is_regular_file(file) || !IsInside(file, lib)) {
    luaL_error(L, "there is no lib/%s.lua%s", name.c_str(), Hint(L, name, ModulesIn(lib)).c_str());
  }
  auto text = ReadFile(file);
  if (!text.has_value()) luaL_error(L, "%s", text.error().message.c_str());
  return std::move(*text);
}

void LoadModule(lua_State* L, const std::string& name, int modules) {
  std::string text = ReadModule(L, name);
  lua_pushboolean(L, 0);
  lua_setfield(L, modules, name.c_str());
  const std::string file = "lib/" + name + ".lua";
  LoadSource(L, text, file);
  auto* coverage = Context::Of(L).options.coverage;
  if (coverage != nullptr) coverage->lib[file].Expect(ActiveLines(L));
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1))
    luaL_error(L, "lib/%s.lua returns nothing; end it with `return M`", name.c_str());
  lua_pushvalue(L, -1);
  lua_setfield(L, modules, name.c_str());
}

int Require(lua_State* L) {
  std::string name(CheckText(L, 1));
  lua_settop(L, 1);
  PushModules(L);
  PushText(L, name);
  if (lua_rawget(L, 2) == LUA_TNIL) {
    if (Context::Of(L).loaded) {
      return luaL_error(L, "`require` belongs at the top of the file, not inside a function");
    }
    LoadModule(L, name, 2);
  } else if (lua_isboolean(L, -1)) {
    return luaL_error(L, "lib/%s.lua requires itself, directly or through others", name.c_str());
  }
  return 1;
}

}  // namespace

void PushModules(lua_State* L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &kModules) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kModules);
}

void PushString(lua_State* L, int index) {
  index = lua_absindex(L, index);
  if (luaL_callmeta(L, index, "__tostring")) {
    if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
    return;
  }
  int type = lua_type(L, index);
  if (type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN || type == LUA_TNIL) {
    luaL_tolstring(L, index, nullptr);
  } else if (type == LUA_TLIGHTUSERDATA) {
    lua_pushliteral(L, "null");
  } else if (luaL_getmetafield(L, index, "__name") != LUA_TSTRING) {
    lua_pushstring(L, lua_typename(L, type));
  }
}

std::vector<std::string> NamesOf(lua_State* L, int table) {
  std::vector<std::string> names;
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING) names.emplace_back(TextAt(L, -2));
    Budget::Of(L).Charge(L, 10);
  }
  return names;
}

std::string Hint(lua_State* L, std::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t kComparison = 100;  // of two names
  Budget::Of(L).Charge(L, kComparison * (candidates.size() + 1));
  return DidYouMean(name, candidates);
}

bool IsWithheld(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "io",       "os",      "package",  "debug",     "load",   "loadstring",
      "loadfile", "dofile",  "rawget",   "rawset",    "rawlen", "xpcall",
      "setfenv",  "getfenv", "module",   "coroutine", "_G",     "print",
      "http",     "log",     "newproxy", "unpack",    "warn",   "collectgarbage"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

void CopyFields(lua_State* L, int from, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    lua_getfield(L, from, name);
    lua_setfield(L, -2, name);
  }
}

void WrapStock(lua_State* L, int stock, const char* name, lua_CFunction function) {
  lua_getfield(L, stock, name);
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

int CallStock(lua_State* L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

void AddBase(lua_State* L, Context& context) {
  int target = lua_gettop(L);
  lua_pushcfunction(L, luaopen_base);
  lua_call(L, 0, 1);
  lua_pushvalue(L, target);
  CopyFields(L, target + 1, {"assert", "error", "ipairs", "rawequal", "select", "type"});
  WrapStock(L, target + 1, "tonumber", ToNumber);
  AddFunction(L, "tostring", ToString);
  AddFunction(L, "next", Next);
  AddFunction(L, "pairs", Pairs);
  AddFunction(L, "pcall", PCall);
  AddFunction(L, "getmetatable", GetMetatable);
  AddFunction(L, "setmetatable", SetMetatable);
  AddFunction(L, "require", Guarded<Require>, context);
  lua_settop(L, target);
}

}  // namespace tidings::lua
