// The words for operators, in all their spellings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rule/tree.h"

namespace tidings::rule {

struct NamedOp {
  Op op;
  bool negated;
};

// "notEquals", "not_equals", "!=", "$ne" -> {kEqual, negated}.
std::optional<NamedOp> FindOperator(std::string_view word);

const std::vector<std::string>& OperatorNames();  // what an error may suggest

}  // namespace tidings::rule
