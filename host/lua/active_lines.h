// The lines of a script on which something can happen.
#pragma once

#include <set>

#include <lua.hpp>

namespace tidings::lua {

// Of the compiled script on top of the stack, which stays there: the lines of all its functions,
// whether a run ever makes them or not. Instructions that nothing can reach, such as the return
// that Lua adds behind a `return`, are left out.
std::set<int> ActiveLines(lua_State* L);

}  // namespace tidings::lua
