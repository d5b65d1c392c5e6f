// Which known word a misspelt one was meant to be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::sentence {

// The known word that was surely meant. A slip leaves a letter out, puts one in, swaps neighbours,
// or takes a vowel for a vowel, a key for the one beside it, a sound for its like; any other letter
// makes it another word ("stopped" is not "shopped", nor Kannur Kanpur). One slip in a word of five
// letters or more, two in one of nine; in one of four letters a swap, or a vowel left out where it
// has none. The first letter has to be right, and of several as near one has to be the longest.
// None for known words.
std::optional<std::string> MendTypo(std::string_view word);

// Known words that look like this one, at most two, the nearest first: for a person to choose from.
std::vector<std::string> SimilarWords(std::string_view word);

}  // namespace tidings::sentence
