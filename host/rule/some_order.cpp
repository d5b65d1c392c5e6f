#include "rule/some_order.h"

#include <algorithm>

#include "rule/logic.h"

namespace tidings::rule {
namespace {

bool SaysSomeOrder(const Node& node, bool negated) {
  auto* comparison = std::get_if<Comparison>(&node.part);
  return comparison != nullptr && node.negated == negated && IsSomeOrder(*comparison);
}

std::vector<Node>& WhereOf(Node& node) {
  auto& subject = std::get<Comparison>(node.part).subject;
  return std::get<Aggregate>(subject.part).where;
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
      WhereOf(*into) = Either(std::move(WhereOf(*into)), std::move(WhereOf(*other)));
      other = nodes.erase(other);
    }
  }
}

}  // namespace tidings::rule
