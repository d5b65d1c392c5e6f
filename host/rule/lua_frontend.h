// Segment scripts to the tree: what of a rule in Lua PostgreSQL can say.
//
// The file is parsed and run symbolically, from its load-time code to `match`. Parts that SQL
// cannot say are unknown; taking each as true and as false gives bounds, and the bounds give a
// split: customers who surely belong, those for whom the rule surely raises an error, and those
// about whom the script has to be asked.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rule/symbolic_interpreter.h"
#include "rule/tree.h"

namespace tidings::rule {

// A line of the rule that stays in Lua, and why. Line 0 is the rule as a whole.
struct LuaNote {
  int line;
  std::string why;
};

// What a rule comes to under one `now`. For customers in none of the three it does not match.
struct LuaPlan {
  Node chosen;  // these belong
  Node asked;   // about these only the script can say; False() where SQL says all
  Node failed;  // for these the script raises an error
  std::vector<LuaNote> notes;
  std::set<int> lines;  // of the rule that were evaluated; those without a note went to SQL
  std::vector<symbolic::Remark> remarks;
  bool timeless = false;  // known to be the same under every `now`
};

// A rule's file, and the modules that it requires, parsed. Constant after Parse; safe to share.
class LuaProgram {
 public:
  // Fails with kInvalidArgument where the file is no Lua: "segment/x.lua:3:7: ...". `lib` is where
  // modules are.
  static Result<std::shared_ptr<const LuaProgram>> Parse(const std::string& file,
                                                         std::string_view text,
                                                         const std::filesystem::path& lib);

  // The plan at a moment that no rule names, so that what lies whole days before it was meant to be
  // relative.
  const LuaPlan& nominal() const { return nominal_; }

  // Takes well under 2 ms for a rule of a page, and nothing for one without a word on the present.
  // Never fails: what is too much for it is asked.
  LuaPlan PlanFor(Time now) const;

  // Whether the file or a module spells this name behind a dot or in quotes. One that is put
  // together while the rule runs escapes it.
  bool Names(std::string_view field) const;

 private:
  struct Evaluation {
    symbolic::Judgement judgement;
    LuaPlan plan;
    bool unordered;  // whether it visited the members of a table in no order of their own
  };

  Status Read(const std::string& name, std::string_view text);
  Evaluation Evaluate(Time now, const symbolic::Modules& modules, bool descending) const;
  LuaPlan Plan(Time now, const symbolic::Modules& modules) const;

  symbolic::Source main_;
  std::map<std::string, symbolic::Source> modules_;
  std::string text_;  // of all of them
  LuaPlan nominal_;
};

}  // namespace tidings::rule
