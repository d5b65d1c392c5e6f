// What the library functions of one interpreter share with the script's owner.
#pragma once

#include <exception>

#include <lua.hpp>

#include "base/clock.h"
#include "lua/budget.h"
#include "lua/script.h"

namespace tidings::lua {

// Lives as long as the state. Functions that need it carry it as their first upvalue.
struct Context {
  Context(const Limits& limits, Options given)
      : budget(limits), options(std::move(given)), now(options.now) {}

  Budget budget;
  const Options options;
  Time now;
  bool loaded = false;     // from then on, `require` only finds what it has found before
  int64_t generation = 0;  // counts rows; a view of another row's JSON is refused

  static Context& Of(lua_State* L) {
    return *static_cast<Context*>(lua_touserdata(L, lua_upvalueindex(1)));
  }
};

// A library function whose C++ exceptions become Lua errors. (Lua's own errors are exceptions of
// another kind and pass through.)
template <lua_CFunction F>
int Guarded(lua_State* L) {
  try {
    return F(L);
  } catch (const std::exception& e) {
    return luaL_error(L, "%s", e.what());
  }
}

// Sets `name` of the table on top of the stack to the function.
inline void AddFunction(lua_State* L, const char* name, lua_CFunction function) {
  lua_pushcfunction(L, function);
  lua_setfield(L, -2, name);
}
inline void AddFunction(lua_State* L, const char* name, lua_CFunction function, Context& context) {
  lua_pushlightuserdata(L, &context);
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

inline std::string_view TextAt(lua_State* L, int index) {  // of a string or number
  size_t size = 0;
  const char* data = lua_tolstring(L, index, &size);
  return {data == nullptr ? "" : data, size};
}
inline std::string_view CheckText(lua_State* L, int index) {
  size_t size = 0;
  const char* data = luaL_checklstring(L, index, &size);
  return {data, size};
}
// A time as scripts see it.
inline double SecondsOf(Time time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}
inline void PushText(lua_State* L, std::string_view text) {
  lua_pushlstring(L, text.data(), text.size());
}

}  // namespace tidings::lua
