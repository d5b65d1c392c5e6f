// Where in a rule something happens.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "rule/symbolic_explorer.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// Where in the rule something happens, and what it may ask.
struct Site {
  Explorer& explorer;
  Time now;
  int line;
  std::set<std::pair<int, std::string>>& unsaid;  // what stays in Lua: line and why

  [[noreturn]] void Raise(const std::string& what) const { throw Raised{line, what}; }
  [[noreturn]] void GiveUp(const std::string& why) const { throw Unsayable{line, why}; }
  // A value that SQL cannot say, made by something that may raise an error instead.
  Value Opaque(const std::string& why) const;
};

}  // namespace tidings::rule::symbolic
