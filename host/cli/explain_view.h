// What `tidings explain` prints.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace tidings::cli {

// Of crm::Explain's answer; `source` is the rule as it was written.
std::string DescribeExplanation(const OrderedJson& json, std::string_view source);

// A condition on lines of at most about a hundred columns, broken where its groups are.
std::string LaidOut(std::string_view condition, size_t indent);

}  // namespace tidings::cli
