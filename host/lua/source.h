// From the text of a script to a function.
#pragma once

#include <string>
#include <string_view>

#include <lua.hpp>

namespace tidings::lua {

// Pushes the script `text` compiled; `name` is its file in errors. Refuses compiled Lua. The budget
// is looked at every few lines, so that a text which takes long to compile is stopped like one that
// takes long to run. Raises.
void LoadSource(lua_State* L, std::string_view text, const std::string& name);

}  // namespace tidings::lua
