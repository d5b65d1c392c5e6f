// The reader behind json_frontend.h, in three parts: groups and rules (json_frontend.cpp), values
// of orders and calculated ones (json_values.cpp), fields and Mongo filters (json_filters.cpp).
// Internal to them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "rule/comparison_reader.h"
#include "rule/tree.h"
#include "rule/value_reader.h"

namespace tidings::rule {

// A place below another, as a JSON pointer.
std::string Below(const std::string& pointer, std::string_view key);
std::string Below(const std::string& pointer, size_t index);

// Reads one rule. Goes on after a mistake, to find the others.
class JsonReader {
 public:
  Result<Node> Read(const Json& json);

 private:
  // json_frontend.cpp
  void Complain(const std::string& pointer, const std::string& message);
  Node ReadNode(const Json& json, const std::string& pointer, int depth);
  void CheckOnce(const Json& object, const std::string& pointer, std::span<const char* const> keys);
  static bool Same(const Json& a, const Json& b);
  void CheckMuted(const Json& object, const std::string& pointer);
  static std::string Slip(const Json& object, const char* wanted);
  void CheckKeys(const Json& object, const std::string& pointer, std::span<const char* const> keys);
  Node ReadGroup(const Json& json, const std::string& pointer, int depth);
  std::optional<bool> Combinator(const Json& json, const std::string& pointer);
  bool IsNegated(const Json& json, const std::string& pointer);
  Node ReadMembers(const Json& members, const std::string& pointer, int depth,
                   std::optional<bool> any);
  static void CloseAlternative(Group& alternatives, Group& group);
  Node ReadRule(const Json& json, const std::string& pointer);

  // json_values.cpp
  Expr ReadExpr(const Json& json, const std::string& pointer);
  std::vector<Node> ReadWhere(const Json& json, const std::string& pointer);
  Node ReadOrders(const Json& json, const std::string& pointer);
  Node ReadSubject(const Json& json, const Json& value, const std::string& pointer,
                   const std::string& value_pointer);
  Node ReadCalculated(const Expr& subject, const NamedOp& op, const Json& value,
                      const std::string& pointer);
  static Node CompareCalculated(const Expr& subject, Op op, const std::vector<double>& numbers);
  std::optional<double> ReadReal(const Json& json, const std::string& pointer);
  Node ReadRelation(const Json& json, const std::string& pointer);
  Node ReadFields(const NamedField& left, const NamedOp& op, const Json& json,
                  const std::string& pointer);
  Node Related(Relation relation, const NamedOp& op, bool negated, const std::string& pointer);

  // json_filters.cpp
  std::optional<NamedField> ReadField(const Json& json, const std::string& pointer);
  std::optional<NamedField> ReadFieldName(const std::string& name, const std::string& pointer);
  std::optional<NamedOp> ReadOperator(const Json& json, const std::string& pointer);
  bool HasRoom(const std::string& pointer);
  Node Compare(const NamedField& field, const NamedOp& op, const Json& value,
               const std::string& pointer);
  static Node OfSomeOrder(Node condition, const NamedOp& op);
  Node ReadMongo(const Json& json, const std::string& pointer, int depth);
  static bool IsOperators(const Json& value);
  Node ReadMongoField(const NamedField& field, const Json& value, const std::string& pointer,
                      int depth);
  Node ReadMongoOperator(const NamedField& field, const std::string& key, const Json& operand,
                         const std::string& pointer, int depth);

  std::vector<std::string> errors_;
  int comparisons_ = 0;
  bool in_orders_ = false;
};

}  // namespace tidings::rule
