// JSON to Lua and back.
//
// An object becomes a table with its members, a list a table from 1 that stays a list even when it
// is emptied. A null member is left out, a null in a list becomes `json.null`. Whole numbers become
// integers where they fit.
#pragma once

#include <lua.hpp>

#include "base/json.h"

namespace tidings::lua {

inline constexpr int kMaxJsonDepth = 64;

// All of these raise on the script's mistakes and on limits.
void PushJson(lua_State* L, const Json& json);
// The value at `index`. Refuses functions, cycles, tables that are list and object at once, NaN,
// infinity and text that is not UTF-8, naming where it found them.
Json ToJson(lua_State* L, int index);

void MarkAsList(lua_State* L);   // the table on top, even when it is empty
void PushModules(lua_State* L);  // what `require` has found so far, by name

}  // namespace tidings::lua
