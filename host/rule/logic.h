// And, or, not over nodes of the tree, simplified as they are built.
//
// What these make is in negation normal form: only tests are negated, groups hold at least two
// nodes, never a group of their own kind, and never the same node twice.
#pragma once

#include <vector>

#include "rule/tree.h"

namespace tidings::rule {

Node True();
Node False();
bool IsTrue(const Node& node);
bool IsFalse(const Node& node);

Node Not(const Node& node);
Node And(std::vector<Node> nodes);
Node Or(std::vector<Node> nodes);
// `then` where `condition` holds, `otherwise` where it does not.
Node IfElse(const Node& condition, const Node& then, const Node& otherwise);

// What a node comes to for the customers for whom `known` holds.
Node Given(Node node, const Node& known);

// The node as these functions would have made it, until they find no more to simplify.
Node Simplified(const Node& node);

bool Contains(const std::vector<Node>& nodes, const Node& wanted);

// The tests in a node, counted.
int SizeOf(const Node& node);

// Whether `other`, about the same subject, surely holds where `test` does: `email = "x"` implies
// that there is an e-mail, `visit > 5` that `visit > 3`. May say no where it does.
bool Implies(const Node& test, const Node& other);

// A condition that is known only within bounds: where `surely` holds it holds, where `perhaps` does
// not it does not. Equal bounds say it exactly. What SQL cannot say is {False(), True()}.
struct Formula {
  Node surely;
  Node perhaps;

  static Formula Exactly(const Node& node) { return {node, node}; }
  static Formula Unknown() { return {False(), True()}; }
  bool IsExact() const { return surely == perhaps; }
  bool operator==(const Formula&) const = default;
};

Formula Not(const Formula& formula);
Formula And(const Formula& left, const Formula& right);
Formula Or(const Formula& left, const Formula& right);
Formula IfElse(const Formula& condition, const Formula& then, const Formula& otherwise);

}  // namespace tidings::rule
