// One comparison of a JSON rule: a field, an operator and a value, checked against each other.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "rule/fields.h"
#include "rule/operators.h"

namespace tidings::rule {

// What is wrong with a part of the rule: "/rules/0/value" and the reason.
using Complain = std::function<void(const std::string& pointer, std::string message)>;

// The comparison as a tree: a single one, or a group where the field counts days or an attribute
// may be text or a number. On a mistake it complains and returns something harmless.
Node ReadComparison(const NamedField& field, const NamedOp& op, const Json& value,
                    const std::string& value_pointer, const Complain& complain);

}  // namespace tidings::rule
