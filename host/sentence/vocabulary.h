// What words mean: the tables of phrases, numbers in words and cities.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "sentence/chart.h"
#include "sentence/words.h"

namespace tidings::sentence {

// Several phrases with one meaning: {"CMP", ">", "more than|greater than"}.
struct Phrase {
  const char* kind;
  const char* meaning;
  const char* phrases;
};

std::span<const Phrase> Phrases();

// For each word, the meanings that begin with it. Besides the kinds of the table: NUMBER, DATE,
// QUOTED and ATTRIBUTE as the word says, ANY, any word, and WORD, any word that no phrase
// contains.
std::vector<std::vector<Sense>> FindSenses(std::span<const Word> words);

// Every kind that FindSenses may give.
std::vector<std::string> Kinds();

// Whether some phrase (or reason of refusal) contains the word.
bool IsKnown(std::string_view word);

// All words of the phrases, the cities and the reasons of refusal.
const std::unordered_set<std::string>& KnownWords();

// The cities that are understood without "city is": as they are written in customer lists.
std::span<const char* const> Cities();

}  // namespace tidings::sentence
