#include "rule/value_reader.h"

#include <fmt/format.h>

#include "base/text.h"
#include "rule/fields.h"
#include "rule/json_printer.h"

namespace tidings::rule {
namespace {

using Function = Call::Function;

constexpr Function kFunctions[] = {Function::kLower,    Function::kUpper,  Function::kLength,
                                   Function::kReal,     Function::kAdd,    Function::kSubtract,
                                   Function::kMultiply, Function::kDivide, Function::kFloor};

bool IsBinary(Function function) {
  return function >= Function::kAdd && function <= Function::kDivide;
}

bool IsText(const Expr& expr) { return expr.type() == Type::kText; }
bool IsReal(const Expr& expr) { return expr.type() == Type::kReal; }
bool IsCounted(const Expr& expr) {
  Type type = expr.type();
  return type == Type::kNumber || type == Type::kInteger || type == Type::kTime;
}

// Whether a function takes this argument.
bool Fits(Function function, const Expr& argument) {
  switch (function) {
    case Function::kLower:
    case Function::kUpper: return IsText(argument);
    case Function::kLength: return IsText(argument) || argument.type() == Type::kTags;
    case Function::kReal: return IsCounted(argument);
    default: return IsReal(argument);
  }
}

class ValueReader {
 public:
  ValueReader(const Complain& complain, const ReadOrders& read_orders)
      : complain_(complain), read_orders_(read_orders) {}

  Expr Read(const Json& json, const std::string& pointer, int depth) {
    if (!json.is_object() || json.empty())
      return Wrong(pointer, "expected a value: {\"field\": …}");
    if (depth > kMaxDepth) return Wrong(pointer, "nests too deeply");
    if (json.contains("field")) return ReadField(json["field"], pointer + "/field");
    if (json.contains("orders")) return ReadAggregate(json, pointer);
    if (json.contains("text") && json["text"].is_string()) {
      return {Constant(json["text"].get<std::string>())};
    }
    if (json.contains("number") && json["number"].is_number()) {
      if (!IsFitReal(json["number"].get<double>())) {
        return Wrong(pointer + "/number", "a number here is 0, or between 1e-30 and 1e30 in size");
      }
      return {Constant(json["number"].get<double>())};
    }
    for (Function function : kFunctions) {
      const char* name = NameOf(function);
      if (json.contains(name)) return ReadCall(function, json[name], pointer + "/" + name, depth);
    }
    return Wrong(pointer, "unknown kind of value `" + json.begin().key() + "`");
  }

 private:
  Expr Wrong(const std::string& pointer, const std::string& why) {
    complain_(pointer, why);
    return {Field{Column::kName, ""}};
  }

  Expr ReadField(const Json& json, const std::string& pointer) {
    auto field = json.is_string() ? FindField(json.get<std::string>()) : std::nullopt;
    bool usable = field && !field->inactive && field->field.column < Column::kAttribute;
    if (usable) return {field->field};
    return Wrong(pointer,
                 "unknown field `" + TextOf({{"name", json}}, "name") + "`" +
                     DidYouMean(json.is_string() ? json.get<std::string>() : "", FieldNames()));
  }

  Expr ReadAggregate(const Json& json, const std::string& pointer) {
    using Kind = Aggregate::Function;
    const std::pair<const char*, Aggregate> kAggregates[] = {
        {"count", {Kind::kCount, Column::kOrderAmount, {}}},
        {"sum", {Kind::kSum, Column::kOrderAmount, {}}},
        {"min", {Kind::kLeast, Column::kOrderAmount, {}}},
        {"max", {Kind::kMost, Column::kOrderAmount, {}}},
        {"first", {Kind::kLeast, Column::kOrderDate, {}}},
        {"last", {Kind::kMost, Column::kOrderDate, {}}}};
    std::vector<Node> where;
    if (json.contains("where")) where = read_orders_(json["where"], pointer + "/where");
    if (json["orders"] == "avg") return Average(where);
    std::vector<std::string> names = {"avg"};
    for (auto [name, aggregate] : kAggregates) {
      names.emplace_back(name);
      if (json["orders"] != name) continue;
      aggregate.where = std::move(where);
      return {std::move(aggregate)};
    }
    std::string word = TextOf(json, "orders");
    return Wrong(pointer + "/orders",
                 fmt::format("orders are asked for {}, not `{}`{}", Join(names, ", "), word,
                             DidYouMean(word, names)));
  }

  // As scripts have it: missing where no order is.
  static Expr Average(const std::vector<Node>& where) {
    auto real = [&](Aggregate::Function function) {
      return Expr{Call{Function::kReal, {{Aggregate{function, Column::kOrderAmount, where}}}}};
    };
    return {Call{Function::kDivide,
                 {real(Aggregate::Function::kSum), real(Aggregate::Function::kCount)}}};
  }

  Expr ReadCall(Function function, const Json& json, const std::string& pointer, int depth) {
    Call call{function, {}};
    if (!IsBinary(function)) {
      call.arguments.push_back(Read(json, pointer, depth + 1));
    } else if (!json.is_array() || json.size() != 2) {
      return Wrong(pointer, "takes a list of two values");
    } else {
      call.arguments = {Read(json[0], pointer + "/0", depth + 1),
                        Read(json[1], pointer + "/1", depth + 1)};
    }
    for (const Expr& argument : call.arguments) {
      if (!Fits(function, argument)) return Wrong(pointer, "does not take a value of this type");
    }
    Expr expr{std::move(call)};
    if (CalculationsIn(expr) <= kMaxCalculations) return expr;
    return Wrong(pointer, fmt::format("a value takes at most {} calculations", kMaxCalculations));
  }

  const Complain& complain_;
  const ReadOrders& read_orders_;
};

}  // namespace

Expr ReadValue(const Json& json, const std::string& pointer, const Complain& complain,
               const ReadOrders& read_orders, int depth) {
  return ValueReader(complain, read_orders).Read(json, pointer, depth);
}

Field FieldLike(const Expr& expr) {
  switch (expr.type()) {
    case Type::kNumber: return {Column::kTotalSpend, ""};
    case Type::kInteger: return {Column::kVisit, ""};
    case Type::kTime: return {Column::kLastOrderDate, ""};
    default: return {Column::kName, ""};
  }
}

}  // namespace tidings::rule
