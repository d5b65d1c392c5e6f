#include "rule/orders_tables.h"

#include <algorithm>

#include "rule/logic.h"

namespace tidings::rule {
namespace {

// The conditions that all have to hold, without groups around them.
std::vector<Node> Conjuncts(const std::vector<Node>& nodes) {
  std::vector<Node> all;
  for (const Node& node : nodes) {
    auto* group = node.As<Group>();
    if (group == nullptr || group->any || node.negated) {
      all.push_back(node);
    } else {
      for (Node& member : Conjuncts(group->nodes)) all.push_back(std::move(member));
    }
  }
  return all;
}

bool UsesItems(const Node& node) {
  if (auto* comparison = node.As<Comparison>()) {
    return comparison->subject.type() == Type::kItems;
  }
  auto* group = node.As<Group>();
  return group != nullptr && std::any_of(group->nodes.begin(), group->nodes.end(), UsesItems);
}

class Collector {
 public:
  explicit Collector(OrdersPlan plan) : plan_(plan) {}

  void Visit(const Node& node) {
    if (auto* group = node.As<Group>()) {
      for (const Node& member : group->nodes) Visit(member);
    } else if (auto* relation = node.As<Relation>()) {
      Visit(relation->left);
      Visit(relation->right);
    } else {
      const auto& comparison = *node.As<Comparison>();
      if (plan_ == OrdersPlan::kGrouped || !IsSomeOrder(comparison)) Visit(comparison.subject);
    }
  }

  std::vector<OrdersTable> Take() { return std::move(tables_); }

 private:
  void Visit(const Expr& expr) {
    if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) Add(*aggregate);
    auto* call = std::get_if<Call>(&expr.part);
    if (call == nullptr) return;
    for (const Expr& argument : call->arguments) Visit(argument);
  }

  void Add(const Aggregate& aggregate) {
    auto where = Conjuncts(aggregate.where);
    bool items = std::any_of(where.begin(), where.end(), UsesItems);
    auto table = std::find_if(tables_.begin(), tables_.end(), [&](const OrdersTable& candidate) {
      return items ? candidate.where == where : !AboutItems(candidate);
    });
    if (table == tables_.end()) table = tables_.insert(tables_.end(), {where, {}});
    auto& columns = table->columns;
    if (std::find(columns.begin(), columns.end(), aggregate) == columns.end()) {
      columns.push_back(aggregate);
    }
    std::erase_if(table->where, [&](const Node& node) { return !Contains(where, node); });
  }

  static bool AboutItems(const OrdersTable& table) {
    auto where = Conjuncts(table.columns.front().where);
    return std::any_of(where.begin(), where.end(), UsesItems);
  }

  const OrdersPlan plan_;
  std::vector<OrdersTable> tables_;
};

}  // namespace

std::vector<Node> OrdersTable::FilterOf(const Aggregate& column) const {
  std::vector<Node> filter = Conjuncts(column.where);
  std::erase_if(filter, [&](const Node& node) { return Contains(where, node); });
  return filter;
}

std::vector<OrdersTable> OrdersTablesOf(const Node& rule, OrdersPlan plan) {
  Collector collector(plan);
  collector.Visit(rule);
  return collector.Take();
}

}  // namespace tidings::rule
