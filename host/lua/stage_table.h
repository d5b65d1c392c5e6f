// The table that a script returns: `return segment { ... }`.
#pragma once

#include <optional>

#include <lua.hpp>

#include "lua/script.h"

namespace tidings::lua {

const char* FunctionName(ScriptKind kind);  // "match" of a segment

// What the table at `index` was declared as, if it was.
std::optional<ScriptKind> DeclaredKind(lua_State* L, int index);

}  // namespace tidings::lua
