#include <fmt/format.h>

#include "base/text.h"
#include "rule/json_reader.h"

namespace tidings::rule {

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

Node JsonReader::ReadSubject(const Json& json, const std::string& pointer) {
  Expr subject = ReadExpr(json["subject"], Below(pointer, "subject"));
  auto op = ReadOperator(json.value("operator", Json()), Below(pointer, "operator"));
  bool fits = subject.type() != Type::kReal && !std::holds_alternative<Constant>(subject.part);
  if (!fits) {
    Complain(Below(pointer, "subject"), "what is calculated is compared with `left` and `right`");
  }
  if (!fits || !op.has_value()) return {};
  Node node = Compare({FieldLike(subject), false}, *op, json.value("value", Json()),
                      Below(pointer, "value"));
  if (auto* test = node.As<Comparison>()) {
    node.part = Comparison{std::move(subject), test->op, test->constants};
  }
  node.negated = node.negated != IsNegated(json, pointer);
  return node;
}

Node JsonReader::ReadRelation(const Json& json, const std::string& pointer) {
  Relation relation{ReadExpr(json["left"], Below(pointer, "left")), Op::kEqual,
                    ReadExpr(json["right"], Below(pointer, "right"))};
  auto op = ReadOperator(json.value("operator", Json()), Below(pointer, "operator"));
  Type left = relation.left.type(), right = relation.right.type();
  bool fits = left == right && (left == Type::kText || left == Type::kReal);
  if (!fits) Complain(pointer, "both sides have to be text, or numbers ({\"real\": …})");
  if (op.has_value() && op->op > Op::kGreaterEqual) {
    Complain(Below(pointer, "operator"), "two values are compared by =, !=, <, <=, > or >=");
  }
  if (!fits || !op.has_value()) return {};
  relation.op = op->op;
  return {op->negated != IsNegated(json, pointer), std::move(relation)};
}

std::optional<NamedField> JsonReader::ReadField(const Json& json, const std::string& pointer) {
  if (!json.is_string()) {
    Complain(pointer, "expected the name of a field");
    return std::nullopt;
  }
  return ReadFieldName(json.get<std::string>(), pointer);
}

std::optional<NamedField> JsonReader::ReadFieldName(const std::string& name,
                                                    const std::string& pointer) {
  auto field = FindField(name);
  bool usable = name.size() <= 200 && name.find('\0') == std::string::npos;
  if (!field.has_value() || !usable) {
    Complain(pointer, fmt::format("unknown field `{}`{}", name.substr(0, 100),
                                  DidYouMean(name, FieldNames())));
    return std::nullopt;
  }
  return field;
}

std::optional<NamedOp> JsonReader::ReadOperator(const Json& json, const std::string& pointer) {
  std::string word = json.is_string() ? json.get<std::string>() : ToLine(json);
  auto op = FindOperator(word);
  if (!op.has_value()) {
    Complain(pointer, fmt::format("unknown operator `{}`{}", word.substr(0, 100),
                                  DidYouMean(word, OperatorNames())));
  }
  return op;
}

Node JsonReader::Compare(const NamedField& field, const NamedOp& op, const Json& value,
                         const std::string& pointer) {
  if (++comparisons_ == kMaxComparisons + 1) {
    Complain(pointer, fmt::format("a rule may have at most {} comparisons", kMaxComparisons));
  }
  if (comparisons_ > kMaxComparisons) return {};
  Node node = ReadComparison(
      field, op, value, pointer,
      [this](const std::string& at, const std::string& message) { Complain(at, message); });
  bool of_order = IsOfOrder(field.field.column);
  if (in_orders_ && !of_order) Complain(pointer, "`where` takes the fields of an order only");
  return of_order && !in_orders_ ? OfSomeOrder(std::move(node), op) : node;
}

// A condition on a field of an order: some order fulfils it. Its opposite, and "is missing": no
// order does.
Node JsonReader::OfSomeOrder(Node condition, const NamedOp& op) {
  bool absent = op.op == Op::kIsMissing || op.op == Op::kIsNil;
  bool none = condition.negated != absent;
  condition.negated = absent;
  return {none, SomeOrder(std::move(condition))};
}

Node JsonReader::ReadMongo(const Json& json, const std::string& pointer, int depth) {
  Group all;
  for (const auto& [key, value] : json.items()) {
    std::string here = Below(pointer, key);
    if (key == "$and" || key == "$or" || key == "$nor") {
      if (!value.is_array()) Complain(here, "expected a list");
      Node node = ReadMembers(value.is_array() ? value : Json::array(), here, depth, key != "$and");
      node.negated = key == "$nor";
      all.nodes.push_back(std::move(node));
    } else if (key == "$not") {
      Node node = ReadNode(value, here, depth + 1);
      node.negated = !node.negated;
      all.nodes.push_back(std::move(node));
    } else if (auto field = ReadFieldName(key, here)) {
      all.nodes.push_back(ReadMongoField(*field, value, here, depth));
    }
  }
  if (all.nodes.size() == 1) return std::move(all.nodes.front());
  return {false, std::move(all)};
}

bool JsonReader::IsOperators(const Json& value) {
  return value.is_object() && !value.empty() && value.begin().key().starts_with('$');
}

Node JsonReader::ReadMongoField(const NamedField& field, const Json& value,
                                const std::string& pointer, int depth) {
  if (depth > kMaxDepth) return Complain(pointer, "nests too deeply"), Node{};
  if (value.is_null()) return Compare(field, {Op::kIsMissing, false}, value, pointer);
  if (!IsOperators(value)) return Compare(field, {Op::kEqual, false}, value, pointer);
  Group all;
  for (const auto& [key, operand] : value.items()) {
    all.nodes.push_back(ReadMongoOperator(field, key, operand, Below(pointer, key), depth));
  }
  if (all.nodes.size() == 1) return std::move(all.nodes.front());
  return {false, std::move(all)};
}

Node JsonReader::ReadMongoOperator(const NamedField& field, const std::string& key,
                                   const Json& operand, const std::string& pointer, int depth) {
  if (key == "$not") {
    Node node = ReadMongoField(field, operand, pointer, depth + 1);
    node.negated = !node.negated;
    return node;
  }
  auto op = ReadOperator(key, pointer);
  if (!op.has_value()) return {};
  if (key == "$exists") op->negated = operand != false;
  if (operand.is_null() && op->op == Op::kEqual) op->op = Op::kIsMissing;
  return Compare(field, *op, operand, pointer);
}

}  // namespace tidings::rule
