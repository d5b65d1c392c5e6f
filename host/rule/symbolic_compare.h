// Truth, equality and order of values, as Lua has them.
#pragma once

#include <optional>
#include <string>

#include "rule/lua_number.h"
#include "rule/symbolic_site.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// "number", "string", ...: as `type` and errors call it. "value" where that is not known.
const char* KindOf(const Value& value);

// Whether it is neither nil nor false.
Formula TruthOf(const Value& value);
Value FromFormula(const Formula& formula);  // a boolean where it is known

// What a Nullable is for the customers at hand: nil, or a text or number. Others as they are.
Value Resolve(const Site& site, const Value& value);
Value Resolve(const Site& site, const Nullable& value);

// A Moment as the number that it is. Others as they are.
Value Plain(const Value& value);

// Whether PostgreSQL can hold the text.
bool IsStorable(const std::string& text);
// "2026-03-01" as a day; nothing where it is none.
std::optional<Day> DayOf(const std::string& text);
// The number as it stands in JSON; nothing for those that JSON and Lua might see differently.
std::optional<Decimal> InJson(const LuaNumber& number);

Value Equal(const Site& site, const Value& left, const Value& right);
// `op` is an order.
Value Ordered(const Site& site, const Value& left, Op op, const Value& right);

}  // namespace tidings::rule::symbolic
