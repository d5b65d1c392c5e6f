// The fields that a rule may speak of: how others call them, where they are in SQL and in a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rule/tree.h"

namespace tidings::rule {

struct FieldInfo {
  Column column;
  const char* name;  // as the tree and its printings call it
  Type type;
  const char* sql;       // over `customers c`, `orders o` or `order_items i`
  bool nullable;         // in the database
  const char* row_name;  // in lua::CustomerRow(), in an order or in an item
  const char* noun;      // in English
};

const FieldInfo& Info(Column column);
bool IsOfOrder(Column column);

// A field by any of its names: "totalSpend", "Total spend", "customer.total_spend",
// "attributes.plan". `inactive` is set where the name counts days since the last order, so that
// comparisons with it turn round.
struct NamedField {
  Field field;
  bool inactive = false;
};
std::optional<NamedField> FindField(std::string_view name);

// What an error may suggest.
const std::vector<std::string>& FieldNames();

}  // namespace tidings::rule
