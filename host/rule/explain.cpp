#include "rule/explain.h"

#include <functional>
#include <span>

#include "rule/english.h"
#include "rule/logic.h"
#include "rule/row_reader.h"

namespace tidings::rule {
namespace {

constexpr const char* kScriptClause = "whom the script itself chooses";

// Whether a node holds; of nobody in particular where only the words are wanted.
using Judge = std::function<bool(const Node&)>;

std::string GroupText(const Node& node, const Group& group) {
  const char* which = group.any ? "any of" : "all of";
  return node.negated ? std::string("not ") + which : which;
}

void Explain(const Node& node, int depth, const Judge& holds, std::vector<ClauseResult>& clauses) {
  auto* group = node.As<Group>();
  if (group == nullptr || group->nodes.empty()) {
    return clauses.push_back({depth, WriteClause(node), holds(node)});
  }
  clauses.push_back({depth, GroupText(node, *group), holds(node)});
  for (const Node& member : group->nodes) Explain(member, depth + 1, holds, clauses);
}

// Those who belong to `asked`, and whom the script chooses.
void ExplainAsked(const Node& asked, int depth, const Judge& holds, bool script_says,
                  std::vector<ClauseResult>& clauses) {
  clauses.push_back({depth, "all of", script_says && holds(asked)});
  auto* all = asked.As<Group>();
  bool one = all == nullptr || all->any || asked.negated;
  for (const Node& node : one ? std::span(&asked, 1) : std::span<const Node>(all->nodes)) {
    Explain(node, depth + 1, holds, clauses);
  }
  clauses.push_back({depth + 1, kScriptClause, script_says});
}

std::vector<ClauseResult> Explain(const Said& said, const Judge& holds, bool script_says) {
  std::vector<ClauseResult> clauses;
  if (IsFalse(said.asked)) {
    Explain(said.chosen, 0, holds, clauses);
  } else if (IsFalse(said.chosen)) {
    ExplainAsked(said.asked, 0, holds, script_says, clauses);
  } else {
    bool asked = script_says && holds(said.asked);
    clauses.push_back({0, "any of", holds(said.chosen) || asked});
    Explain(said.chosen, 1, holds, clauses);
    ExplainAsked(said.asked, 1, holds, script_says, clauses);
  }
  return clauses;
}

}  // namespace

std::vector<Clause> ClausesOf(const Said& said) {
  std::vector<Clause> clauses;
  for (auto& [depth, text, holds] : Explain(
           said, [](const Node&) { return false; }, false)) {
    clauses.push_back({depth, std::move(text)});
  }
  return clauses;
}

std::vector<ClauseResult> ExplainClauses(const Said& said, const lua::Row& row, Time now,
                                         bool script_says) {
  RowReader reader(row, now);
  return Explain(
      said, [&](const Node& node) { return Holds(node, reader); }, script_says);
}

}  // namespace tidings::rule
