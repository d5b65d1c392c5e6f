// segment{...} and its like, the verdicts of deliver scripts, and the hooks to the world.
#include <cmath>
#include <string>

#include "base/text.h"
#include "lua/convert.h"
#include "lua/library.h"
#include "lua/stage_table.h"

namespace tidings::lua {
namespace {

const char kKinds = 0;  // registry key: a stage's table -> its kind

struct KindWords {
  const char* name;
  const char* function;
};
constexpr KindWords kWords[] = {{"ingest", "process"}, {"segment", "match"},   {"deliver", "send"},
                                {"receipt", "parse"},  {"summarize", "write"}, {"route", "choose"}};

void CheckFunction(lua_State* L, const KindWords& words) {
  if (lua_getfield(L, 1, words.function) == LUA_TFUNCTION) return lua_pop(L, 1);
  if (!lua_isnil(L, -1)) {
    luaL_error(L, "`%s` of a %s script has to be a function, not a %s", words.function, words.name,
               luaL_typename(L, -1));
  }
  std::string hint;
  for (const std::string& name : NamesOf(L, 1)) {
    if (!Hint(L, name, {words.function}).empty()) hint = "; it has `" + name + "`: a slip?";
  }
  luaL_error(L, "a %s script needs `%s`, a function%s", words.name, words.function, hint.c_str());
}

void CheckEntity(lua_State* L) {
  if (lua_getfield(L, 1, "entity") != LUA_TNIL) {
    std::string_view entity = TextAt(L, -1);
    if (entity != "customer" && entity != "order") {
      luaL_error(L, "`entity` of an ingest script is \"customer\" or \"order\"");
    }
  }
  lua_pop(L, 1);
}

// segment{...}: checks the table, notes what it is, and returns it. Upvalue 2: the kind.
int Declare(lua_State* L) {
  auto kind = static_cast<ScriptKind>(lua_tointeger(L, lua_upvalueindex(2)));
  const KindWords& words = kWords[static_cast<int>(kind)];
  if (Context::Of(L).loaded)
    return luaL_error(L, "`%s` belongs at the end of the file", words.name);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  CheckFunction(L, words);
  int name = lua_getfield(L, 1, "name");
  if (name != LUA_TNIL && name != LUA_TSTRING) return luaL_error(L, "`name` has to be text");
  lua_pop(L, 1);
  if (kind == ScriptKind::kIngest) CheckEntity(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kKinds);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, static_cast<int>(kind));
  lua_rawset(L, -3);
  lua_settop(L, 1);
  return 1;
}

// Verdicts --------------------------------------------------------------------------------------

int Verdict(lua_State* L, const char* name) {  // a new table on top
  lua_createtable(L, 0, 3);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "verdict");
  return 1;
}

void SetArgument(lua_State* L, const char* name, int index) {
  lua_pushvalue(L, index);
  lua_setfield(L, -2, name);
}

int Accept(lua_State* L) {
  if (!lua_isnoneornil(L, 1)) luaL_checkstring(L, 1);
  lua_settop(L, 1);
  Verdict(L, "accept");
  SetArgument(L, "reference", 1);
  return 1;
}

int Retry(lua_State* L) {
  double seconds = luaL_checknumber(L, 1);
  luaL_argcheck(L, seconds >= 0 && seconds <= 7 * 86'400, 1, "is from 0 to a week of seconds");
  luaL_checkstring(L, 2);
  Verdict(L, "retry");
  SetArgument(L, "seconds", 1);
  SetArgument(L, "reason", 2);
  return 1;
}

int Reject(lua_State* L) {
  luaL_checkstring(L, 1);
  Verdict(L, "reject");
  SetArgument(L, "reason", 1);
  return 1;
}

// Hooks -----------------------------------------------------------------------------------------

// http{method=, url=, headers=, body=}: the answer, or nil and why there is none.
int Http(lua_State* L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  Context& context = Context::Of(L);
  Json request = ToJson(L, 1);
  context.budget.Look(L);
  auto answer = context.options.hooks.http(request);
  context.budget.Look(L);
  if (answer.has_value()) {
    PushJson(L, *answer);
    return 1;
  }
  lua_pushnil(L);
  PushText(L, answer.error().message);
  return 2;
}

constexpr const char* kLevels[] = {"debug", "info", "warning", "error", nullptr};

// log(level, text)
int Log(lua_State* L) {
  int level = luaL_checkoption(L, 1, nullptr, kLevels);
  std::string_view text = CheckText(L, 2).substr(0, 4096);
  Budget::Of(L).Charge(L, 1000);
  Context::Of(L).options.hooks.log(kLevels[level], text);
  return 0;
}

}  // namespace

std::string_view KindName(ScriptKind kind) { return kWords[static_cast<int>(kind)].name; }
const char* FunctionName(ScriptKind kind) { return kWords[static_cast<int>(kind)].function; }

std::optional<ScriptKind> DeclaredKind(lua_State* L, int index) {
  if (!lua_istable(L, index)) return std::nullopt;
  index = lua_absindex(L, index);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &kKinds);
  lua_pushvalue(L, index);
  bool declared = lua_rawget(L, -2) == LUA_TNUMBER;
  auto kind = static_cast<ScriptKind>(lua_tointeger(L, -1));
  lua_pop(L, 2);
  return declared ? std::optional(kind) : std::nullopt;
}

void AddStage(lua_State* L, Context& context) {
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &kKinds);
  int kind = 0;
  for (const KindWords& words : kWords) {
    lua_pushlightuserdata(L, &context);
    lua_pushinteger(L, kind++);
    lua_pushcclosure(L, Guarded<Declare>, 2);
    lua_setfield(L, -2, words.name);
  }
  AddFunction(L, "accept", Accept);
  AddFunction(L, "retry", Retry);
  AddFunction(L, "reject", Reject);
  if (context.options.hooks.http) AddFunction(L, "http", Guarded<Http>, context);
  if (context.options.hooks.log) AddFunction(L, "log", Guarded<Log>, context);
}

}  // namespace tidings::lua
