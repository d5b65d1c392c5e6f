#include "rule/bound_search.h"

#include <cmath>
#include <limits>

#include "rule/logic.h"
#include "rule/mutation.h"

namespace tidings::rule {
namespace {

using Function = Call::Function;

constexpr int64_t kMostUnits = 999'999'999'999'999'999;    // of numeric(18,4)
constexpr int64_t kMostSum = 4'000'000'000'000'000'000;    // ten-thousandths
constexpr int64_t kFirstMoment = -62'135'596'800'000'000;  // year 1
constexpr int64_t kLastMoment = 253'402'300'799'999'999;   // year 9999

const Constant* AsConstant(const Expr& expr) { return std::get_if<Constant>(&expr.part); }

const Call* AsArithmetic(const Expr& expr) {
  auto* call = std::get_if<Call>(&expr.part);
  bool leaf = call != nullptr && call->function == Function::kLength;
  return leaf ? nullptr : call;
}

double ConstantOf(const Expr& expr) { return std::get<double>(*AsConstant(expr)); }

// How an expression goes with its leaf: 1 it rises, -1 it falls, 0 neither, or there are several.
int DirectionOf(const Expr& expr) {
  auto* call = AsArithmetic(expr);
  if (call == nullptr) return AsConstant(expr) ? 0 : 1;
  const Expr& left = call->arguments.front();
  const Expr& right = call->arguments.back();
  if (call->arguments.size() == 1) return DirectionOf(left);
  bool first = AsConstant(right) != nullptr;
  if (!first && AsConstant(left) == nullptr) return 0;
  int direction = DirectionOf(first ? left : right);
  double constant = ConstantOf(first ? right : left);
  int sign = constant > 0 ? 1 : constant < 0 ? -1 : 0;
  switch (call->function) {
    case Function::kAdd: return direction;
    case Function::kSubtract: return first ? direction : -direction;
    case Function::kMultiply: return direction * sign;
    default: return first ? direction * sign : 0;
  }
}

const Expr& LeafOf(const Expr& expr) {
  auto* call = AsArithmetic(expr);
  if (call == nullptr) return expr;
  const Expr& left = call->arguments.front();
  return LeafOf(AsConstant(left) ? call->arguments.back() : left);
}

// The values that a leaf can have, as whole numbers: ten-thousandths, microseconds, or itself.
struct Domain {
  int64_t first, last;
  double a_unit;  // how many of them are one, in Lua's eyes
};

Domain DomainOf(const Expr& leaf) {
  bool aggregate = std::holds_alternative<Aggregate>(leaf.part);
  switch (leaf.type()) {
    case Type::kNumber: {
      int64_t most = aggregate ? kMostSum : kMostUnits;
      return {-most, most, 1e4};
    }
    case Type::kTime: return {kFirstMoment, kLastMoment, 1e6};
    default: break;
  }
  if (std::holds_alternative<Field>(leaf.part)) {
    return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), 1};
  }
  return {0, int64_t{1} << 53, 1};
}

double Apply(Function function, double left, double right) {
  switch (function) {
    case Function::kAdd: return left + right;
    case Function::kSubtract: return left - right;
    case Function::kMultiply: return left * right;
    default: return left / right;
  }
}

double RealAt(const Expr& expr, int64_t raw, double a_unit) {
  auto* call = AsArithmetic(expr);
  if (call == nullptr) {
    if (AsConstant(expr)) return ConstantOf(expr);
    return a_unit == 1 ? static_cast<double>(raw) : static_cast<double>(raw) / a_unit;
  }
  double left = RealAt(call->arguments.front(), raw, a_unit);
  if (call->function == Function::kReal) return left;
  if (call->function == Function::kFloor) return std::floor(left);
  return Apply(call->function, left, RealAt(call->arguments.back(), raw, a_unit));
}

// What Lua makes of `expr` for a customer whose leaf is `raw`.
LuaNumber ValueAt(const Expr& expr, int64_t raw, const Domain& domain) {
  bool integer = domain.a_unit == 1 && AsArithmetic(expr) == nullptr;
  if (integer) return raw;
  return RealAt(expr, raw, domain.a_unit);
}

bool Compares(const LuaNumber& left, Op op, const LuaNumber& right) {
  switch (op) {
    case Op::kLess: return IsLess(left, right);
    case Op::kLessEqual: return IsLessEqual(left, right);
    case Op::kGreater: return IsLess(right, left);
    case Op::kGreaterEqual: return IsLessEqual(right, left);
    default: return IsEqual(left, right);
  }
}

// The first raw value for which `holds` does; it holds for `last`, and for all after the first.
template <class Holds>
int64_t FirstWhere(int64_t first, int64_t last, Holds holds) {
  while (first < last) {
    auto middle =
        static_cast<int64_t>(static_cast<uint64_t>(first) +
                             (static_cast<uint64_t>(last) - static_cast<uint64_t>(first)) / 2);
    if (holds(middle))
      last = middle;
    else
      first = middle + 1;
  }
  return first;
}

Constant MomentOf(int64_t raw, Time now) {
  Time time{Duration(raw)};
  constexpr std::pair<int64_t, Ago::Unit> kUnits[] = {{86'400'000'000, Ago::Unit::kDays},
                                                      {3'600'000'000, Ago::Unit::kHours},
                                                      {60'000'000, Ago::Unit::kMinutes}};
  int64_t back = (now - time).count();
  for (const auto& [length, unit] : kUnits) {
    if (back < 0 || back % length != 0) continue;
    const int64_t whole = back / length;
    return Ago{static_cast<double>(whole), unit};
  }
  return time;
}

Constant ConstantAt(const Expr& leaf, int64_t raw, Time now) {
  if (leaf.type() == Type::kTime) return MomentOf(raw, now);
  if (leaf.type() == Type::kNumber) return Decimal(Money{raw});
  return Decimal(raw);
}

class Search {
 public:
  Search(const Expr& expr, const LuaNumber& constant, Time now)
      : expr_(expr),
        leaf_(LeafOf(expr)),
        domain_(DomainOf(leaf_)),
        rises_(DirectionOf(expr) > 0),
        constant_(constant),
        now_(now) {}

  // The values that compare so are those from some bound on, or those up to one.
  Node Bound(Op op) const {
    bool upward = rises_ == (op == Op::kGreater || op == Op::kGreaterEqual);
    bool strict = op == Op::kLess || op == Op::kGreater;
    auto holds = [&](int64_t raw) { return Compares(ValueAt(expr_, raw, domain_), op, constant_); };
    bool at_first = holds(domain_.first), at_last = holds(domain_.last);
    if (at_first == at_last) return at_first ? True() : False();
    if (upward) {
      int64_t bound = FirstWhere(domain_.first, domain_.last, holds);
      return Test(strict ? Op::kGreater : Op::kGreaterEqual, strict ? bound - 1 : bound);
    }
    int64_t beyond =
        FirstWhere(domain_.first, domain_.last, [&](int64_t raw) { return !holds(raw); });
    return Test(strict ? Op::kLess : Op::kLessEqual, strict ? beyond : beyond - 1);
  }

  Node Equality() const {
    Node both = And({Bound(Op::kGreaterEqual), Bound(Op::kLessEqual)});
    auto* group = both.As<Group>();
    if (group == nullptr || group->nodes.size() != 2) return both;
    const auto& low = group->nodes[rises_ ? 0 : 1].As<Comparison>()->constants;
    const auto& high = group->nodes[rises_ ? 1 : 0].As<Comparison>()->constants;
    if (low == high) return {false, Comparison{leaf_, Op::kEqual, low}};
    return IsEmpty(low.front(), high.front()) ? False() : both;
  }

 private:
  Node Test(Op op, int64_t raw) const {
    if (IsBroken(Mutation::kBoundOffByOne)) ++raw;
    return {false, Comparison{leaf_, op, {ConstantAt(leaf_, raw, now_)}}};
  }

  // Whether no value lies between.
  bool IsEmpty(const Constant& low, const Constant& high) const {
    if (auto* number = std::get_if<Decimal>(&low)) return *number > std::get<Decimal>(high);
    return MomentAt(low) > MomentAt(high);
  }
  Time MomentAt(const Constant& constant) const {
    auto* ago = std::get_if<Ago>(&constant);
    return ago != nullptr ? ago->Before(now_) : std::get<Time>(constant);
  }

  const Expr& expr_;
  const Expr& leaf_;
  const Domain domain_;
  const bool rises_;
  const LuaNumber constant_;
  const Time now_;
};

}  // namespace

std::optional<Node> FindBound(const Expr& expr, Op op, const LuaNumber& constant, Time now) {
  if (DirectionOf(expr) == 0) return std::nullopt;
  Search search(expr, constant, now);
  return op == Op::kEqual ? search.Equality() : search.Bound(op);
}

}  // namespace tidings::rule
