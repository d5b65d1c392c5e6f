#include "rule/explain.h"

#include "rule/english.h"
#include "rule/row_reader.h"

namespace tidings::rule {
namespace {

std::string GroupText(const Node& node, const Group& group) {
  const char* which = group.any ? "any of" : "all of";
  return node.negated ? std::string("not ") + which : which;
}

void Explain(const Node& node, int depth, RowReader& reader, std::vector<ClauseResult>& clauses) {
  auto* group = std::get_if<Group>(&node.part);
  bool holds = Holds(node, reader);
  if (group == nullptr) return clauses.push_back({depth, WriteClause(node), holds});
  clauses.push_back({depth, GroupText(node, *group), holds});
  for (const Node& member : group->nodes) Explain(member, depth + 1, reader, clauses);
}

}  // namespace

std::vector<ClauseResult> ExplainClauses(const Node& node, const lua::Row& row, Time now) {
  RowReader reader(row, now);
  std::vector<ClauseResult> clauses;
  Explain(node, 0, reader, clauses);
  return clauses;
}

}  // namespace tidings::rule
