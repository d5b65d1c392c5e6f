#include "rule/some_order.h"

#include <algorithm>

#include "rule/logic.h"

namespace tidings::rule {
namespace {

bool SaysSomeOrder(const Node& node, bool negated) {
  auto* comparison = node.As<Comparison>();
  return comparison != nullptr && node.negated == negated && IsSomeOrder(*comparison);
}

const std::vector<Node>& WhereOf(const Node& node) {
  return std::get<Aggregate>(node.As<Comparison>()->subject.part).where;
}

// The same count, of those orders.
Node CountOf(std::vector<Node> where, const Node& node) {
  Comparison count = *node.As<Comparison>();
  std::get<Aggregate>(count.subject.part).where = std::move(where);
  return {node.negated, std::move(count)};
}

// All of either, as what both have in common and one of what they have not.
std::vector<Node> Either(std::vector<Node> left, std::vector<Node> right) {
  std::vector<Node> both;
  std::copy_if(left.begin(), left.end(), std::back_inserter(both),
               [&](const Node& node) { return Contains(right, node); });
  auto shared = [&](const Node& node) { return Contains(both, node); };
  std::erase_if(left, shared);
  std::erase_if(right, shared);
  Node rest = Or({And(std::move(left)), And(std::move(right))});
  if (!IsTrue(rest)) both.push_back(std::move(rest));
  return both;
}

}  // namespace

void MergeSomeOrders(std::vector<Node>& nodes, bool any) {
  auto into = std::find_if(nodes.begin(), nodes.end(),
                           [&](const Node& node) { return SaysSomeOrder(node, !any); });
  if (into == nodes.end()) return;
  for (auto other = into + 1; other != nodes.end();) {
    if (!SaysSomeOrder(*other, !any)) {
      ++other;
    } else {
      *into = CountOf(Either(WhereOf(*into), WhereOf(*other)), *into);
      other = nodes.erase(other);
    }
  }
}

}  // namespace tidings::rule
