// The tree as an English sentence: "customers who have spent more than 5,000 and whose city is
// Pune".
#pragma once

#include <string>

#include "rule/tree.h"

namespace tidings::rule {

std::string WriteEnglish(const Node& node);
// A part of it, without "customers": "who have visited at least 3 times".
std::string WriteClause(const Node& node);

}  // namespace tidings::rule
