// The functions that scripts may call. What is not here does not exist for them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lua/context.h"

namespace tidings::lua {

// Each adds its functions or its table to the table on top of the stack. They raise.
void AddBase(lua_State* L, Context& context);  // type, tostring, pairs, pcall, error, require, ...
void AddQuestions(lua_State* L);               // has, contains, between, missing, any
void AddString(lua_State* L, Context& context);  // string, and the metatable of strings
void AddTable(lua_State* L, Context& context);   // table
void AddMath(lua_State* L, Context& context);    // math without random numbers; utf8
void AddJson(lua_State* L, Context& context);    // json
void AddTime(lua_State* L, Context& context);    // now, days_since, days_ago, time
void AddStage(lua_State* L, Context& context);   // segment, deliver, ...; accept, retry; http, log

// Sets the functions count, sum, avg, min, max, first, last, any and all of the table on top: those
// of `c.orders`. What each is asked of is what `check` finds behind its first argument, a list of
// orders (row.h), or raises over; `owner` is the first upvalue for `check`.
void AddOrderFunctions(lua_State* L, void* owner, const Json& (*check)(lua_State* L));

// Pushes the value at `index` as text; a table or function as its kind, without its address.
void PushString(lua_State* L, int index);

// The names in the table at `table` (absolute), without those of its metatable.
std::vector<std::string> NamesOf(lua_State* L, int table);

// DidYouMean for an error, charged for: a script may provoke and catch it as often as it likes.
std::string Hint(lua_State* L, std::string_view name, const std::vector<std::string>& candidates);

// Names that other Lua programs know and that are missing here on purpose.
bool IsWithheld(std::string_view name);

// With the copied functions of the stock table at `from` (absolute) set in the table on top.
void CopyFields(lua_State* L, int from, std::initializer_list<const char*> names);

// Sets `name` of the table on top to `function`, which guards the stock function of that name in
// the table at `stock` (absolute) and goes on to it with CallStock.
void WrapStock(lua_State* L, int stock, const char* name, lua_CFunction function);
int CallStock(lua_State* L);

}  // namespace tidings::lua
