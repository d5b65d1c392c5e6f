// What is known not to be understood, so that a refusal can say why and what to write instead.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sentence/words.h"

namespace tidings::sentence {

// Words that no rule can be made of.
struct RefusedPhrase {
  std::string_view code;  // as in Refusal::code
  std::string_view hint;
  size_t word;   // which word it begins with
  size_t words;  // how many it takes
};

// Those that stand in the sentence, from left to right, the longest at each place.
std::vector<RefusedPhrase> FindRefused(std::span<const Word> words);

// Every word of the phrases that are refused.
const std::vector<std::string>& RefusedWords();

}  // namespace tidings::sentence
