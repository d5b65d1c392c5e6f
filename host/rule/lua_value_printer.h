// Values of the tree as Lua: what lua_printer.cpp compares. Internal to that.
#pragma once

#include <string>
#include <vector>

#include "rule/tree.h"

namespace tidings::rule {

// Thrown: Lua cannot say it.
struct NoWords {
  std::string what;
};

std::string LuaQuote(std::string_view text);

// As it is compared with `subject`. Throws NoWords on numbers and times that Lua's numbers cannot
// hold to the last digit.
std::string LuaConstant(const Constant& constant, const Expr& subject);

// "c.city", "#c.name", "c.orders:sum{status = \"COMPLETED\"}", "(c.visit + 0.0)". Of an order it is
// "o.amount", of an item "i.name".
std::string LuaValue(const Expr& expr);

// What has to be true for the value to be there and to be worked out: "c.email ~= nil".
std::vector<std::string> LuaGuards(const Expr& expr);

// The condition on a node (lua_printer.cpp).
std::string LuaCondition(const Node& node);

}  // namespace tidings::rule
