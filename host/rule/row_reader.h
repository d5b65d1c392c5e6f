// The values of one row in memory: what evaluate.cpp compares.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "rule/tree.h"

namespace tidings::rule {

__extension__ using Int128 = __int128;

// Money, or a sum of it that may be more than Money holds.
struct Amount {
  Int128 units = 0;  // ten-thousandths

  auto operator<=>(const Amount&) const = default;
};

// monostate is a missing value. Json is a list of tags or a member of the attributes.
using RowValue =
    std::variant<std::monostate, std::string, Amount, int64_t, double, Time, const Json*>;

Decimal DecimalOf(const RowValue& number);  // exactly; 0 for what is no number
double RealOf(const RowValue& value);       // as a script sees a number, amount or time

// One customer, its JSON parsed when it is first needed. Borrows the row.
class RowReader {
 public:
  RowReader(const lua::Row& row, Time now) : row_(row), now_(now) {}

  // What an expression comes to.
  RowValue Value(const Expr& expr);

  Time now() const { return now_; }

  // A field of an order is looked up in `order` from here on, or in none.
  void SetOrder(const Json* order) { order_ = order; }
  // The items' names or SKUs of that order.
  std::vector<std::optional<std::string>> Items(Column column) const;

 private:
  RowValue Value(const Field& field);
  RowValue OrderValue(Column column) const;
  RowValue Value(const Aggregate& aggregate);
  RowValue Value(const Call& call);
  const Json& JsonAt(size_t slot);

  const lua::Row& row_;
  const Time now_;
  const Json* order_ = nullptr;
  std::map<size_t, std::optional<Json>> parsed_;
};

bool Holds(const Node& node, RowReader& reader);

}  // namespace tidings::rule
