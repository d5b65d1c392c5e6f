// After loading, everything that a script can reach becomes read-only, so that no call can leave
// anything behind for the next.
//
// A table T is frozen by putting an empty table P in all its places, with a metatable through which
// P reads as T and cannot be written to. What P shows of T is frozen itself. Shared locals
// (upvalues) cannot be guarded; they are put back after each call instead.
#pragma once

#include <lua.hpp>

namespace tidings::lua {

// Replaces the table on top of the stack by a read-only one; for tables of library functions.
void FreezeLibrary(lua_State* L);

// Freezes all that can be reached from the values on the stack from index `first` up, replacing
// them. Remembers the upvalues of the functions found, for RestoreUpvalues. Raises; charges.
void FreezeReachable(lua_State* L, int first);

// Puts the upvalues back to what they were when FreezeReachable ended.
void RestoreUpvalues(lua_State* L);

// Pushes the table behind a frozen one, or else the value itself. Never give it to a script.
void PushThawed(lua_State* L, int index);
// Replaces a table on top of the stack by the frozen one before it, if there is one.
void ReplaceByFrozen(lua_State* L);

// The iterator of `pairs`, which sees through frozen tables.
int Next(lua_State* L);

// The __index of the global table: raises "undefined name" with a suggestion.
int UndefinedName(lua_State* L);

}  // namespace tidings::lua
