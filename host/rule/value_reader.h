// The VALUEs of canonical JSON (json_printer.h), to expressions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "rule/comparison_reader.h"
#include "rule/tree.h"

namespace tidings::rule {

// Reads the group that says which orders count.
using ReadOrders = std::function<std::vector<Node>(const Json& group, const std::string& pointer)>;

// On a mistake it complains and returns something harmless.
Expr ReadValue(const Json& json, const std::string& pointer, const Complain& complain,
               const ReadOrders& read_orders, int depth = 0);

// A field of the same type, for reading the constants that a value is compared with.
Field FieldLike(const Expr& expr);

}  // namespace tidings::rule
