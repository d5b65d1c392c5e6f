// What a script answered, checked and turned into JSON.
#pragma once

#include <lua.hpp>

#include "lua/script.h"

namespace tidings::lua {

// Of the two values on top of the stack, which a script's function has returned. Raises where they
// are not what this kind of script has to answer; script.h says what that is.
Json TakeOutcome(lua_State* L, ScriptKind kind, const Json& argument);

}  // namespace tidings::lua
