// The orders of a customer, as scripts ask for them: `c.orders:count{status = "completed"}`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace tidings::lua {

// Which orders a question is about. What is not set lets every order pass. Amounts and times are
// compared as the doubles that scripts see.
struct OrderFilter {
  std::vector<std::string> statuses;  // one of these, in capitals
  std::optional<double> since;        // from this moment on: seconds since 1970
  std::optional<double> before;       // before this moment
  std::optional<double> min_amount;   // inclusive
  std::optional<double> max_amount;   // inclusive
  std::optional<std::string> item;    // the name or SKU of one of its items

  bool Fits(const Json& order) const;  // of the form told in row.h
};

// The names of the filter's members, and of the statuses, for errors.
const std::vector<std::string>& OrderFilterNames();
const std::vector<std::string>& OrderStatuses();

// "completed" -> "COMPLETED". Fails with kInvalidArgument, with a suggestion.
Result<std::string> ReadOrderStatus(std::string_view text);

// Orders as a person writes them, `[{"amount": 12.5, "date": "2026-03-01", "status": "completed",
// "items": ["Tea", {"name": "Cup", "sku": "C1"}]}]`, in the form of row.h. An order without status
// is completed. Fails with kInvalidArgument, naming the order.
Result<Json> ReadOrders(const Json& list);

}  // namespace tidings::lua
