#include "rule/json_printer.h"

#include "rule/fields.h"

namespace tidings::rule {
namespace {

// In the order of Op; the last four take no value.
constexpr const char* kOps[] = {
    "=",  "<",       "<=",   ">",     ">=",      "contains", "beginsWith", "endsWith",
    "in", "between", "null", "isNil", "matches", "isNumber", "isText"};

// Only what reads back as the very same decimal is printed as a number.
OrderedJson Print(const Decimal& number) {
  std::string text = number.ToString();
  if (text.size() < 16) return OrderedJson::parse(text);
  return text;
}

OrderedJson Print(const Ago& ago) {
  constexpr const char* kUnits[] = {"minutesAgo", "hoursAgo",  "daysAgo",
                                    "weeksAgo",   "monthsAgo", "yearsAgo"};
  return {{kUnits[static_cast<int>(ago.unit)], Print(Decimal::FromDouble(ago.count))}};
}

OrderedJson Print(const Constant& constant) {
  if (auto* flag = std::get_if<bool>(&constant)) return *flag;
  if (auto* number = std::get_if<Decimal>(&constant)) return Print(*number);
  if (auto* text = std::get_if<std::string>(&constant)) return *text;
  if (auto* day = std::get_if<Day>(&constant)) return FormatTime(day->start).substr(0, 10);
  if (auto* ago = std::get_if<Ago>(&constant)) return Print(*ago);
  if (auto* time = std::get_if<Time>(&constant)) return FormatTime(*time);
  return std::get<double>(constant);
}

// Of an attribute: a kind that its form alone would not tell is written out.
OrderedJson PrintOfAttribute(const Constant& constant) {
  if (auto* text = std::get_if<std::string>(&constant)) return {{"text", *text}};
  auto* number = std::get_if<Decimal>(&constant);
  return number != nullptr ? OrderedJson{{"number", number->ToString()}} : Print(constant);
}

OrderedJson PrintAll(const std::vector<Node>& nodes, bool any) {
  OrderedJson rules = OrderedJson::array();
  for (const Node& node : nodes) rules.push_back(WriteJson(node));
  return {{"combinator", any ? "or" : "and"}, {"rules", std::move(rules)}};
}

OrderedJson Print(const Expr& expr) {
  if (auto* field = std::get_if<Field>(&expr.part)) return {{"field", field->Name()}};
  if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) {
    return {{"orders", NameOf(*aggregate)}, {"where", PrintAll(aggregate->where, false)}};
  }
  if (auto* call = std::get_if<Call>(&expr.part)) {
    OrderedJson arguments = OrderedJson::array();
    for (const Expr& argument : call->arguments) arguments.push_back(Print(argument));
    bool one = arguments.size() == 1;
    return {{NameOf(call->function), one ? std::move(arguments[0]) : std::move(arguments)}};
  }
  const auto& constant = std::get<Constant>(expr.part);
  bool text = std::holds_alternative<std::string>(constant);
  return {{text ? "text" : "number", Print(constant)}};
}

OrderedJson Print(const Comparison& comparison) {
  auto* field = std::get_if<Field>(&comparison.subject.part);
  OrderedJson json =
      field ? Print(comparison.subject) : OrderedJson{{"subject", Print(comparison.subject)}};
  json["operator"] = kOps[static_cast<int>(comparison.op)];
  bool attribute = field && field->type() == Type::kAttribute;
  OrderedJson values = OrderedJson::array();
  for (const Constant& constant : comparison.constants) {
    values.push_back(attribute ? PrintOfAttribute(constant) : Print(constant));
  }
  bool list = comparison.op == Op::kIn || comparison.op == Op::kBetween;
  if (list || !values.empty()) json["value"] = list ? std::move(values) : std::move(values[0]);
  return json;
}

OrderedJson Print(const Relation& relation) {
  return {{"left", Print(relation.left)},
          {"operator", kOps[static_cast<int>(relation.op)]},
          {"right", Print(relation.right)}};
}

OrderedJson Print(const Group& group) { return PrintAll(group.nodes, group.any); }

}  // namespace

const char* NameOf(Call::Function function) {
  constexpr const char* kNames[] = {"lower",    "upper",    "length", "real", "add",
                                    "subtract", "multiply", "divide", "floor"};
  return kNames[static_cast<int>(function)];
}

const char* NameOf(const Aggregate& aggregate) {
  bool date = aggregate.of == Column::kOrderDate;
  switch (aggregate.function) {
    case Aggregate::Function::kCount: return "count";
    case Aggregate::Function::kSum: return "sum";
    case Aggregate::Function::kLeast: return date ? "first" : "min";
    case Aggregate::Function::kMost: break;
  }
  return date ? "last" : "max";
}

OrderedJson WriteJson(const Node& node) {
  OrderedJson json = std::visit([](const auto& part) { return Print(part); }, node.part.any());
  if (node.negated) json["not"] = true;
  return json;
}

}  // namespace tidings::rule
