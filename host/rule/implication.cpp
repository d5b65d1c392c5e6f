#include "rule/implication.h"

#include <algorithm>

#include "rule/bound_search.h"
#include "rule/interval.h"

namespace tidings::rule {
namespace {

const Comparison* AsComparison(const Node& node) { return node.As<Comparison>(); }

bool HasKind(const Comparison& comparison, Op kind) {
  const auto& constants = comparison.constants;
  bool number = !constants.empty() && std::holds_alternative<Decimal>(constants.front());
  bool text = !constants.empty() && std::holds_alternative<std::string>(constants.front());
  bool one = comparison.op != Op::kIn && comparison.op != Op::kContains;
  return one && (kind == Op::kIsNumber ? number : text);
}

// Whether `expr` is, or is worked out from, `subject`.
bool Needs(const Expr& expr, const Expr& subject) {
  if (expr == subject) return true;
  auto* call = std::get_if<Call>(&expr.part);
  return call && std::any_of(call->arguments.begin(), call->arguments.end(),
                             [&](const Expr& argument) { return Needs(argument, subject); });
}

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
  if (auto* relation = literal.test.As<Relation>()) {
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

// Whether one test is true of numbers only and the other one of texts only.
bool HaveOtherKinds(const Comparison& one, const Comparison& other) {
  return (ShowsKind(one, Op::kIsNumber) && ShowsKind(other, Op::kIsText)) ||
         (ShowsKind(one, Op::kIsText) && ShowsKind(other, Op::kIsNumber));
}

bool IsZero(const Expr& expr) {
  auto* constant = std::get_if<Constant>(&expr.part);
  return constant != nullptr && *constant == Constant(0.0);
}

// Whether `test` is what `divisor` being 0 comes to.
bool SaysZero(const Node& test, const Expr& divisor) {
  if (auto* relation = test.As<Relation>()) {
    return relation->left == divisor && relation->op == Op::kEqual && IsZero(relation->right);
  }
  auto zero = FindBound(divisor, Op::kEqual, 0.0, Time());
  return zero && zero->part == test.part;
}

// A quotient is there only where its divisor is not 0.
bool DividesByWhatIs(const Expr& expr, const Node& zero) {
  auto* call = std::get_if<Call>(&expr.part);
  if (call == nullptr) return false;
  bool divides = call->function == Call::Function::kDivide;
  return (divides && SaysZero(zero, call->arguments.back())) ||
         std::any_of(call->arguments.begin(), call->arguments.end(),
                     [&](const Expr& argument) { return DividesByWhatIs(argument, zero); });
}

bool ShowsNonZero(const Literal& literal, const Literal& other) {
  auto* relation = literal.test.As<Relation>();
  if (relation == nullptr || literal.negated || !other.negated) return false;
  return DividesByWhatIs(relation->left, other.test) ||
         DividesByWhatIs(relation->right, other.test);
}

// Of items, two tests may be true of different ones.
bool IsOfItems(const Comparison& comparison) { return comparison.subject.type() == Type::kItems; }

// Whether `other` surely holds where `literal` does, as far as one looks from there.
bool ShowsThat(const Literal& literal, const Literal& other) {
  if (ShowsNonZero(literal, other)) return true;
  auto* about = AsComparison(other.test);
  if (about == nullptr || IsOfItems(*about)) return false;
  if (other.negated && about->op == Op::kIsNil) return HasValue(literal, about->subject);
  auto* comparison = AsComparison(literal.test);
  bool nil = comparison && comparison->op == Op::kIsNil && !literal.negated;
  if (nil && !other.negated && about->op == Op::kIsMissing) {
    return Needs(about->subject, comparison->subject);
  }
  if (comparison == nullptr || !(comparison->subject == about->subject)) return false;
  if (IntervalImplies(*comparison, literal.negated, *about, other.negated)) return true;
  if (literal.negated) return false;
  if (other.negated) return HaveOtherKinds(*comparison, *about);
  bool kind = about->op == Op::kIsNumber || about->op == Op::kIsText;
  return kind && ShowsKind(*comparison, about->op);
}

}  // namespace

bool Implies(const Literal& literal, const Literal& other) {
  if (literal.test.As<Group>() || other.test.As<Group>()) return false;
  if ((literal.test.part.leaves() & other.test.part.leaves()) == 0) return false;
  return ShowsThat(literal, other) ||
         ShowsThat({other.test, !other.negated}, {literal.test, !literal.negated});
}

}  // namespace tidings::rule
