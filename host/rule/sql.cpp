#include "rule/sql.h"

#include <fmt/format.h>

#include "base/text.h"
#include "rule/mutation.h"
#include "rule/sql_writer.h"

namespace tidings::rule {

namespace {

std::string Enclosed(const std::string& condition) {
  return IsBroken(Mutation::kGroupsWithoutParentheses) ? condition : "(" + condition + ")";
}

}  // namespace

const char* Sign(Op op) {
  switch (op) {
    case Op::kLess: return "<";
    case Op::kLessEqual: return IsBroken(Mutation::kLessForLessEqual) ? "<" : "<=";
    case Op::kGreater: return ">";
    case Op::kGreaterEqual: return ">=";
    default: return "=";
  }
}

bool IsOrder(Op op) { return op >= Op::kLess && op <= Op::kGreaterEqual; }

// Whether the subject is one that always has a value: without it, `not (a < b)` is `a >= b`.
bool IsCount(const Comparison& comparison) {
  auto* aggregate = std::get_if<Aggregate>(&comparison.subject.part);
  return aggregate != nullptr && (aggregate->function == Aggregate::Function::kCount ||
                                  aggregate->function == Aggregate::Function::kSum);
}

Op Opposite(Op order) {
  switch (order) {
    case Op::kLess: return Op::kGreaterEqual;
    case Op::kLessEqual: return Op::kGreater;
    case Op::kGreater: return Op::kLessEqual;
    default: return Op::kLess;
  }
}

// "Some item has ...", which is false for an order without items.
bool AsksItems(const Node& node) {
  auto* comparison = node.As<Comparison>();
  return comparison != nullptr && !node.negated && comparison->subject.type() == Type::kItems;
}

Sql SqlWriter::Write() {
  std::string from = From();
  std::string where = "(" + Print(rule_, false) + ")";
  return {std::move(from), std::move(where), std::move(params_)};
}

std::string SqlWriter::Param(std::string value, const std::string& type) {
  params_.push_back(std::move(value));
  return fmt::format("${}::{}", params_.size(), type);
}

std::string SqlWriter::Print(const Node& node, bool negated) {
  negated = negated != node.negated;
  if (auto* group = node.As<Group>()) return Print(*group, negated);
  auto* comparison = node.As<Comparison>();
  if (negated && comparison != nullptr && IsCount(*comparison) && IsOrder(comparison->op) &&
      !IsSomeOrder(*comparison)) {
    return Print({comparison->subject, Opposite(comparison->op), comparison->constants}).sql;
  }
  Text test = comparison != nullptr ? Print(*comparison) : Print(*node.As<Relation>());
  if (!negated) return test.sql;
  if (IsBroken(Mutation::kNotTrueDropped)) test.nullable = false;
  return test.nullable ? "(" + test.sql + ") is not true" : "not (" + test.sql + ")";
}

std::string SqlWriter::Print(const Group& group, bool negated) {
  if (!negated) {
    if (auto stretches = PrintStretches(group)) return *stretches;
  }
  bool any = group.any != negated;
  if (group.nodes.empty()) return any ? "false" : "true";
  std::vector<std::string> parts, items;
  for (const Node& node : group.nodes) {
    if (group.any && AsksItems(node))
      items.push_back(Enclosed(ItemTest(*node.As<Comparison>())));
    else
      parts.push_back(Enclosed(Print(node, negated)));
  }
  if (!items.empty()) {  // one look at them for all tests
    parts.push_back(Enclosed((negated ? "not " : "") + SomeItem(Join(items, " or "))));
  }
  return Join(parts, any ? " or " : " and ");
}

SqlWriter::Text SqlWriter::Print(const Relation& relation) {
  Text left = Value(relation.left), right = Value(relation.right);
  bool by_bytes = IsOrder(relation.op) && relation.left.type() == Type::kText;
  return {fmt::format("{}{} {} {}", left.sql, by_bytes ? " collate \"C\"" : "", Sign(relation.op),
                      right.sql),
          left.nullable || right.nullable};
}

// What orders have to be like.
std::string SqlWriter::Print(const std::vector<Node>& all) {
  if (IsBroken(Mutation::kOrdersUnfiltered)) return "";
  std::string text;
  for (const Node& node : all) text += " and (" + Print(node, false) + ")";
  return text;
}

Sql WriteSql(const Node& node, Time now, OrdersPlan plan) {
  return SqlWriter(node, now, plan).Write();
}

Ways WriteWays(const Node& node, Time now) {
  Ways ways{WriteSql(node, now, OrdersPlan::kEach), std::nullopt};
  if (UsesOrders(node)) ways.grouped = WriteSql(node, now, OrdersPlan::kGrouped);
  return ways;
}

}  // namespace tidings::rule
