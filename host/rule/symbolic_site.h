// Where in a rule something happens.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "rule/symbolic_explorer.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// Reasons that only repeat an earlier one: what was made of a value that SQL could not say already.
inline constexpr std::string_view kFollows = "what SQL cannot say";

// Where in the rule something happens, and what it may ask. Within a module, `line` is the one of
// the rule's own file that called it.
struct Site {
  Explorer& explorer;
  Time now;
  int line;
  std::set<std::pair<int, std::string>>& unsaid;  // what stays in Lua: line and why
  const std::string* module = nullptr;            // the file that it happens in, and the line there
  int module_line = 0;

  [[noreturn]] void Raise(const std::string& what) const { throw Raised{line, Told(what)}; }
  [[noreturn]] void GiveUp(const std::string& why) const { throw Unsayable{line, Told(why)}; }
  // Says that this stays in Lua, and why.
  void Note(const std::string& why) const { unsaid.emplace(line, Told(why)); }
  // A value that SQL cannot say, made by something that may raise an error instead.
  Value Opaque(const std::string& why) const;

 private:
  std::string Told(const std::string& what) const;
};

}  // namespace tidings::rule::symbolic
