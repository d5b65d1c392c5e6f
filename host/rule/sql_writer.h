// The parts that sql.cpp, sql_comparison.cpp and sql_value.cpp share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rule/orders_tables.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::rule {

// Writes one condition. Each constant becomes the next parameter, in the order in which it is met.
class SqlWriter {
 public:
  SqlWriter(const Node& rule, Time now, OrdersPlan plan)
      : rule_(rule), now_(now), plan_(plan), tables_(OrdersTablesOf(rule, plan)) {}

  Sql Write();

 private:
  // An expression, or a condition, and whether it can be NULL.
  struct Text {
    std::string sql;
    bool nullable;
  };

  std::string Param(std::string value, const std::string& type);

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

  // sql_times.cpp: moments, and stretches of time.
  std::string PrintTime(const Comparison& comparison, const std::string& subject);
  std::string PrintBound(const std::string& subject, const char* sign, Time time);
  std::optional<std::string> PrintStretches(const Group& group);

  // sql_orders.cpp: the derived tables of orders, and what is read from them.
  std::string From();
  std::string Table(const OrdersTable& table);
  std::string TableColumn(const OrdersTable& table, const Aggregate& aggregate);
  std::string SomeOrder(const Aggregate& aggregate);
  // A column, NULL where the customer has no such orders; under kEach a count never is.
  std::string ColumnOf(const Aggregate& aggregate) const;
  Text Subject(const Comparison& comparison);

  // sql_comparison.cpp: conditions by the type of their subject.
  Text Print(const Comparison& comparison);
  std::string PrintText(const Comparison& comparison, const std::string& subject);
  std::string PrintPattern(const std::string& pattern, const std::string& subject);
  std::string PrintNumber(const Comparison& comparison, const std::string& subject);
  std::string PrintTags(const Comparison& comparison);
  std::string ItemTest(const Comparison& comparison);
  std::string SomeItem(const std::string& test);
  std::string PrintAttribute(const Comparison& comparison, const std::string& name);
  std::string PrintTyped(const Comparison& comparison, const std::string& member);

  const Node& rule_;
  const Time now_;
  const OrdersPlan plan_;
  const std::vector<OrdersTable> tables_;
  std::vector<std::string> params_;
};

const char* Sign(Op op);  // "<"; "=" for what is no order
bool IsOrder(Op op);      // < <= > >=
// Whether the subject is a count or a sum of orders, which everybody has.
bool IsCount(const Comparison& comparison);

}  // namespace tidings::rule
