// What a parsed sentence means, as a rule group of JSON in react-querybuilder's dialect.
//
// The grammar makes lists: ["all", x, y], ["not", x], ["spend", ["bound", ">", n]], ["quiet",
// time]. Here they become comparisons of fields with constants. Conventions, each told as an
// assumption where it is used: a month is 30 days, a year 365; currency signs say nothing; "5-10k"
// is 5,000 to 10,000; who has not ordered "in 90 days" has a last order that is older.
#pragma once

#include <string>

#include "base/json.h"
#include "sentence/values.h"

namespace tidings::sentence {

struct Meaning {
  Json rule;
  Assumptions assumptions;
  // Set where the sentence parses, but says nothing that a rule could say: code and hint.
  std::string refused;
  std::string hint;
};

Meaning Understand(const Json& parsed);

}  // namespace tidings::sentence
