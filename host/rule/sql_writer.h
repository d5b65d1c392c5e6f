// The parts that sql.cpp, sql_comparison.cpp and sql_value.cpp share.
#pragma once

#include <string>
#include <vector>

#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

// Writes one condition. Each constant becomes the next parameter, in the order in which it is met.
class SqlWriter {
 public:
  SqlWriter(Time now, int first_param) : now_(now), next_(first_param) {}

  Sql Write(const Node& node);

 private:
  // An expression, or a condition, and whether it can be NULL.
  struct Text {
    std::string sql;
    bool nullable;
  };

  std::string Param(std::string value, const char* type);

  // sql.cpp
  std::string Print(const Node& node, bool negated);
  std::string Print(const Group& group, bool negated);
  Text Print(const Relation& relation);
  std::string Print(const std::vector<Node>& all);

  // sql_value.cpp: what an expression is.
  Text Value(const Expr& expr);
  Text Value(const Aggregate& aggregate);
  Text Value(const Call& call);
  Text Value(const Constant& constant);
  Text Real(const Expr& expr);
  std::string OrdersWhere(const Aggregate& aggregate);

  // sql_comparison.cpp: conditions by the type of their subject.
  Text Print(const Comparison& comparison);
  std::string PrintText(const Comparison& comparison, const std::string& subject);
  std::string PrintPattern(const std::string& pattern, const std::string& subject);
  std::string PrintNumber(const Comparison& comparison, const std::string& subject);
  std::string PrintTime(const Comparison& comparison, const std::string& subject);
  std::string PrintBound(const std::string& subject, const char* sign, Time time);
  std::string PrintTags(const Comparison& comparison);
  std::string PrintItems(const Comparison& comparison, const std::string& subject);
  std::string PrintAttribute(const Comparison& comparison, const std::string& name);
  std::string PrintTyped(const Comparison& comparison, const std::string& member);

  const Time now_;
  int next_;
  std::vector<std::string> params_;
};

const char* Sign(Op op);  // "<"; "=" for what is no order
bool IsOrder(Op op);      // < <= > >=

}  // namespace tidings::rule
