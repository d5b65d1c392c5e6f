// One customer as a segment script sees it: a view over values that stay where they are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/money.h"

namespace tidings::lua {

// JSON that is parsed only if the script looks at it.
struct JsonText {
  std::string_view text;
};

// A field that was not read because nothing in the script seemed to want it. A script that does
// raises an error, and `*wanted` says so: the row has to be read in full.
struct NotRead {
  bool* wanted;
};

// One field of one row. monostate is nil. A Time becomes a float: seconds since 1970; Money the
// nearest float. An object or list (Json or JsonText) becomes a read-only view; JSON that does not
// parse is an error in the script that touches it.
using Value = std::variant<std::monostate, bool, int64_t, double, std::string_view, Time, Money,
                           const Json*, JsonText, NotRead>;

// kOrders is JSON too, a list of
//   {"amount": "12.5000", "status": "COMPLETED", "date": microseconds since 1970,
//    "items": [{"name": text, "sku": text or null}, ...]}
// that scripts see through the functions of orders.h.
enum class FieldKind { kText, kInteger, kMoney, kTime, kJson, kOrders };

// The names of a row's fields, by slot. What a script asks for that is not among them is an error
// with a suggestion. Constant after construction.
struct RowType {
  struct Field {
    std::string name;
    FieldKind kind;
  };
  std::vector<Field> fields;
};

// Borrowed for the call it is passed to: `values` has one value for each field of `type`.
struct Row {
  const RowType* type = nullptr;
  const Value* values = nullptr;
};

// The customer: id external_id name email phone city status total_spend visit order_count
// last_order_date created_at attributes tags orders, in this order. Lives for ever.
const RowType& CustomerRow();

}  // namespace tidings::lua
