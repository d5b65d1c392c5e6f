// Runs a piece of evaluation once for each way through the questions that it asks about a customer.
//
//   auto ways = explorer.Explore([&] { return explorer.Decide(is_rich) ? rich() : poor(); });
//
// A step is run again from its beginning for each way; the questions that it asked before are
// answered as recorded, the first new one with yes, and with no in a later run. So the code that is
// run looks like that of an ordinary interpreter. What it changed is put back after each run.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rule/logic.h"
#include "rule/symbolic_value.h"

namespace tidings::rule::symbolic {

// Thrown by a step: the rule raises an error for the customers of this way.
struct Raised {
  int line;
  std::string what;
};
// Thrown by a step: only Lua can say what happens for the customers of this way.
struct Unsayable {
  int line;
  std::string why;
};
// Thrown out of everything: the rule is too much for symbolic evaluation.
struct TooComplex {
  std::string why;
};

struct Outcome {
  enum class Kind { kValue, kRaised, kUnsayable };
  Kind kind = Kind::kValue;
  Value value;
  int line = 0;
  std::string why;
};

class Explorer {
 public:
  struct Decision {
    Formula question;
    bool yes;
  };
  struct Way {
    std::vector<Decision> decisions;
    Outcome outcome;
  };
  struct Exploration {
    std::vector<Way> ways;  // a binary tree, from left (yes) to right
    bool changed = false;   // whether some run changed what is older than the exploration
    // What Judge and Merge made of the ways, once.
    std::optional<Formula> holds, fails;
    std::vector<std::pair<Value, Formula>> classes;
  };
  using ExplorationPtr = std::shared_ptr<Exploration>;

  // Within a run that repeats an earlier one, what was explored then is not explored again.
  ExplorationPtr Explore(const std::function<Value()>& step);

  // The same for `find`, which explores, but neither decides nor changes anything itself.
  ExplorationPtr Recall(const std::function<ExplorationPtr()>& find);

  // One of both answers for the customers of this way; the one that they must give where it is
  // known from earlier answers.
  bool Decide(const Formula& question);
  bool Decide(const Node& question) { return Decide(Formula::Exactly(question)); }

  // From here on `formula` holds, until what was learned since `facts()` is forgotten.
  void Assume(const Formula& formula) { Learn(formula, true); }
  size_t facts() const { return facts_.size(); }
  // What was learned last; null where nothing is known.
  const Node* LastFact() const { return facts_.empty() ? nullptr : &facts_.back(); }
  void Forget(size_t facts) { facts_.resize(facts); }

  std::vector<Node> HideFacts() { return std::exchange(facts_, {}); }
  void ShowFacts(std::vector<Node> facts) { facts_ = std::move(facts); }

  // What the ways come to together: that of the outcome of the way that a customer takes.
  static Formula Fold(const std::vector<Way>& ways,
                      const std::function<Formula(const Outcome&)>& meaning);

  int64_t Born() { return ++born_; }
  void Change(Cell& cell, Value value);
  void Change(TableObject& table, const Key& key, Value key_value, Value value);
  void Spend(int steps = 1);

 private:
  struct Asked {
    Formula question;
    bool yes;
    bool open;  // whether the other answer was possible too
  };
  // The run at hand of an exploration. What it asked and explored, up to the answer that was turned
  // last, is what it will ask and explore again.
  struct Run {
    int64_t started;
    bool changed = false;
    std::vector<Asked> asked;
    size_t next_asked = 0;
    std::vector<std::pair<size_t, ExplorationPtr>> explored;  // after how many questions
    size_t next_explored = 0;
  };

  ExplorationPtr ExploreAnew(const std::function<Value()>& step);
  Outcome RunOnce(const std::function<Value()>& step);
  static bool Turn(Run& run);
  static std::vector<Decision> OpenDecisions(const Run& run);
  void Learn(const Formula& formula, bool yes);
  void LearnNode(const Node& node);
  Formula Known(const Formula& formula) const;
  void Undo(size_t changes);
  bool NoteChange(int64_t born);

  std::vector<Run> runs_;
  std::vector<Node> facts_;
  std::vector<std::function<void()>> changes_;
  int64_t born_ = 0;
  int steps_ = 0, ways_ = 0;
};

}  // namespace tidings::rule::symbolic
