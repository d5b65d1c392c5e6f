#include "rule/lua_number.h"

#include <cmath>

namespace tidings::rule {
namespace {

using lua_syntax::Operator;

int64_t Wrapped(uint64_t bits) { return static_cast<int64_t>(bits); }

int64_t FloorDivide(int64_t left, int64_t right) {
  if (right == -1) return Wrapped(0 - static_cast<uint64_t>(left));
  int64_t quotient = left / right;
  bool below = left % right != 0 && (left ^ right) < 0;
  return quotient - (below ? 1 : 0);
}

int64_t Modulo(int64_t left, int64_t right) {
  if (right == -1) return 0;
  int64_t rest = left % right;
  return rest != 0 && (rest ^ right) < 0 ? rest + right : rest;
}

double Modulo(double left, double right) {
  double rest = std::fmod(left, right);
  return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
}

std::optional<LuaNumber> OfIntegers(Operator op, int64_t left, int64_t right) {
  auto a = static_cast<uint64_t>(left), b = static_cast<uint64_t>(right);
  switch (op) {
    case Operator::kAdd: return Wrapped(a + b);
    case Operator::kSubtract: return Wrapped(a - b);
    case Operator::kMultiply: return Wrapped(a * b);
    default: break;
  }
  if (right == 0) return std::nullopt;
  return op == Operator::kModulo ? Modulo(left, right) : FloorDivide(left, right);
}

double OfDoubles(Operator op, double left, double right) {
  switch (op) {
    case Operator::kAdd: return left + right;
    case Operator::kSubtract: return left - right;
    case Operator::kMultiply: return left * right;
    case Operator::kDivide: return left / right;
    case Operator::kFloorDivide: return std::floor(left / right);
    case Operator::kModulo: return Modulo(left, right);
    default: return right == 2 ? left * left : std::pow(left, right);
  }
}

// -1, 0, 1; nothing for NaN. A double is compared with an integer by its own whole part first.
std::optional<int> Order(int64_t left, double right) {
  if (std::isnan(right)) return std::nullopt;
  if (right >= 0x1p63) return -1;
  if (right < -0x1p63) return 1;
  double floor = std::floor(right);
  auto whole = static_cast<int64_t>(floor);
  if (left != whole) return left < whole ? -1 : 1;
  return floor < right ? -1 : 0;
}

std::optional<int> Order(const LuaNumber& left, const LuaNumber& right) {
  auto* a = std::get_if<int64_t>(&left);
  auto* b = std::get_if<int64_t>(&right);
  if (a != nullptr && b != nullptr) return *a < *b ? -1 : *a > *b ? 1 : 0;
  if (a != nullptr) return Order(*a, std::get<double>(right));
  if (b != nullptr) {
    auto order = Order(*b, std::get<double>(left));
    return order ? std::optional(-*order) : std::nullopt;
  }
  double x = std::get<double>(left), y = std::get<double>(right);
  if (std::isnan(x) || std::isnan(y)) return std::nullopt;
  return x < y ? -1 : x > y ? 1 : 0;
}

}  // namespace

double ToDouble(const LuaNumber& number) {
  auto* integer = std::get_if<int64_t>(&number);
  return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(number);
}

std::optional<LuaNumber> Calculate(Operator op, const LuaNumber& left, const LuaNumber& right) {
  auto* a = std::get_if<int64_t>(&left);
  auto* b = std::get_if<int64_t>(&right);
  bool real = op == Operator::kDivide || op == Operator::kPower;
  if (a != nullptr && b != nullptr && !real) return OfIntegers(op, *a, *b);
  return OfDoubles(op, ToDouble(left), ToDouble(right));
}

bool IsLess(const LuaNumber& left, const LuaNumber& right) {
  auto order = Order(left, right);
  return order && *order < 0;
}
bool IsLessEqual(const LuaNumber& left, const LuaNumber& right) {
  auto order = Order(left, right);
  return order && *order <= 0;
}
bool IsEqual(const LuaNumber& left, const LuaNumber& right) {
  auto order = Order(left, right);
  return order && *order == 0;
}

std::optional<int64_t> ToInteger(const LuaNumber& number) {
  if (auto* integer = std::get_if<int64_t>(&number)) return *integer;
  double value = std::get<double>(number);
  bool fits = value >= -0x1p63 && value < 0x1p63 && value == std::floor(value);
  return fits ? std::optional(static_cast<int64_t>(value)) : std::nullopt;
}

}  // namespace tidings::rule
