// What a comparison of some arithmetic over one field with a constant means for the field itself.
#pragma once

#include <optional>

#include "rule/lua_number.h"
#include "rule/tree.h"

namespace tidings::rule {

// `expr op constant` as a condition on the one field, aggregate or length in `expr`, exact for
// every value that it can have. `op` is kEqual or an order. Times that lie a whole number of
// minutes, hours or days before `now` come out as Ago. Nothing where `expr` has more than one of
// them, or does not rise or fall throughout.
std::optional<Node> FindBound(const Expr& expr, Op op, const LuaNumber& constant, Time now);

}  // namespace tidings::rule
