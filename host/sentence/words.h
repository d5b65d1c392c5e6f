// A sentence as words: numbers, dates, quoted texts and signs told apart, contractions taken apart,
// typographic signs made plain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::sentence {

struct Word {
  enum class Kind {
    kWord,
    kNumber,     // digits, grouped in thousands or lakhs, with a point or without: "1,50,000.5"
    kDate,       // "2026-03-01", or day, month and year where only one order of them is possible
    kQuoted,     // between quotes, or an e-mail address: text to compare with
    kAttribute,  // "attributes.plan"
    kSign,
  };

  Kind kind;
  // In lower case; a number without its commas, a date in ISO 8601, a quoted text as it is.
  std::string text;
  std::string written;  // as it stands in the sentence
  // Where it stands in the sentence, in bytes. Both words of "haven't" stand at the same place.
  size_t offset;
  size_t length;
  char glue = '\0';  // the hyphen or underscore that ties it to the next word

  bool operator==(const Word&) const = default;
};

// `sentence` is valid UTF-8. Hyphens inside words and full stops separate words and are dropped;
// what no word can be made of becomes a sign, so that nothing gets lost.
std::vector<Word> CutIntoWords(std::string_view sentence);

}  // namespace tidings::sentence
