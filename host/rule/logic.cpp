#include "rule/logic.h"

#include <algorithm>

#include "rule/interval.h"
#include "rule/some_order.h"

namespace tidings::rule {
namespace {

const Group* AsGroup(const Node& node) { return std::get_if<Group>(&node.part); }

bool IsGroup(const Node& node, bool any) {
  auto* group = AsGroup(node);
  return group != nullptr && group->any == any && !node.negated;
}

const Comparison* AsComparison(const Node& node) { return std::get_if<Comparison>(&node.part); }

bool Contains(const std::vector<Node>& nodes, const Node& wanted) {
  return std::find(nodes.begin(), nodes.end(), wanted) != nodes.end();
}

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

bool HasKind(const Comparison& comparison, Op kind) {
  const auto& constants = comparison.constants;
  bool number = !constants.empty() && std::holds_alternative<Decimal>(constants.front());
  bool text = !constants.empty() && std::holds_alternative<std::string>(constants.front());
  bool one = comparison.op != Op::kIn && comparison.op != Op::kContains;
  return one && (kind == Op::kIsNumber ? number : text);
}

// Texts and numbers, equal to one of several.
bool IsEquality(const Node& node) {
  auto* comparison = AsComparison(node);
  if (comparison == nullptr || node.negated) return false;
  if (comparison->op != Op::kEqual && comparison->op != Op::kIn) return false;
  return comparison->subject.type() != Type::kTime;
}

// `city = a or city = b` as `city in (a, b)`. Only constants: another field stays as it is.
void MergeEqualities(std::vector<Node>& nodes) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!IsEquality(nodes[i])) continue;
    auto& into = std::get<Comparison>(nodes[i].part);
    for (size_t k = nodes.size() - 1; k > i; --k) {
      auto* other = AsComparison(nodes[k]);
      bool same = IsEquality(nodes[k]) && other->subject == into.subject;
      if (!same || into.constants.size() + other->constants.size() > kMaxListLength) continue;
      into.op = Op::kIn;
      into.constants.insert(into.constants.end(), other->constants.begin(), other->constants.end());
      nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(k));
    }
    if (into.op == Op::kIn) {
      std::sort(into.constants.begin(), into.constants.end());
      into.constants.erase(std::unique(into.constants.begin(), into.constants.end()),
                           into.constants.end());
    }
  }
}

// Whether `expr` is, or is worked out from, `subject`.
bool Needs(const Expr& expr, const Expr& subject) {
  if (expr == subject) return true;
  auto* call = std::get_if<Call>(&expr.part);
  return call && std::any_of(call->arguments.begin(), call->arguments.end(),
                             [&](const Expr& argument) { return Needs(argument, subject); });
}

// A test, and whether its opposite is meant: without a copy of it.
struct Literal {
  const Node& test;
  bool negated;
};

Literal Itself(const Node& test) { return {test, test.negated}; }
Literal Opposite(const Node& test) { return {test, !test.negated}; }

bool IsExtreme(const Aggregate& aggregate) {
  return aggregate.function == Aggregate::Function::kLeast ||
         aggregate.function == Aggregate::Function::kMost;
}

// Whether a test that holds shows that there are orders of which `subject` is the first or last.
bool HasOrders(const Literal& literal, const Expr& subject) {
  auto* comparison = AsComparison(literal.test);
  auto* wanted = std::get_if<Aggregate>(&subject.part);
  if (comparison == nullptr || wanted == nullptr || !IsExtreme(*wanted)) return false;
  auto* known = std::get_if<Aggregate>(&comparison->subject.part);
  if (known == nullptr || known->where != wanted->where) return false;
  bool absent = comparison->op == Op::kIsNil || comparison->op == Op::kIsMissing;
  if (IsExtreme(*known)) return absent == literal.negated;
  const Comparison some{comparison->subject, Op::kGreaterEqual, {Decimal(int64_t{1})}};
  return known->function == Aggregate::Function::kCount &&
         IntervalImplies(*comparison, literal.negated, some, false);
}

// Whether a test that holds shows that there is a `subject`.
bool HasValue(const Literal& literal, const Expr& subject) {
  if (HasOrders(literal, subject)) return true;
  if (literal.negated) return false;
  if (auto* relation = std::get_if<Relation>(&literal.test.part)) {
    return Needs(relation->left, subject) || Needs(relation->right, subject);
  }
  auto* comparison = AsComparison(literal.test);
  bool absent = comparison && (comparison->op == Op::kIsNil || comparison->op == Op::kIsMissing);
  return comparison && !absent && Needs(comparison->subject, subject);
}

// Whether a test that holds shows of which kind (kIsNumber or kIsText) an attribute is.
bool ShowsKind(const Comparison& comparison, Op kind) {
  return comparison.op == kind || HasKind(comparison, kind);
}

// Whether `other` surely holds where `literal` does.
bool Implies(const Literal& literal, const Literal& other) {
  auto* about = AsComparison(other.test);
  if (about == nullptr) return false;
  if (other.negated && about->op == Op::kIsNil) return HasValue(literal, about->subject);
  auto* comparison = AsComparison(literal.test);
  if (comparison == nullptr || !(comparison->subject == about->subject)) return false;
  if (IntervalImplies(*comparison, literal.negated, *about, other.negated)) return true;
  if (literal.negated || (about->op != Op::kIsNumber && about->op != Op::kIsText)) return false;
  Op opposite = about->op == Op::kIsNumber ? Op::kIsText : Op::kIsNumber;
  return ShowsKind(*comparison, other.negated ? opposite : about->op);
}

bool Excludes(const Node& test, const Node& other) {
  return Implies(Itself(test), Opposite(other));
}

// Each test, or small group, simplifies the groups beside it: in `a and (a or b)`, `b` is idle.
void Absorb(std::vector<Node>& nodes, bool any) {
  constexpr int kSmall = 4;
  bool groups = std::any_of(nodes.begin(), nodes.end(),
                            [](const Node& node) { return AsGroup(node) != nullptr; });
  if (!groups) return;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (SizeOf(nodes[i]) > kSmall) continue;
    Node known = any ? Not(nodes[i]) : nodes[i];
    for (size_t k = 0; k < nodes.size(); ++k) {
      if (k != i && AsGroup(nodes[k]) != nullptr) nodes[k] = Given(nodes[k], known);
    }
  }
}

// Whether two tests leave nothing: in an `all` one excludes the other, in an `any` the opposite of
// one implies the other.
bool Clash(const std::vector<Node>& nodes, bool any) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (AsGroup(nodes[i]) != nullptr) continue;
    for (size_t k = 0; k < nodes.size(); ++k) {
      if (k == i || AsGroup(nodes[k]) != nullptr) continue;
      if (AreOpposite(nodes[i], nodes[k])) return true;
      bool nothing = any ? Implies(Opposite(nodes[i]), Itself(nodes[k]))
                         : Implies(Itself(nodes[i]), Opposite(nodes[k]));
      if (nothing) return true;
    }
  }
  return false;
}

// In an `all` a node that another one implies is idle; in an `any`, one that implies another.
void DropImplied(std::vector<Node>& nodes, bool any) {
  auto idle = [&](const Node& node) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const Node& other) {
      if (&other == &node) return false;
      return any ? Implies(node, other) : Implies(other, node);
    });
  };
  std::vector<Node> kept;
  std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(kept),
               [&](const Node& node) { return !idle(node); });
  nodes = std::move(kept);
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

Node True() { return {false, Group{.any = false}}; }
Node False() { return {false, Group{.any = true}}; }

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
  return Or({And({condition, then}), And({Not(condition), otherwise})});
}

Node Given(const Node& node, const Node& known) {
  if (node == known || Implies(known, node)) return True();
  if (AsGroup(node) == nullptr) {
    return AreOpposite(node, known) || Excludes(known, node) ? False() : node;
  }
  const Group& group = *AsGroup(node);
  std::vector<Node> nodes;
  for (const Node& member : group.nodes) nodes.push_back(Given(member, known));
  if (nodes == group.nodes) return node;
  return group.any ? Or(std::move(nodes)) : And(std::move(nodes));
}

int SizeOf(const Node& node) {
  auto* group = AsGroup(node);
  if (group == nullptr) return 1;
  int size = 0;
  for (const Node& member : group->nodes) size += SizeOf(member);
  return size;
}

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
