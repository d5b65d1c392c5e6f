// Which derived tables a rule's aggregates over orders are columns of, so that the orders of a
// customer are read once for all that a rule asks of them.
#pragma once

#include <vector>

#include "rule/tree.h"

namespace tidings::rule {

// How SQL goes about the orders; both ways say the same, the planner knows which is quicker.
enum class OrdersPlan {
  kEach,     // looks up those of each customer: quick where other tests leave few customers
  kGrouped,  // reads all orders once, grouped by customer: quick where they leave many
};

// One derived table: of the orders for which all of `where` holds, an aggregate a column.
struct OrdersTable {
  std::vector<Node> where;
  std::vector<Aggregate> columns;  // each with all of its own conditions, those of `where` included

  // What a column asks of an order beyond `where`.
  std::vector<Node> FilterOf(const Aggregate& column) const;
};

// The tables for all aggregates in a rule. Those that look at items have tables of their own, the
// rest share one. Under kEach, "some order has" is not among them: it stops at the first such
// order.
std::vector<OrdersTable> OrdersTablesOf(const Node& rule, OrdersPlan plan);

}  // namespace tidings::rule
