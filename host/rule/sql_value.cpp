#include <fmt/format.h>

#include "rule/fields.h"
#include "rule/mutation.h"
#include "rule/sql_writer.h"

namespace tidings::rule {
namespace {

// Whether it is a constant, and another one than this.
bool IsOther(const Expr& expr, double than) {
  auto* constant = std::get_if<Constant>(&expr.part);
  auto* number = constant != nullptr ? std::get_if<double>(constant) : nullptr;
  return number != nullptr && *number != than;
}

}  // namespace

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
// once, then divided. Of a time, date_part does just that.
SqlWriter::Text SqlWriter::Real(const Expr& expr) {
  auto* aggregate = std::get_if<Aggregate>(&expr.part);
  bool sum = aggregate != nullptr && aggregate->function == Aggregate::Function::kSum;
  Text value = Value(expr);
  switch (expr.type()) {
    case Type::kNumber:
      value.sql = fmt::format("(({} * 10000)::{}float8 / 10000)", value.sql, sum ? "" : "bigint::");
      break;
    case Type::kTime: value.sql = fmt::format("date_part('epoch', {})", value.sql); break;
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
      if (!list && IsBroken(Mutation::kCharactersCounted))
        return {"length(" + left.sql + ")", true};
      return {(list ? "cardinality(" : "octet_length(") + left.sql + ")", left.nullable};
    }
    case Function::kFloor: return {"floor(" + left.sql + ")", left.nullable};
    default: break;
  }
  Text right = Value(call.arguments.back());
  bool perhaps_by_0 = call.function == Function::kDivide && !IsOther(call.arguments.back(), 0);
  if (perhaps_by_0 && !IsBroken(Mutation::kDivisorZeroUncaught)) {
    return {fmt::format("({} / nullif({}, 0))", left.sql, right.sql), true};
  }
  char sign = "+-*/"[static_cast<int>(call.function) - static_cast<int>(Function::kAdd)];
  return {fmt::format("({} {} {})", left.sql, sign, right.sql), left.nullable || right.nullable};
}

}  // namespace tidings::rule
