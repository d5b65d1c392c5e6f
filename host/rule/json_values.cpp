// Rules about values: of orders, calculated, and of other fields.
#include <fmt/format.h>

#include "rule/json_reader.h"
#include "rule/values.h"

namespace tidings::rule {
namespace {

// A field as one side of a comparison of two: counted ones as doubles.
Expr AsSide(const Field& field) {
  bool text = field.type() == Type::kText;
  return text ? Expr{field} : Expr{Call{Call::Function::kReal, {{field}}}};
}

// Text with text, times with times, numbers with numbers; lists and attributes with nothing.
int FamilyOf(Type type) {
  switch (type) {
    case Type::kText: return 1;
    case Type::kTime: return 2;
    case Type::kNumber:
    case Type::kInteger: return 3;
    default: return 0;
  }
}

Node Compared(const Expr& left, Op op, double right) {
  return {false, Relation{left, op, {Constant(right)}}};
}

// Nothing equals itself but what is there.
Node IsNothing(const Expr& expr) { return {true, Relation{expr, Op::kEqual, expr}}; }

Node AllOrAny(bool any, std::vector<Node> nodes) {
  if (nodes.size() == 1) return std::move(nodes.front());
  return {false, Group{any, std::move(nodes)}};
}

}  // namespace

Expr JsonReader::ReadExpr(const Json& json, const std::string& pointer) {
  rule::Complain complain = [this](const std::string& at, const std::string& message) {
    Complain(at, message);
  };
  return ReadValue(json, pointer, complain, [this](const Json& group, const std::string& at) {
    return ReadWhere(group, at);
  });
}

// Which orders count: its fields are those of one order, not of some order.
std::vector<Node> JsonReader::ReadWhere(const Json& json, const std::string& pointer) {
  if (in_orders_) return Complain(pointer, "orders within orders"), std::vector<Node>();
  in_orders_ = true;
  Node node = ReadNode(json, pointer, 1);
  in_orders_ = false;
  auto* group = node.As<Group>();
  bool all = group != nullptr && !group->any && !node.negated;
  return all ? group->nodes : std::vector<Node>{std::move(node)};
}

// {"orders": "any" | "all", "where": ...} is a rule by itself; other questions give a value.
Node JsonReader::ReadOrders(const Json& json, const std::string& pointer) {
  bool any = json["orders"] == "any", all = json["orders"] == "all";
  if (!any && !all) return ReadSubject(json, json, pointer, pointer);
  if (!json.contains("where")) {
    Complain(pointer, "needs `where`: which orders" + Slip(json, "where"));
    return {};
  }
  Node where = AllOrAny(false, ReadWhere(json["where"], Below(pointer, "where")));
  where.negated = where.negated != all;
  return {all != IsNegated(json, pointer), SomeOrder(std::move(where))};
}

Node JsonReader::ReadSubject(const Json& json, const Json& value, const std::string& pointer,
                             const std::string& value_pointer) {
  Expr subject = ReadExpr(value, value_pointer);
  if (!json.contains("operator")) {
    Complain(pointer, "a rule needs `operator`" + Slip(json, "operator"));
    return {};
  }
  auto op = ReadOperator(json["operator"], Below(pointer, "operator"));
  bool constant = std::holds_alternative<Constant>(subject.part);
  if (constant) Complain(value_pointer, "a constant is compared with `left` and `right`");
  if (constant || !op.has_value()) return {};
  Json operand = json.value("value", Json());
  std::string operand_pointer = Below(pointer, "value");
  Node node = subject.type() == Type::kReal
                  ? ReadCalculated(subject, *op, operand, operand_pointer)
                  : Compare({FieldLike(subject), false}, *op, operand, operand_pointer);
  if (auto* test = node.As<Comparison>()) {
    node.part = Comparison{std::move(subject), test->op, test->constants};
  }
  node.negated = node.negated != IsNegated(json, pointer);
  return node;
}

// What is calculated is a double, and is compared as one.
Node JsonReader::ReadCalculated(const Expr& subject, const NamedOp& op, const Json& value,
                                const std::string& pointer) {
  if (op.op == Op::kIsMissing || op.op == Op::kIsNil) {
    Node node = IsNothing(subject);
    node.negated = node.negated != op.negated;
    return node;
  }
  bool many = op.op == Op::kIn || op.op == Op::kBetween;
  if (op.op > Op::kGreaterEqual && !many) {
    Complain(pointer, "a number is compared with =, !=, <, <=, >, >=, in or between");
    return {};
  }
  std::vector<double> numbers;
  for (const Json& one : many ? ListOf(value) : std::vector<Json>{value}) {
    if (auto number = ReadReal(one, pointer)) numbers.push_back(*number);
  }
  if (op.op == Op::kBetween && numbers.size() != 2) {
    Complain(pointer, "`between` needs two values, the lower and the upper");
  }
  if (!errors_.empty() || !HasRoom(pointer)) return {};
  Node node = CompareCalculated(subject, op.op, numbers);
  node.negated = node.negated != op.negated;
  return node;
}

Node JsonReader::CompareCalculated(const Expr& subject, Op op, const std::vector<double>& numbers) {
  std::vector<Node> nodes;
  if (op == Op::kBetween) {
    nodes = {Compared(subject, Op::kGreaterEqual, numbers[0]),
             Compared(subject, Op::kLessEqual, numbers[1])};
  } else {
    for (double number : numbers) {
      nodes.push_back(Compared(subject, op == Op::kIn ? Op::kEqual : op, number));
    }
  }
  return AllOrAny(op == Op::kIn, std::move(nodes));
}

std::optional<double> JsonReader::ReadReal(const Json& json, const std::string& pointer) {
  auto constant = ReadConstant(json, {Column::kTotalSpend, ""}, true);
  auto* decimal = constant.has_value() ? std::get_if<Decimal>(&*constant) : nullptr;
  std::string wrong = !constant.has_value() ? constant.error().message
                      : decimal == nullptr  ? "expected a number"
                      : IsFitReal(decimal->ToDouble())
                          ? ""
                          : "a number here is 0, or between 1e-30 and 1e30 in size";
  if (wrong.empty()) return decimal->ToDouble();
  Complain(pointer, wrong);
  return std::nullopt;
}

Node JsonReader::ReadRelation(const Json& json, const std::string& pointer) {
  Relation relation{ReadExpr(json["left"], Below(pointer, "left")), Op::kEqual,
                    ReadExpr(json["right"], Below(pointer, "right"))};
  auto op = ReadOperator(json.value("operator", Json()), Below(pointer, "operator"));
  Type left = relation.left.type(), right = relation.right.type();
  bool fits = left == right && (left == Type::kText || left == Type::kReal);
  if (!fits) Complain(pointer, "both sides have to be text, or numbers ({\"real\": …})");
  if (!fits || !op.has_value()) return {};
  return Related(std::move(relation), *op, IsNegated(json, pointer), Below(pointer, "operator"));
}

// react-querybuilder's {"valueSource": "field"}: the value names another field.
Node JsonReader::ReadFields(const NamedField& left, const NamedOp& op, const Json& json,
                            const std::string& pointer) {
  auto right = ReadField(json.value("value", Json()), Below(pointer, "value"));
  if (!right.has_value()) return {};
  int family = FamilyOf(left.field.type());
  bool plain = !left.inactive && !right->inactive && !in_orders_;
  for (const NamedField& side : {left, *right}) plain = plain && !IsOfOrder(side.field.column);
  if (!plain || family == 0 || family != FamilyOf(right->field.type())) {
    Complain(pointer, fmt::format("`{}` and `{}` cannot be compared: two texts, two numbers or two "
                                  "times of the customer can",
                                  left.field.Name(), right->field.Name()));
    return {};
  }
  return Related({AsSide(left.field), Op::kEqual, AsSide(right->field)}, op,
                 IsNegated(json, pointer), Below(pointer, "operator"));
}

Node JsonReader::Related(Relation relation, const NamedOp& op, bool negated,
                         const std::string& pointer) {
  if (op.op > Op::kGreaterEqual) {
    Complain(pointer, "two values are compared by =, !=, <, <=, > or >=");
    return {};
  }
  if (!HasRoom(pointer)) return {};
  relation.op = op.op;
  return {op.negated != negated, std::move(relation)};
}

}  // namespace tidings::rule
