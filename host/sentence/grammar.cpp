#include "sentence/grammar.h"

namespace tidings::sentence {
namespace {

constexpr Production kStructure[] = {
    {"sentence", "requests? everyone", R"(["all"])"},
    {"sentence", "requests? phrases QUESTION?", R"("$2")"},
    {"sentence", "WHO phrases QUESTION?", R"("$2")"},
    {"sentence", "REQUEST people phrase QUESTION", R"("$3")"},
    {"everyone", "EVERYONE", R"([])"},
    {"everyone", "ALL PEOPLE", R"([])"},
    {"requests", "REQUEST", R"([])"},
    {"requests", "REQUEST requests", R"([])"},
    {"requests", "REQUEST COLON", R"([])"},
    {"people", "ALL? PEOPLE", R"([])"},
    {"people", "EVERYONE", R"([])"},

    // Alternatives of whole noun phrases. ("and" between them may mean both or either.)
    {"phrases", "phrase", R"("$1")"},
    {"phrases", "phrase COMMA? OR noun_phrases", R"(["any", "$1", "$4"])"},
    {"noun_phrases", "noun_phrase", R"("$1")"},
    {"noun_phrases", "noun_phrase COMMA? OR noun_phrases", R"(["any", "$1", "$4"])"},
    {"phrase", "condition", R"("$1")"},
    {"phrase", "noun_phrase", R"("$1")"},
    {"phrase", "places COMMA chain", R"(["all", ["city", "$1"], "$3"])"},
    {"phrase", "places COMMA listed", R"(["all", ["city", "$1"], "$3"])"},
    {"phrase", "EXCEPT excluded", R"(["except", "$2"])"},
    {"phrase", "exception", R"("$1")"},
    {"noun_phrase", "people COMMA? condition", R"("$3")"},
    {"noun_phrase", "people COMMA? exception", R"("$3")"},
    {"noun_phrase", "people narrowings COMMA? WHO condition", R"(["all", "$2", "$5"])"},
    {"noun_phrase", "ALL? kind narrowings? COMMA? WHO condition", R"(["all", "$2", "$3", "$6"])"},
    {"noun_phrase", "ALL kind narrowings?", R"(["all", "$2", "$3"])"},
    {"noun_phrase", "ALL CITY EXCEPT places", R"(["not", ["city", "$4"]])"},
    {"noun_phrase", "people BUT NOT? places", R"(["not", ["city", "$4"]])"},
    {"noun_phrase", "people COMMA? EXCEPT places COMMA? WHO condition",
     R"(["all", ["except", ["city", "$4"]], "$7"])"},
    {"noun_phrase", "ALL EXCEPT excluded", R"(["except", "$3"])"},
    {"noun_phrase", "people EXCEPT excluded", R"(["except", "$3"])"},

    // "..., except those in Delhi": what stands before it has no "or" outside parentheses.
    {"exception", "chain COMMA? EXCEPT excluded", R"(["all", "$1", ["except", "$4"]])"},
    {"excluded", "people? atom", R"("$2")"},
    {"excluded", "people narrowings WHO atom", R"(["all", "$2", "$4"])"},
    {"excluded", "places", R"(["city", "$1"])"},

    // "and" binds before "or"; commas may stand where they cannot change that.
    {"condition", "alternatives", R"("$1")"},
    {"condition", "listed", R"("$1")"},
    {"condition", "comma_or", R"("$1")"},
    {"condition", "branch OR alternatives COMMA AND? chain",
     R"(["refuse", "ambiguous", "say what \"or\" joins: put it in parentheses, or begin with \"either\""])"},
    {"alternatives", "branch", R"("$1")"},
    {"alternatives", "branch OR alternatives", R"(["any", "$1", "$3"])"},
    {"branch", "chain", R"("$1")"},
    {"branch", "either", R"("$1")"},
    {"branch", "alone", R"("$1")"},
    {"chain", "atom", R"("$1")"},
    {"chain", "BOTH atom AND atom", R"(["all", "$2", "$4"])"},
    {"chain", "atom AND chain", R"(["all", "$1", "$3"])"},
    {"chain", "atom AND small_either", R"(["all", "$1", "$3"])"},
    {"chain", "JOINED AND denial", R"("$3")"},
    {"chain", "JOINED AND denial AND chain", R"(["all", "$3", "$5"])"},
    {"chain", "ordered_but_not", R"("$1")"},
    {"chain", "atom AND ordered_but_not", R"(["all", "$1", "$3"])"},
    {"part", "chain", R"("$1")"},
    {"part", "either", R"("$1")"},
    {"listed", "part COMMA AND? part", R"(["all", "$1", "$4"])"},
    {"listed", "part COMMA AND? listed", R"(["all", "$1", "$4"])"},
    {"comma_or", "chain COMMA OR chain", R"(["any", "$1", "$4"])"},
    {"comma_or", "chain COMMA OR? comma_or", R"(["any", "$1", "$4"])"},
    {"either", "WHO? aux? EITHER alternatives", R"("$4")"},
    {"either", "WHO? aux? EITHER chain COMMA OR chain", R"(["any", "$4", "$7"])"},
    {"small_either", "WHO? aux? EITHER atom OR atom", R"(["any", "$4", "$6"])"},
    {"atom", "WHO? OPEN condition CLOSE", R"(["group", "$3"])"},
    {"atom", "OPEN noun_phrase CLOSE", R"(["group", "$2"])"},
    {"atom", "OPEN places CLOSE", R"(["city", "$2"])"},
    {"atom", "WHO? aux? NOT aux? OPEN condition CLOSE", R"(["not", ["group", "$6"]])"},
    {"atom", "WHO? aux? NOT OPEN places CLOSE", R"(["not", ["city", "$5"]])"},
    {"atom", "WHO statement", R"(["clause", "said", "$2"])"},
    {"atom", "statement", R"("$1")"},
    {"atom", "WHO? aux? NEITHER thing NOR thing",
     R"(["all", ["not", ["noun", "$4"]], ["not", ["noun", "$6"]]])"},
    {"atom", "WHO? aux? NEITHER clause NOR clause", R"(["all", ["not", "$4"], ["not", "$6"]])"},

    // Positive statements may be narrowed: "pending orders in Hyderabad".
    {"statement", "clause", R"(["clause", "bare", "$1"])"},
    {"statement", "aux clause", R"(["clause", "said", "$2"])"},
    {"statement", "aux thing", R"(["clause", "said", ["noun", "$2"]])"},
    {"statement", "aux thing narrowings",
     R"(["clause", "said", ["narrowed", ["noun", "$2"], "$3"]])"},
    {"statement", "aux REACHED AND REACHED",
     R"(["clause", "said", ["all", ["known", "$2"], ["known", "$4"]]])"},
    {"statement", "clause narrowings", R"(["clause", "bare", ["narrowed", "$1", "$2"]])"},
    {"statement", "aux clause narrowings", R"(["clause", "said", ["narrowed", "$2", "$3"]])"},
    {"statement", "aux? BOUGHT CITYIN places when",
     R"(["clause", "said", ["all", ["city", "$4"], ["bought", "$5"]]])"},
    {"statement", "denial", R"("$1")"},
    {"denial", "negator aux? clause", R"(["clause", "denied", ["not", "$3"]])"},
    {"denial", "negator aux? thing", R"(["clause", "denied", ["not", ["noun", "$3"]]])"},
    {"denial", "DO NOT base_deed", R"(["clause", "denied", ["not", ["verb", "$3"]]])"},
    {"denial", "DO NOT base_deed OR base_deed",
     R"(["clause", "denied", ["all", ["not", ["verb", "$3"]], ["not", ["verb", "$5"]]]])"},
    {"denial", "aux? YETTO base_deed", R"(["clause", "denied", ["not", ["verb", "$3"]]])"},
    {"denial", "negator aux? bought lapse", R"(["clause", "denied", ["quiet", "$4"]])"},
    {"denial", "DO NOT BUY SOMETHING? lapse", R"(["clause", "denied", ["quiet", "$5"]])"},
    {"denial", "negator aux? ACTIVE lapse", R"(["clause", "denied", ["quiet", "$4"]])"},
    {"denial", "aux? NO lacking", R"(["clause", "said", "$3"])"},
    {"denial", "aux? NO lacking narrowings", R"(["clause", "said", ["narrowed", "$3", "$4"]])"},
    {"denial", "aux? PLACED NO ORDERS lapse", R"(["clause", "said", ["quiet", "$5"]])"},
    {"denial", "aux? PLACED NO ORDERS", R"(["clause", "said", ["orders", ["bound", "=", "0"]]])"},
    {"denial", "aux? WITHOUT lacking", R"(["clause", "denied", "$3"])"},
    {"lacking", "thing", R"(["not", ["noun", "$1"]])"},
    {"lacking", "thing OR thing", R"(["all", ["not", ["noun", "$1"]], ["not", ["noun", "$3"]]])"},
    {"lacking", "noun", R"(["not", ["noun", "$1"]])"},
    {"lacking", "PLACED ORDERS", R"(["not", ["noun", ["orders", ["bound", ">=", "1"]]]])"},
    {"lacking", "ORDERS HISTORY", R"(["not", ["noun", ["orders", ["bound", ">=", "1"]]]])"},
    {"lacking", "ORDERS lapse", R"(["quiet", "$2"])"},
    {"narrowings", "narrowing", R"("$1")"},
    {"narrowings", "narrowing narrowings", R"(["all", "$1", "$2"])"},
    {"narrowing", "BE? CITYIN places", R"(["city", "$3"])"},
    {"narrowing", "CITYIN COLON places", R"(["city", "$3"])"},
    {"narrowing", "NEW recently", R"(["joined", "$2"])"},
    {"narrowing", "JOINED when", R"(["joined", "$2"])"},
    {"narrowing", "OUTSIDE places", R"(["not", ["city", "$2"]])"},
    {"narrowing", "WITH noun", R"(["with", "$2"])"},
    {"narrowing", "WITH thing", R"(["with", "$2"])"},
    {"narrowing", "WITH? NO lacking", R"(["with", "$3"])"},
    {"narrowing", "WITHOUT lacking", R"(["with", "$2"])"},
    {"narrowing", "BE? INACTIVE lapse", R"(["quiet", "$3"])"},
    {"narrowing", "BE? INACTIVE inactivity", R"(["quiet", "$3"])"},

    {"negator", "NOT", R"([])"},
    {"negator", "NEVER", R"([])"},
    {"negator", "HAVE NOT", R"([])"},
    {"negator", "HAVE NEVER", R"([])"},
    {"negator", "DO NOT", R"([])"},
    {"negator", "BE NOT", R"([])"},
    {"negator", "BE NEVER", R"([])"},
    {"aux", "HAVE", R"([])"},
    {"aux", "BE", R"([])"},
    {"aux", "HAVE BE", R"([])"},
    {"aux", "HAVE HAVE", R"([])"},
    {"aux", "DO", R"([])"},
    {"aux", "DO HAVE", R"([])"},
    {"aux", "WITH", R"([])"},

    // One order at some time, none lately.
    {"ordered_but_not", "WHO? aux? ordering AND not_since", R"(["all", "$3", ["quiet", "$5"]])"},
    {"ordered_but_not", "WHO? ever_ordered AND not_since",
     R"(["all", ["orders", ["bound", ">=", "1"]], ["quiet", "$4"]])"},
    {"ordered_but_not", "WHO? aux? ordering AND not_in date",
     R"(["all", "$3", ["not", ["verb", ["bought", ["period", "$6", "$6"]]]]])"},
    {"ordered_but_not", "WHO? aux? BOUGHT items AND NOT items", R"(["all", "$4", ["not", "$7"]])"},
    {"not_in", "NOT IN", R"([])"},
    {"not_in", "NONE IN", R"([])"},
    {"ever_ordered", "aux? bought", R"([])"},
    {"not_since", "NONE lapse", R"("$2")"},
    {"not_since", "NOT lapse", R"("$2")"},
    {"not_since", "BE? NOT lapse", R"("$3")"},
};

}  // namespace

std::span<const Production> StructureProductions() { return kStructure; }

const Grammar& SentenceGrammar() {
  static const Grammar kGrammar = [] {
    std::vector<Production> all;
    for (auto table : {StructureProductions(), ClauseProductions(), QuantityProductions()}) {
      all.insert(all.end(), table.begin(), table.end());
    }
    return Grammar(all);
  }();
  return kGrammar;
}

}  // namespace tidings::sentence
