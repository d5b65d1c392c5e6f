// The grammar of sentences: which words may follow which, and what they mean together.
//
// A meaning is a list, its first member says of what kind (see meaning.h).
#pragma once

#include "sentence/chart.h"

namespace tidings::sentence {

const Grammar& SentenceGrammar();  // its start is "sentence"

// The tables it is made of, one for each subject.
std::span<const Production> StructureProductions();  // joining, negation, who is asked for
std::span<const Production> ClauseProductions();     // what is said of customers and orders
std::span<const Production> OrderProductions();      // orders of some kind or time, together
std::span<const Production> QuantityProductions();   // numbers, amounts, spans, dates

}  // namespace tidings::sentence
