#include "rule/logic.h"

#include <algorithm>
#include <optional>

#include "rule/implication.h"
#include "rule/some_order.h"

namespace tidings::rule {
namespace {

const Group* AsGroup(const Node& node) { return node.As<Group>(); }

bool IsGroup(const Node& node, bool any) {
  auto* group = AsGroup(node);
  return group != nullptr && group->any == any && !node.negated;
}

const Comparison* AsComparison(const Node& node) { return node.As<Comparison>(); }

// The nodes with those of groups of the same kind in their place, each once.
std::vector<Node> Flatten(std::vector<Node> nodes, bool any) {
  std::vector<Node> flat;
  for (Node& node : nodes) {
    if (IsGroup(node, any)) {
      for (const Node& member : AsGroup(node)->nodes) {
        if (!Contains(flat, member)) flat.push_back(member);
      }
    } else if (!Contains(flat, node)) {
      flat.push_back(std::move(node));
    }
  }
  return flat;
}

bool AreOpposite(const Node& left, const Node& right) {
  return left.negated != right.negated && left.part == right.part;
}

Node Build(std::vector<Node> nodes, bool any) {
  if (nodes.size() == 1) return std::move(nodes.front());
  return {false, Group{any, std::move(nodes)}};
}

// Texts and numbers, equal to one of several; tags that have one of several.
bool IsEquality(const Node& node) {
  auto* comparison = AsComparison(node);
  if (comparison == nullptr || node.negated) return false;
  Type type = comparison->subject.type();
  Op one = type == Type::kTags ? Op::kContains : Op::kEqual;
  return (comparison->op == one || comparison->op == Op::kIn) && type != Type::kTime;
}

// `city = a or city = b` as `city in (a, b)`. Only constants: another field stays as it is.
void MergeEqualities(std::vector<Node>& nodes) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!IsEquality(nodes[i])) continue;
    Comparison into = *AsComparison(nodes[i]);
    bool merged = false;
    for (size_t k = nodes.size() - 1; k > i; --k) {
      auto* other = AsComparison(nodes[k]);
      bool same = nodes[k].part.leaves() == nodes[i].part.leaves() && IsEquality(nodes[k]) &&
                  other->subject == into.subject;
      if (!same || into.constants.size() + other->constants.size() > kMaxListLength) continue;
      into.op = Op::kIn;
      merged = true;
      into.constants.insert(into.constants.end(), other->constants.begin(), other->constants.end());
      nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(k));
    }
    if (merged) {
      std::sort(into.constants.begin(), into.constants.end());
      into.constants.erase(std::unique(into.constants.begin(), into.constants.end()),
                           into.constants.end());
      bool tags = into.subject.type() == Type::kTags;
      if (into.constants.size() == 1) into.op = tags ? Op::kContains : Op::kEqual;
      nodes[i] = {false, std::move(into)};
    }
  }
}

bool Excludes(const Node& test, const Node& other) {
  return Implies(Itself(test), Opposite(other));
}

// Nothing can be said of a node that looks at other things, or that is no larger than a known group
// and another one.
bool MayChange(const Node& known, const Node& node) {
  if ((node.part.leaves() & known.part.leaves()) == 0) return false;
  return AsGroup(known) == nullptr || SizeOf(node) > SizeOf(known);
}

// What a node comes to for the customers for whom `known` holds; nothing where that changes
// nothing, which is mostly so.
std::optional<Node> ChangedBy(const Node& known, const Node& node) {
  if (node == known) return True();
  if (!MayChange(known, node)) return std::nullopt;
  auto* group = AsGroup(node);
  if (group == nullptr) {
    if (Implies(known, node)) return True();
    bool excluded = AreOpposite(node, known) || Excludes(known, node);
    return excluded ? std::optional(False()) : std::nullopt;
  }
  std::vector<std::pair<size_t, Node>> changes;
  for (size_t i = 0; i < group->nodes.size(); ++i) {
    if (auto changed = ChangedBy(known, group->nodes[i])) changes.emplace_back(i, *changed);
  }
  if (changes.empty()) return std::nullopt;
  std::vector<Node> nodes = group->nodes;
  for (auto& [i, changed] : changes) nodes[i] = std::move(changed);
  return group->any ? Or(std::move(nodes)) : And(std::move(nodes));
}

// Each test, or small group, simplifies the groups beside it: in `a and (a or b)`, `b` is idle.
void Absorb(std::vector<Node>& nodes, bool any) {
  constexpr int kSmall = 4;
  bool groups = std::any_of(nodes.begin(), nodes.end(),
                            [](const Node& node) { return AsGroup(node) != nullptr; });
  if (!groups) return;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (SizeOf(nodes[i]) > kSmall) continue;
    const Node known = any ? Not(nodes[i]) : nodes[i];
    for (size_t k = 0; k < nodes.size(); ++k) {
      if (k == i || AsGroup(nodes[k]) == nullptr) continue;
      if (auto changed = ChangedBy(known, nodes[k])) nodes[k] = std::move(*changed);
    }
  }
}

// Whether two tests leave nothing: in an `all` one excludes the other, in an `any` the opposite of
// one implies the other.
bool Clash(const std::vector<Node>& nodes, bool any) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (AsGroup(nodes[i]) != nullptr) continue;
    for (size_t k = i + 1; k < nodes.size(); ++k) {
      if (AsGroup(nodes[k]) != nullptr) continue;
      if (AreOpposite(nodes[i], nodes[k])) return true;
      bool nothing = any ? Implies(Opposite(nodes[i]), Itself(nodes[k]))
                         : Implies(Itself(nodes[i]), Opposite(nodes[k]));
      if (nothing) return true;
    }
  }
  return false;
}

// In an `all` a node that another one implies is idle; in an `any`, one that implies another. One
// at a time: of two that say the same in different words, one stays.
void DropImplied(std::vector<Node>& nodes, bool any) {
  for (size_t i = 0; i < nodes.size();) {
    bool idle = std::any_of(nodes.begin(), nodes.end(), [&](const Node& other) {
      if (&other == &nodes[i]) return false;
      return any ? Implies(nodes[i], other) : Implies(other, nodes[i]);
    });
    if (idle)
      nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
  }
}

Node Combine(std::vector<Node> nodes, bool any) {
  nodes = Flatten(std::move(nodes), any);
  if (Clash(nodes, any)) return any ? True() : False();
  Absorb(nodes, any);
  nodes = Flatten(std::move(nodes), any);
  bool decided = std::any_of(nodes.begin(), nodes.end(),
                             [&](const Node& node) { return any ? IsTrue(node) : IsFalse(node); });
  if (decided || Clash(nodes, any)) return any ? True() : False();
  DropImplied(nodes, any);
  if (any) MergeEqualities(nodes);
  MergeSomeOrders(nodes, any);
  return Build(std::move(nodes), any);
}

}  // namespace

bool Contains(const std::vector<Node>& nodes, const Node& wanted) {
  return std::find(nodes.begin(), nodes.end(), wanted) != nodes.end();
}

Node True() { return {}; }

Node False() {
  static const Node kFalse{false, Group{.any = true}};
  return kFalse;
}

bool IsTrue(const Node& node) {
  auto* group = AsGroup(node);
  return group != nullptr && group->nodes.empty() && group->any == node.negated;
}

bool IsFalse(const Node& node) {
  auto* group = AsGroup(node);
  return group != nullptr && group->nodes.empty() && group->any != node.negated;
}

Node Not(const Node& node) {
  auto* group = AsGroup(node);
  if (group == nullptr) return {!node.negated, node.part};
  Group opposite{.any = !group->any};
  for (const Node& member : group->nodes) {
    opposite.nodes.push_back(node.negated ? member : Not(member));
  }
  if (node.negated) opposite.any = group->any;
  return {false, std::move(opposite)};
}

Node And(std::vector<Node> nodes) { return Combine(std::move(nodes), false); }
Node Or(std::vector<Node> nodes) { return Combine(std::move(nodes), true); }

Node IfElse(const Node& condition, const Node& then, const Node& otherwise) {
  if (IsTrue(condition) || then == otherwise) return then;
  if (IsFalse(condition)) return otherwise;
  if (IsTrue(then)) return Or({condition, otherwise});
  if (IsFalse(then)) return And({Not(condition), otherwise});
  if (IsTrue(otherwise)) return Or({Not(condition), then});
  if (IsFalse(otherwise)) return And({condition, then});
  return Or({And({condition, then}), And({Not(condition), otherwise})});
}

Node Given(Node node, const Node& known) {
  if (auto changed = ChangedBy(known, node)) return std::move(*changed);
  return node;
}

namespace {

Node Rebuilt(const Node& node);

// The conditions on an order: one after another, without a group around them.
std::vector<Node> RebuiltAll(const std::vector<Node>& nodes) {
  std::vector<Node> rebuilt;
  rebuilt.reserve(nodes.size());
  for (const Node& node : nodes) rebuilt.push_back(Rebuilt(node));
  Node all = And(std::move(rebuilt));
  auto* group = AsGroup(all);
  return group && !group->any ? group->nodes : std::vector<Node>{std::move(all)};
}

Expr Rebuilt(const Expr& expr) {
  Expr copy = expr;
  if (auto* aggregate = std::get_if<Aggregate>(&copy.part)) {
    aggregate->where = RebuiltAll(aggregate->where);
  } else if (auto* call = std::get_if<Call>(&copy.part)) {
    for (Expr& argument : call->arguments) argument = Rebuilt(argument);
  }
  return copy;
}

Node Rebuilt(const Node& node) {
  auto* group = AsGroup(node);
  if (auto* test = AsComparison(node)) {
    return {node.negated, Comparison{Rebuilt(test->subject), test->op, test->constants}};
  }
  if (auto* relation = node.As<Relation>()) {
    return {node.negated,
            Relation{Rebuilt(relation->left), relation->op, Rebuilt(relation->right)}};
  }
  std::vector<Node> nodes;
  for (const Node& member : group->nodes) nodes.push_back(Rebuilt(member));
  Node built = group->any ? Or(std::move(nodes)) : And(std::move(nodes));
  return node.negated ? Not(built) : built;
}

}  // namespace

Node Simplified(const Node& node) {
  constexpr int kMostRounds = 8;
  Node simple = node;
  for (int round = 0; round < kMostRounds; ++round) {
    Node simpler = Rebuilt(simple);
    if (simpler == simple) return simple;
    simple = std::move(simpler);
  }
  return simple;
}

int SizeOf(const Node& node) { return node.part.tests(); }

bool Implies(const Node& test, const Node& other) { return Implies(Itself(test), Itself(other)); }

Formula Not(const Formula& formula) {
  if (formula.IsExact()) return Formula::Exactly(Not(formula.surely));
  return {Not(formula.perhaps), Not(formula.surely)};
}

Formula And(const Formula& left, const Formula& right) {
  if (left.IsExact() && right.IsExact()) return Formula::Exactly(And({left.surely, right.surely}));
  return {And({left.surely, right.surely}), And({left.perhaps, right.perhaps})};
}

Formula Or(const Formula& left, const Formula& right) {
  if (left.IsExact() && right.IsExact()) return Formula::Exactly(Or({left.surely, right.surely}));
  return {Or({left.surely, right.surely}), Or({left.perhaps, right.perhaps})};
}

// Where the condition is not known, what holds either way still holds.
Formula IfElse(const Formula& condition, const Formula& then, const Formula& otherwise) {
  if (condition.IsExact()) {
    const Node& node = condition.surely;
    if (then.IsExact() && otherwise.IsExact()) {
      return Formula::Exactly(IfElse(node, then.surely, otherwise.surely));
    }
    return {IfElse(node, then.surely, otherwise.surely),
            IfElse(node, then.perhaps, otherwise.perhaps)};
  }
  return {Or({And({condition.surely, then.surely}), And({Not(condition.perhaps), otherwise.surely}),
              And({then.surely, otherwise.surely})}),
          Or({And({condition.perhaps, then.perhaps}),
              And({Not(condition.surely), otherwise.perhaps})})};
}

}  // namespace tidings::rule
