// The constants of a JSON rule, made to fit the field that they are compared with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "rule/tree.h"

namespace tidings::rule {

// One constant. Text that reads as a number is one where a number is wanted; a number is text where
// text is. `ordered` says that it will be compared by order: then an attribute's text that reads as
// a number becomes one. Fails with what was wanted instead.
Result<Constant> ReadConstant(const Json& value, const Field& field, bool ordered);

// The members of a list, or of a text with commas between ("Pune, Delhi"), as react-querybuilder
// writes them. A single value is a list of one.
std::vector<Json> ListOf(const Json& value);

// A plain number of days, at least 0.
Result<double> ReadDays(const Json& value);

}  // namespace tidings::rule
