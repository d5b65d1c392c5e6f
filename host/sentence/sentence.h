// English in, without a model: a sentence to a rule, or to the reasons why not.
//
//   "People who haven't shopped in 6 months and spent over ₹5K"
//   -> {"combinator": "and", "rules": [{"field": "last_order_date", "operator": "<",
//       "value": {"daysAgo": 180}}, {"field": "total_spend", "operator": ">", "value": 5000}]}
//
// Every word has to have its place in the sentence; nothing is guessed. A sentence that has two
// meanings is refused with both. The same sentence gives the same answer always: there is no clock
// and no state in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace tidings::sentence {

// A word that has no place, or the first one at which the sentence broke off.
struct Unplaced {
  std::string text;   // as it stands in the sentence
  size_t offset = 0;  // characters (not bytes) of the sentence before it
  std::string hint;   // what is possible instead; "" where nothing is known
};

struct Refusal {
  // "refuse" (words without a place), "unknown_field", "vague_threshold", "vague_region",
  // "vague_threshold_and_region", "needs_model", "ambiguous", "unsupported", "not_a_segment",
  // "too_long".
  std::string code;
  std::string message;  // for the person who wrote the sentence
  std::vector<Unplaced> words;
};

struct Reading {
  Json rule;                             // a rule group in react-querybuilder's dialect
  std::string english;                   // what it says, for the writer of the sentence to compare
  std::vector<std::string> assumptions;  // "a month counts as 30 days"
};

// A rule or a refusal.
struct Parsed {
  std::optional<Reading> reading;
  Refusal refusal;  // where there is no reading
};

// Any text; more than 600 bytes are refused. Never fails. Thread-safe.
Parsed Parse(std::string_view sentence);

}  // namespace tidings::sentence
