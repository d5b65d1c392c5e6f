#include "lua/sandbox.h"

#include <cctype>
#include <string_view>

#include "lua/freeze.h"
#include "lua/library.h"

namespace tidings::lua {
namespace {

constexpr size_t kLongestMessage = 4096;

// "folder/file.lua:12: ..." somewhere near the beginning.
bool HasPlace(std::string_view message) {
  for (size_t colon = message.find(':'); colon < 200; colon = message.find(':', colon + 1)) {
    size_t end = colon + 1;
    while (end < message.size() && std::isdigit(static_cast<unsigned char>(message[end]))) ++end;
    if (end > colon + 1 && end < message.size() && message[end] == ':') return true;
  }
  return false;
}

// Pushes where the innermost function of a script is: "file:line: ", or "".
void PushPlace(lua_State* L) {
  lua_Debug activation;
  for (int level = 0; lua_getstack(L, level, &activation); ++level) {
    lua_getinfo(L, "Sl", &activation);
    if (activation.currentline <= 0) continue;
    lua_pushfstring(L, "%s:%d: ", activation.short_src, activation.currentline);
    return;
  }
  lua_pushliteral(L, "");
}

// Pushes the error at 1 as text.
void PushMessage(lua_State* L) {
  bool text = lua_isstring(L, 1) || luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL;
  if (text) {
    PushString(L, 1);
  } else {
    lua_pushfstring(L, "the error raised is a %s value, not text", luaL_typename(L, 1));
  }
  std::string_view message = TextAt(L, -1);
  if (message.size() > kLongestMessage) {
    PushText(L, message.substr(0, kLongestMessage));
    lua_pushliteral(L, "...");
    lua_concat(L, 2);
  }
}

// name -> the library's own table, behind the globals: what __index falls back to.
void PushLibraries(lua_State* L, Context& context) {
  lua_newtable(L);
  AddBase(L, context);
  AddQuestions(L);
  AddString(L, context);
  AddTable(L, context);
  AddMath(L, context);
  AddJson(L, context);
  AddTime(L, context);
  AddStage(L, context);
}

}  // namespace

int Explain(lua_State* L) {
  lua_settop(L, 1);
  PushMessage(L);
  int message = lua_gettop(L);
  if (!HasPlace(TextAt(L, message))) {
    PushPlace(L);
    lua_pushvalue(L, message);
    lua_concat(L, 2);
    message = lua_gettop(L);
  }
  luaL_traceback(L, L, lua_tostring(L, message), 1);
  return 1;
}

int OnPanic(lua_State*) { throw Panic(); }

void PushGlobals(lua_State* L) { lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS); }

// The stock libraries open into a table that is then forgotten.
int OpenSandbox(lua_State* L) {
  auto& context = *static_cast<Context*>(lua_touserdata(L, 1));
  PushLibraries(L, context);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  for (lua_pushnil(L); lua_next(L, -3) != 0; lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, -5);
  }
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, UndefinedName);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  return 0;
}

}  // namespace tidings::lua
