// A Lua 5.4 file to its syntax tree.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "rule/lua_syntax.h"

namespace tidings::rule {

// The file as a function without parameters. All of Lua's grammar is read. Fails with
// kInvalidArgument, "file:line:column: what is wrong and what to do", on what is no Lua, on what
// nests more than 100 deep, and on `t[a == b]` with a `t` of an outer function, which Lua 5.4.4
// compiles wrongly.
Result<std::shared_ptr<const lua_syntax::Function>> ParseLua(std::string_view file,
                                                             std::string_view source);

}  // namespace tidings::rule
