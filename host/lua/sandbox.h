// An interpreter in which only the allow-list exists.
#pragma once

#include <memory>

#include <lua.hpp>

#include "lua/context.h"

namespace tidings::lua {

struct CloseState {
  void operator()(lua_State* state) const { lua_close(state); }
};
using State = std::unique_ptr<lua_State, CloseState>;

// Called by lua_pcall when something is raised: makes it one text, file:line first, the traceback
// last. Calls nothing of the script but a __tostring, and that within the budget.
int Explain(lua_State* L);

// To be called protected, on a fresh state: makes the global table with the libraries. The argument
// is the Context as light userdata.
int OpenSandbox(lua_State* L);

// Thrown where Lua would abort the process; the state is lost then.
struct Panic {};
int OnPanic(lua_State* L);

void PushGlobals(lua_State* L);

}  // namespace tidings::lua
