#include "rule/symbolic_number.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rule/bound_search.h"
#include "rule/mutation.h"

namespace tidings::rule::symbolic {
namespace {

Time MomentOf(const Constant& constant, Time now) {
  auto* ago = std::get_if<Ago>(&constant);
  return ago != nullptr ? ago->Before(now) : std::get<Time>(constant);
}

using lua_syntax::Operator;
using Function = rule::Call::Function;

constexpr int64_t kSafe = int64_t{1} << 40;  // integers of a customer up to here are computed with
constexpr double kExact = 0x1p53;            // every integer up to here is a double
constexpr double kHuge = 1e300, kTiny = 1e-300;

LuaNumber Concrete(const Value& value) {
  if (auto* integer = value.As<int64_t>()) return *integer;
  return *value.As<double>();
}

bool IsOfField(const Expr& expr) {
  return std::holds_alternative<Field>(expr.part) ||
         (std::holds_alternative<Aggregate>(expr.part) && expr.type() != Type::kInteger);
}

// Beyond the safe integers a rule is left to Lua: there its own wrap around.
void Guard(const Site& site, const Number& number) {
  bool field = number.integer && number.expr.type() == Type::kInteger && IsOfField(number.expr);
  if (!field || IsBroken(Mutation::kWrapAroundIgnored)) return;
  Comparison within{number.expr, Op::kBetween, {Decimal(-kSafe), Decimal(kSafe)}};
  if (!site.explorer.Decide(Node{false, std::move(within)})) {
    site.GiveUp("a number beyond 2^40 is counted by Lua alone");
  }
}

Number RealOf(const Number& number) {
  Number real = number;
  if (number.expr.type() != Type::kReal) real.expr = {rule::Call{Function::kReal, {number.expr}}};
  return real;
}

Number Constantly(const Site& site, const LuaNumber& number) {
  double value = ToDouble(number);
  bool integer = std::holds_alternative<int64_t>(number);
  if (integer && std::fabs(value) > kExact) site.GiveUp("the constant is beyond 2^53");
  if (!IsFitReal(value)) site.GiveUp("the constant is too large or too small");
  double size = std::fabs(value);
  return {{Constant(value)}, integer, size, size == 0 ? 1 : size};
}

// Both operands as numbers, at least one symbolic, with integers kept where they are safe.
Number Operand(const Site& site, const Value& value, bool integers) {
  auto* number = value.As<Number>();
  if (number == nullptr) return Constantly(site, Concrete(value));
  if (!integers) return RealOf(*number);
  Guard(site, *number);
  Number safe = RealOf(*number);
  safe.most = std::min(safe.most, static_cast<double>(kSafe));
  return safe;
}

bool IsInteger(const Value& value) {
  auto* number = value.As<Number>();
  return number != nullptr ? number->integer : value.As<int64_t>() != nullptr;
}

void SetRange(Number& result, Function function, const Number& left, const Number& right) {
  switch (function) {
    case Function::kMultiply:
      result.most = left.most * right.most;
      result.least = left.least * right.least;
      return;
    case Function::kDivide:
      result.most = left.most / right.least;
      result.least = left.least / right.most;
      return;
    default:
      result.most = left.most + right.most;
      result.least = std::min(left.least, right.least) * 0x1p-53;
  }
}

Number Combine(const Site& site, Function function, const Number& left, const Number& right,
               bool integer) {
  Number result{{rule::Call{function, {left.expr, right.expr}}}, integer, 0, 0};
  SetRange(result, function, left, right);
  if (integer) result.least = 1;
  if (integer && result.most > kExact) site.GiveUp("the result may be beyond 2^53");
  return result;
}

bool IsZero(const Site& site, const Number& number) {
  return site.explorer.Decide(Compare(site, number, Op::kEqual, LuaNumber(0.0)));
}

bool MayBeNegativeZero(const Expr& expr) {
  auto* call = std::get_if<rule::Call>(&expr.part);
  return call != nullptr && call->function != Function::kReal;
}

// x / 0 is infinite, or NaN for 0 / 0.
Value DivideByZero(const Site& site, const Number& left, double zero) {
  if (auto* constant = std::get_if<Constant>(&left.expr.part)) {
    return {std::get<double>(*constant) / zero};
  }
  if (IsZero(site, left)) return {0.0 / zero};
  bool positive = site.explorer.Decide(Compare(site, left, Op::kGreater, LuaNumber(0.0)));
  return {(positive ? 1 : -1) / zero};
}

Value Divide(const Site& site, const Number& left, const Number& right) {
  auto* constant = std::get_if<Constant>(&right.expr.part);
  if (constant != nullptr && std::get<double>(*constant) == 0) {
    return DivideByZero(site, left, std::get<double>(*constant));
  }
  if (constant == nullptr && IsZero(site, right)) {
    if (MayBeNegativeZero(right.expr)) site.GiveUp("the divisor may be 0 or -0");
    return DivideByZero(site, left, 0.0);
  }
  return {Combine(site, Function::kDivide, left, right, false)};
}

// Exact for integers: below 2^53 no quotient rounds up to the next whole number.
Value FloorDivide(const Site& site, const Number& left, const Number& right, bool integer) {
  auto* constant = std::get_if<Constant>(&right.expr.part);
  if (constant == nullptr) site.GiveUp("`//` by what differs from customer to customer");
  if (std::get<double>(*constant) == 0) {
    if (integer) site.Raise("attempt to perform 'n//0'");
    site.GiveUp("`//` by 0");
  }
  Number quotient = Combine(site, Function::kDivide, left, right, false);
  if (IsBroken(Mutation::kDivisionNotFloored)) return {quotient};
  Number floor = *Floor(site, quotient).As<Number>();
  floor.integer = integer;
  return {floor};
}

Value Modulo(const Site& site, const Number& left, const Number& right, bool integer) {
  if (!integer) site.GiveUp("`%` of numbers that are not whole");
  auto* constant = std::get_if<Constant>(&right.expr.part);
  bool zero = constant != nullptr && std::get<double>(*constant) == 0;
  if (zero) site.Raise("attempt to perform 'n%%0'");
  Number times = *FloorDivide(site, left, right, true).As<Number>();
  Number whole = Combine(site, Function::kMultiply, times, right, true);
  return {Combine(site, Function::kSubtract, left, whole, true)};
}

// `x + 0.0` and `x // 1.0`, which say no more than that.
bool IsReal(const Value& value, double wanted) {
  auto* number = value.As<double>();
  return number != nullptr && *number == wanted;
}

Number Floating(Number real) {
  real.integer = false;
  return real;
}

Number FloorOf(const Number& real, bool integer) {
  return {{rule::Call{Function::kFloor, {real.expr}}}, integer, real.most + 1, 1};
}

Function FunctionOf(Operator op) {
  return op == Operator::kAdd        ? Function::kAdd
         : op == Operator::kSubtract ? Function::kSubtract
                                     : Function::kMultiply;
}

void CheckRange(const Site& site, const Number& number) {
  bool fits = number.most < kHuge && number.least > kTiny &&
              CalculationsIn(number.expr) <= kMaxCalculations;
  if (!fits) site.GiveUp("the arithmetic may leave the range of doubles");
}

}  // namespace

Number NumberOf(Expr expr) {
  bool sum = std::holds_alternative<Aggregate>(expr.part) && expr.type() == Type::kNumber;
  switch (expr.type()) {
    case Type::kNumber: return {std::move(expr), false, sum ? 1e24 : 1e14, 1e-4};
    case Type::kTime: return {std::move(expr), false, 1e12, 1e-6};
    default: break;
  }
  bool field = IsOfField(expr);
  return {std::move(expr), true, field ? 0x1p63 : static_cast<double>(kSafe), 1};
}

Value Calculate(const Site& site, Operator op, const Value& left, const Value& right) {
  if (op == Operator::kPower) site.GiveUp("`^` of a customer's number");
  bool integer = IsInteger(left) && IsInteger(right);
  bool exact = integer && op != Operator::kDivide;
  Number a = Operand(site, left, exact), b = Operand(site, right, exact);
  if (op == Operator::kAdd && IsInteger(left) && IsReal(right, 0)) return {Floating(a)};
  if (op == Operator::kFloorDivide && !integer && IsReal(right, 1)) return {FloorOf(a, false)};
  switch (op) {
    case Operator::kDivide: return Divide(site, a, b);
    case Operator::kFloorDivide: return FloorDivide(site, a, b, integer);
    case Operator::kModulo: return Modulo(site, a, b, integer);
    default: return {Combine(site, FunctionOf(op), a, b, integer)};
  }
}

Value Floor(const Site& site, const Number& number) {
  if (number.integer) return {number};
  Number real = RealOf(number);
  if (real.most > kExact) site.GiveUp("the whole part may be beyond 2^53");
  return {FloorOf(real, true)};
}

Op Flipped(Op op) {
  switch (op) {
    case Op::kLess: return Op::kGreater;
    case Op::kLessEqual: return Op::kGreaterEqual;
    case Op::kGreater: return Op::kLess;
    case Op::kGreaterEqual: return Op::kLessEqual;
    default: return op;
  }
}

Node Compare(const Site& site, const Number& left, Op op, const LuaNumber& right) {
  if (auto bound = FindBound(left.expr, op, right, site.now)) return *bound;
  double value = ToDouble(right);
  if (std::isnan(value)) return False();
  if (std::isinf(value)) {
    bool above = (op == Op::kGreater || op == Op::kGreaterEqual) == (value < 0);
    return op != Op::kEqual && above ? True() : False();
  }
  return Compare(site, left, op, Constantly(site, right));
}

Node Compare(const Site& site, const Number& left, Op op, const Moment& right) {
  Node node = Compare(site, left, op, LuaNumber(right.seconds));
  auto* comparison = node.As<Comparison>();
  bool bound = comparison != nullptr && comparison->subject.type() == Type::kTime;
  if (bound && MomentOf(comparison->constants[0], site.now) == MomentOf(right.constant, site.now)) {
    return {node.negated, Comparison{comparison->subject, comparison->op, {right.constant}}};
  }
  return node;
}

Node Compare(const Site& site, const Number& left, Op op, const Number& right) {
  Guard(site, left);
  Guard(site, right);
  Number a = RealOf(left), b = RealOf(right);
  CheckRange(site, a);
  CheckRange(site, b);
  return {false, Relation{a.expr, op, b.expr}};
}

}  // namespace tidings::rule::symbolic
