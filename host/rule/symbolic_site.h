// Where in a rule something happens.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rule/symbolic_explorer.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// Reasons that only repeat an earlier one: what was made of a value that SQL could not say already.
inline constexpr std::string_view kFollows = "what SQL cannot say";

// What the author should look at, though the rule is no wrong Lua.
struct Remark {
  int line;
  std::string text;
  std::optional<Node> whom;  // the customers whom it concerns; none where it is not about customers
  bool operator==(const Remark&) const = default;
};

// Where in the rule something happens, and what it may ask. Within a module, `line` is the one of
// the rule's own file that called it.
struct Site {
  Explorer& explorer;
  Time now;
  int line;
  std::set<std::pair<int, std::string>>& unsaid;  // what stays in Lua: line and why
  std::vector<Remark>& remarks;
  const std::string* module = nullptr;  // the file that it happens in, and the line there
  int module_line = 0;

  [[noreturn]] void Raise(const std::string& what) const {
    RemarkOnMissing(what);
    throw Raised{line, Told(what)};
  }
  [[noreturn]] void GiveUp(const std::string& why) const { throw Unsayable{line, Told(why)}; }
  // Says that this stays in Lua, and why.
  void Note(const std::string& why) const { unsaid.emplace(line, Told(why)); }
  void AddRemark(const std::string& text, std::optional<Node> whom = {}) const;
  // A value that SQL cannot say, made by something that may raise an error instead.
  Value Opaque(const std::string& why) const;

 private:
  // An error because a field has just turned out to be nil, or an attribute of another kind.
  void RemarkOnMissing(const std::string& error) const;
  std::string Told(const std::string& what) const;
};

}  // namespace tidings::rule::symbolic
