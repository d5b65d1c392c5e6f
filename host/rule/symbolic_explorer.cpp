#include "rule/symbolic_explorer.h"

#include <algorithm>

namespace tidings::rule::symbolic {
namespace {

constexpr int kMaxSteps = 200'000;
constexpr int kMaxWays = 3'000;
constexpr int kMaxTests = 2 * kMaxComparisons;

// The ways from `begin` to `end` have their first `depth` answers in common.
Formula FoldFrom(const std::vector<Explorer::Way>& ways, size_t begin, size_t end, size_t depth,
                 const std::function<Formula(const Outcome&)>& meaning) {
  if (depth == ways[begin].decisions.size()) return meaning(ways[begin].outcome);
  size_t middle = begin;
  while (middle < end && ways[middle].decisions[depth].yes) ++middle;
  const Formula& question = ways[begin].decisions[depth].question;
  Formula result = IfElse(question, FoldFrom(ways, begin, middle, depth + 1, meaning),
                          FoldFrom(ways, middle, end, depth + 1, meaning));
  if (SizeOf(result.perhaps) > kMaxTests) throw TooComplex{"its condition grows too large"};
  return result;
}

}  // namespace

Explorer::ExplorationPtr Explorer::Explore(const std::function<Value()>& step) {
  return Recall([&] { return ExploreAnew(step); });
}

// What was explored to find it need not be kept.
Explorer::ExplorationPtr Explorer::Recall(const std::function<ExplorationPtr()>& find) {
  if (runs_.empty()) return find();
  size_t depth = runs_.size() - 1, next = runs_[depth].next_explored++;
  if (next < runs_[depth].explored.size()) return runs_[depth].explored[next].second;
  auto found = find();
  Run& run = runs_[depth];
  run.explored.resize(next);
  run.explored.emplace_back(run.next_asked, found);
  run.next_explored = next + 1;
  return found;
}

Explorer::ExplorationPtr Explorer::ExploreAnew(const std::function<Value()>& step) {
  runs_.push_back({.started = born_});
  size_t facts = facts_.size(), changes = changes_.size();
  auto result = std::make_shared<Exploration>();
  do {
    if (++ways_ > kMaxWays) throw TooComplex{"it branches into too many ways"};
    runs_.back().next_asked = runs_.back().next_explored = 0;
    Outcome outcome = RunOnce(step);
    result->ways.push_back({OpenDecisions(runs_.back()), std::move(outcome)});
    Undo(changes);
    Forget(facts);
  } while (Turn(runs_.back()));
  result->changed = runs_.back().changed;
  runs_.pop_back();
  return result;
}

// From one way to the next: the last open question answered with yes is answered with no.
bool Explorer::Turn(Run& run) {
  while (!run.asked.empty() && !(run.asked.back().open && run.asked.back().yes)) {
    run.asked.pop_back();
  }
  if (run.asked.empty()) return false;
  run.asked.back().yes = false;
  while (!run.explored.empty() && run.explored.back().first >= run.asked.size()) {
    run.explored.pop_back();
  }
  return true;
}

std::vector<Explorer::Decision> Explorer::OpenDecisions(const Run& run) {
  std::vector<Decision> decisions;
  for (const Asked& asked : run.asked) {
    if (asked.open) decisions.push_back({asked.question, asked.yes});
  }
  return decisions;
}

Outcome Explorer::RunOnce(const std::function<Value()>& step) try {
  return {.value = step()};
} catch (const Raised& raised) {
  return {Outcome::Kind::kRaised, {}, raised.line, raised.what};
} catch (const Unsayable& unsayable) {
  return {Outcome::Kind::kUnsayable, {}, unsayable.line, unsayable.why};
}

bool Explorer::Decide(const Formula& asked) {
  Spend();
  if (runs_.empty()) {
    if (IsTrue(asked.surely)) return true;
    if (IsFalse(asked.perhaps)) return false;
    throw Unsayable{0, "a customer is asked about while the file loads"};
  }
  Run& run = runs_.back();
  if (run.next_asked == run.asked.size()) {
    Formula question = Known(asked);
    bool open = !IsTrue(question.surely) && !IsFalse(question.perhaps);
    run.asked.push_back({question, open || IsTrue(question.surely), open});
  }
  const Asked& answer = run.asked[run.next_asked++];
  if (answer.open) Learn(answer.question, answer.yes);
  return answer.yes;
}

Formula Explorer::Known(const Formula& formula) const {
  Formula known = formula;
  bool exact = formula.IsExact();
  for (const Node& fact : facts_) {
    known.surely = Given(std::move(known.surely), fact);
    if (!exact) known.perhaps = Given(std::move(known.perhaps), fact);
  }
  if (exact) known.perhaps = known.surely;
  return known;
}

// Of a condition that is not known exactly, an answer says no more than its bounds do.
void Explorer::Learn(const Formula& formula, bool yes) {
  LearnNode(yes ? formula.perhaps : Not(formula.surely));
}

void Explorer::LearnNode(const Node& node) {
  auto* group = node.As<Group>();
  if (group == nullptr || group->any) return facts_.push_back(node);
  facts_.insert(facts_.end(), group->nodes.begin(), group->nodes.end());
}

Formula Explorer::Fold(const std::vector<Way>& ways,
                       const std::function<Formula(const Outcome&)>& meaning) {
  return FoldFrom(ways, 0, ways.size(), 0, meaning);
}

// What was made within the innermost run need not be put back: nobody sees it afterwards, but in
// the value that the run comes to.
bool Explorer::NoteChange(int64_t born) {
  for (Run& run : runs_) run.changed = run.changed || born <= run.started;
  return !runs_.empty() && born <= runs_.back().started;
}

void Explorer::Change(Cell& cell, Value value) {
  if (NoteChange(cell.born)) {
    changes_.push_back([&cell, old = cell.value] { cell.value = old; });
  }
  cell.value = std::move(value);
}

void Explorer::Change(TableObject& table, const Key& key, Value key_value, Value value) {
  if (NoteChange(table.born))
    changes_.push_back([&table, old = table.members] { table.members = old; });
  if (value.IsNil())
    table.members.erase(key);
  else
    table.members[key] = {std::move(key_value), std::move(value)};
}

void Explorer::Undo(size_t changes) {
  for (; changes_.size() > changes; changes_.pop_back()) changes_.back()();
}

void Explorer::Spend(int steps) {
  steps_ += steps;
  if (steps_ > kMaxSteps) throw TooComplex{"it takes too many steps"};
}

}  // namespace tidings::rule::symbolic
