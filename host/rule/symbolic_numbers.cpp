// math, over the numbers of customers.
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

using lua_syntax::Operator;

bool IsNumber(const Value& value) {
  return value.As<int64_t>() || value.As<double>() || value.As<Number>();
}

// The arguments as numbers; nothing where SQL cannot say. Raises for what is none.
std::optional<Values> Numbers(Interpreter& in, const Values& arguments, const char* function) {
  Site site = in.Here();
  if (arguments.empty()) site.Raise("bad argument #1 (number expected, got no value)");
  Values numbers;
  for (const Value& argument : arguments) {
    numbers.push_back(Resolve(site, argument));
    if (IsNumber(numbers.back())) continue;
    std::string_view kind = KindOf(numbers.back());
    if (kind == "value" || kind == "string") return std::nullopt;
    site.Raise(fmt::format("bad argument to '{}' (number expected, got {})", function, kind));
  }
  return numbers;
}

Values Opaque(Interpreter& in, const char* function) {
  return {in.Here().Opaque(fmt::format("`math.{}`", function))};
}

Value FloorOf(Interpreter& in, const Value& value) {
  if (auto* number = value.As<Number>()) return Floor(in.Here(), *number);
  auto* real = value.As<double>();
  if (real == nullptr) return value;
  auto integer = ToInteger(std::floor(*real));
  return integer ? Value{*integer} : Value{std::floor(*real)};
}

Value Negative(Interpreter& in, const Value& value) {
  if (auto* real = value.As<double>()) return {-*real};
  if (auto* integer = value.As<int64_t>()) {
    return {static_cast<int64_t>(0 - static_cast<uint64_t>(*integer))};
  }
  return Calculate(in.Here(), Operator::kMultiply, value, {int64_t{-1}});
}

Values FloorCall(Interpreter& in, Values& arguments) {
  auto numbers = Numbers(in, arguments, "floor");
  return numbers ? Values{FloorOf(in, numbers->front())} : Opaque(in, "floor");
}

Values CeilCall(Interpreter& in, Values& arguments) {
  auto numbers = Numbers(in, arguments, "ceil");
  if (!numbers) return Opaque(in, "ceil");
  return {Negative(in, FloorOf(in, Negative(in, numbers->front())))};
}

Values AbsCall(Interpreter& in, Values& arguments) {
  auto numbers = Numbers(in, arguments, "abs");
  if (!numbers) return Opaque(in, "abs");
  const Value& value = numbers->front();
  Formula below = TruthOf(Ordered(in.Here(), value, Op::kLess, {int64_t{0}}));
  return {in.explorer().Decide(below) ? Negative(in, value) : value};
}

// The first of the greatest, or of the least.
Values Extreme(Interpreter& in, const Values& arguments, bool greatest) {
  const char* name = greatest ? "max" : "min";
  auto numbers = Numbers(in, arguments, name);
  if (!numbers) return Opaque(in, name);
  Value best = numbers->front();
  for (size_t i = 1; i < numbers->size(); ++i) {
    const Value& value = (*numbers)[i];
    Value beyond = greatest ? Ordered(in.Here(), best, Op::kLess, value)
                            : Ordered(in.Here(), value, Op::kLess, best);
    if (in.explorer().Decide(TruthOf(beyond))) best = value;
  }
  return {best};
}

Values TypeCall(Interpreter& in, Values& arguments) {
  Value value = Resolve(in.Here(), arguments.empty() ? Value{Nil{}} : arguments[0]);
  if (value.As<Unknown>() || value.As<Attribute>() || value.As<Something>()) {
    return Opaque(in, "type");
  }
  if (!IsNumber(value)) return {{Nil{}}};
  auto* number = value.As<Number>();
  bool integer = number ? number->integer : value.As<int64_t>() != nullptr;
  return {{std::string(integer ? "integer" : "float")}};
}

}  // namespace

void AddNumbers(Functions& functions) {
  auto add = [&](const char* name, auto call) {
    functions[std::string("math.") + name] = {std::string("math.") + name, call};
  };
  add("floor", FloorCall);
  add("ceil", CeilCall);
  add("abs", AbsCall);
  add("type", TypeCall);
  add("max", [](Interpreter& in, Values& arguments) { return Extreme(in, arguments, true); });
  add("min", [](Interpreter& in, Values& arguments) { return Extreme(in, arguments, false); });
}

}  // namespace tidings::rule::symbolic
