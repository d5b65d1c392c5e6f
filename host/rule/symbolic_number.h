// Arithmetic and comparisons with the numbers of a customer.
//
// A comparison of one field with a constant, whatever the arithmetic between (as long as it rises
// or falls throughout: `days_since(t) / 30 > 6`), becomes a bound on the field itself, found by
// binary search over the very arithmetic that Lua would do. So it is exact, and an index can serve.
// Anything else becomes a Relation in doubles.
#pragma once

#include "rule/lua_number.h"
#include "rule/symbolic_site.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// A field, aggregate or length as the number that Lua sees. Of type kNumber, kInteger or kTime.
Number NumberOf(Expr expr);

// Either may be concrete; not both. Raises and forks as Lua would. Throws Unsayable on what cannot
// be said in doubles.
Value Calculate(const Site& site, lua_syntax::Operator op, const Value& left, const Value& right);
Value Floor(const Site& site, const Number& number);

// `op` is kEqual or an order.
Node Compare(const Site& site, const Number& left, Op op, const LuaNumber& right);
Node Compare(const Site& site, const Number& left, Op op, const Number& right);
// Where the bound on the field is the moment itself, as its name.
Node Compare(const Site& site, const Number& left, Op op, const Moment& right);

Op Flipped(Op op);  // < for >, and so on

}  // namespace tidings::rule::symbolic
