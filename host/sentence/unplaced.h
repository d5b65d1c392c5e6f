// Why a sentence is no rule: which of its words have no place, and what could stand there.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sentence/chart.h"
#include "sentence/sentence.h"
#include "sentence/words.h"

namespace tidings::sentence {

// How far the parser came: the first word that it could not place, and the kinds of words that it
// would have gone on with.
struct BreakOff {
  size_t word;
  std::set<std::string> expected;
};

// Names the words that are known to be no part of a rule and those that are not known at all; where
// there are none, those that would need more beside them, or the one at which it broke off.
Refusal RefuseUnplaced(std::string_view sentence, std::span<const Word> words,
                       const std::vector<std::vector<Sense>>& senses, const BreakOff& break_off);

}  // namespace tidings::sentence
