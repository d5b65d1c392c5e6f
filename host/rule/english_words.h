// Constants, and comparisons with them, in English: what english.h makes its clauses of.
#pragma once

#include <string>
#include <vector>

#include "rule/tree.h"

namespace tidings::rule {

// "a", "a or b", "a, b or c".
std::string List(const std::vector<std::string>& parts, const char* word);

std::string Word(const Constant& constant);
std::vector<std::string> Words(const std::vector<Constant>& constants);

bool IsAbsence(Op op);

// "more than 5", "between 1 and 3"; for numbers.
std::string Amount(const Comparison& comparison);

// "before 1 March 2026", "more than 90 days ago", "within the last 30 days"; for times.
std::string When(const Comparison& comparison);

// "is “Pune”", "contains “x”"; for texts, after "whose city".
std::string Predicate(const Comparison& comparison, bool negated);

}  // namespace tidings::rule
