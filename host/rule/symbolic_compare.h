// Truth, equality and order of values, as Lua has them.
#pragma once

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

Value Equal(const Site& site, const Value& left, const Value& right);
// `op` is an order.
Value Ordered(const Site& site, const Value& left, Op op, const Value& right);

}  // namespace tidings::rule::symbolic
