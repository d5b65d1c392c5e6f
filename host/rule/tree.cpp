#include "rule/tree.h"

#include <algorithm>
#include <cmath>

#include "rule/fields.h"

namespace tidings::rule {
namespace {

Type TypeOf(const Constant& constant) {
  if (std::holds_alternative<std::string>(constant)) return Type::kText;
  if (std::holds_alternative<double>(constant)) return Type::kReal;
  return std::holds_alternative<Decimal>(constant) ? Type::kNumber : Type::kTime;
}

bool UsesOrders(const Expr& expr) {
  if (auto* call = std::get_if<Call>(&expr.part)) {
    return std::any_of(call->arguments.begin(), call->arguments.end(),
                       [](const Expr& argument) { return UsesOrders(argument); });
  }
  return std::holds_alternative<Aggregate>(expr.part);
}

bool Is(const Constant& constant, int wanted) {
  auto* number = std::get_if<Decimal>(&constant);
  return number != nullptr && *number == Decimal(int64_t{wanted});
}

}  // namespace

Type Aggregate::type() const {
  if (function == Function::kCount) return Type::kInteger;
  return Info(of).type;
}

Type Expr::type() const {
  if (auto* field = std::get_if<Field>(&part)) return field->type();
  if (auto* aggregate = std::get_if<Aggregate>(&part)) return aggregate->type();
  if (auto* constant = std::get_if<Constant>(&part)) return TypeOf(*constant);
  const auto& call = std::get<Call>(part);
  switch (call.function) {
    case Call::Function::kLower:
    case Call::Function::kUpper: return Type::kText;
    case Call::Function::kLength: return Type::kInteger;
    default: return Type::kReal;
  }
}

int CalculationsIn(const Expr& expr) {
  auto* call = std::get_if<Call>(&expr.part);
  if (call == nullptr) return 0;
  int count = call->function >= Call::Function::kAdd ? 1 : 0;
  for (const Expr& argument : call->arguments) count += CalculationsIn(argument);
  return count;
}

bool IsFitReal(double constant) {
  double size = std::fabs(constant);
  return size == 0 || (size <= kMostReal && size >= 1 / kMostReal);
}

Comparison SomeOrder(Node where) {
  Aggregate count{.where = {std::move(where)}};
  return {Expr{std::move(count)}, Op::kGreater, {Decimal()}};
}

bool IsSomeOrder(const Comparison& comparison) {
  auto* aggregate = std::get_if<Aggregate>(&comparison.subject.part);
  if (aggregate == nullptr || aggregate->function != Aggregate::Function::kCount) return false;
  return (comparison.op == Op::kGreater && Is(comparison.constants[0], 0)) ||
         (comparison.op == Op::kGreaterEqual && Is(comparison.constants[0], 1));
}

bool UsesOrders(const Node& node) {
  if (auto* comparison = node.As<Comparison>()) return UsesOrders(comparison->subject);
  if (auto* relation = node.As<Relation>()) {
    return UsesOrders(relation->left) || UsesOrders(relation->right);
  }
  const auto& nodes = node.As<Group>()->nodes;
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const Node& member) { return UsesOrders(member); });
}

}  // namespace tidings::rule
