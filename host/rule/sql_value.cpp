#include <fmt/format.h>

#include "rule/fields.h"
#include "rule/sql_writer.h"

namespace tidings::rule {

SqlWriter::Text SqlWriter::Value(const Expr& expr) {
  if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) return Value(*aggregate);
  if (auto* call = std::get_if<Call>(&expr.part)) return Value(*call);
  if (auto* constant = std::get_if<Constant>(&expr.part)) return Value(*constant);
  const FieldInfo& info = Info(std::get<Field>(expr.part).column);
  return {info.sql, info.nullable};
}

SqlWriter::Text SqlWriter::Value(const Constant& constant) {
  if (auto* text = std::get_if<std::string>(&constant)) return {Param(*text, "text"), false};
  if (auto* number = std::get_if<double>(&constant)) {
    return {Param(fmt::format("{}", *number), "float8"), false};
  }
  if (auto* decimal = std::get_if<Decimal>(&constant)) {
    return {Param(decimal->ToString(), "numeric"), false};
  }
  return {"null", true};
}

// The very double that a script sees: the exact integer in ten-thousandths or microseconds, rounded
// once, then divided.
SqlWriter::Text SqlWriter::Real(const Expr& expr) {
  auto* aggregate = std::get_if<Aggregate>(&expr.part);
  bool sum = aggregate != nullptr && aggregate->function == Aggregate::Function::kSum;
  Text value = Value(expr);
  switch (expr.type()) {
    case Type::kNumber:
      value.sql = fmt::format("(({} * 10000)::{}float8 / 10000)", value.sql, sum ? "" : "bigint::");
      break;
    case Type::kTime:
      value.sql =
          fmt::format("((extract(epoch from {}) * 1000000)::bigint::float8 / 1000000)", value.sql);
      break;
    default: value.sql += "::float8";
  }
  return value;
}

SqlWriter::Text SqlWriter::Value(const Call& call) {
  using Function = Call::Function;
  const Expr& first = call.arguments.front();
  if (call.function == Function::kReal) return Real(first);
  Text left = Value(first);
  switch (call.function) {
    case Function::kLower: return {fmt::format("lower({} collate \"C\")", left.sql), left.nullable};
    case Function::kUpper: return {fmt::format("upper({} collate \"C\")", left.sql), left.nullable};
    case Function::kLength: {
      bool list = first.type() == Type::kTags;
      return {(list ? "cardinality(" : "octet_length(") + left.sql + ")", left.nullable};
    }
    case Function::kFloor: return {"floor(" + left.sql + ")", left.nullable};
    default: break;
  }
  Text right = Value(call.arguments.back());
  if (call.function == Function::kDivide) {
    return {fmt::format("({} / nullif({}, 0))", left.sql, right.sql), true};
  }
  char sign = "+-*"[static_cast<int>(call.function) - static_cast<int>(Function::kAdd)];
  return {fmt::format("({} {} {})", left.sql, sign, right.sql), left.nullable || right.nullable};
}

}  // namespace tidings::rule
