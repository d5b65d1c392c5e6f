// The operators of react-querybuilder's rules, as the clauses of a sentence turn them round.
#pragma once

#include <string>

namespace tidings::sentence {

// The exact opposite, for fields that are never missing; "" where there is none.
std::string OppositeOf(const std::string& op);
// The other way round, as for the time since and the date: more time ago is an earlier time.
std::string EarlierOf(const std::string& op);
// ">" and ">=".
bool IsLower(const std::string& op);

}  // namespace tidings::sentence
