// Numbers as Lua counts them: integers of 64 bits that wrap around, and doubles.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "rule/lua_syntax.h"

namespace tidings::rule {

using LuaNumber = std::variant<int64_t, double>;

double ToDouble(const LuaNumber& number);

// + - * / // % ^ as Lua computes them; nothing where it raises (an integer divided by 0).
std::optional<LuaNumber> Calculate(lua_syntax::Operator op, const LuaNumber& left,
                                   const LuaNumber& right);

// Exactly, also an integer with a double. False where one is NaN.
bool IsLess(const LuaNumber& left, const LuaNumber& right);
bool IsLessEqual(const LuaNumber& left, const LuaNumber& right);
bool IsEqual(const LuaNumber& left, const LuaNumber& right);

// The integer with the same value, if there is one.
std::optional<int64_t> ToInteger(const LuaNumber& number);

}  // namespace tidings::rule
