#include <fmt/format.h>

#include "base/text.h"
#include "rule/json_reader.h"

namespace tidings::rule {

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

// Counts one comparison more.
bool JsonReader::HasRoom(const std::string& pointer) {
  if (++comparisons_ == kMaxComparisons + 1) {
    Complain(pointer, fmt::format("a rule may have at most {} comparisons", kMaxComparisons));
  }
  return comparisons_ <= kMaxComparisons;
}

Node JsonReader::Compare(const NamedField& field, const NamedOp& op, const Json& value,
                         const std::string& pointer) {
  if (!HasRoom(pointer)) return {};
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
