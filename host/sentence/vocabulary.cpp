#include "sentence/vocabulary.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "base/text.h"
#include "sentence/phrase_index.h"
#include "sentence/refusals.h"

namespace tidings::sentence {
namespace {

using Kind = Word::Kind;

constexpr const char* kOnes[] = {"one",     "two",       "three",    "four",     "five",
                                 "six",     "seven",     "eight",    "nine",     "ten",
                                 "eleven",  "twelve",    "thirteen", "fourteen", "fifteen",
                                 "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr const char* kTens[] = {"twenty", "thirty",  "forty",  "fifty",
                                 "sixty",  "seventy", "eighty", "ninety"};

// What a tag or a name without quotes never is: the words that hold a sentence together.
constexpr std::string_view kNoNames[] = {
    "PEOPLE", "EVERYONE", "ALL",   "WHO",    "HAVE",   "BE",     "DO",     "WITH",
    "NOT",    "NEVER",    "NO",    "NONE",   "NON",    "AND",    "OR",     "EITHER",
    "NOR",    "NEITHER",  "BOTH",  "EXCEPT", "CITYIN", "DURING", "FILLER", "WITHOUT",
    "LAST",   "MISSING",  "KNOWN", "EQUALS", "IN",     "RECENT"};

// The phrases and cities, as senses.
class Senses {
 public:
  static const Senses& Get() {
    static const Senses kSenses;
    return kSenses;
  }

  void Collect(std::span<const Word> words, std::vector<Sense>& senses) const {
    for (const PhraseIndex::Hit& hit : index_.Find(words)) {
      senses.push_back({senses_[hit.id].kind, senses_[hit.id].meaning, hit.words});
    }
  }

  bool Knows(std::string_view word) const { return known_.contains(std::string(word)); }
  const std::unordered_set<std::string>& known() const { return known_; }

 private:
  Senses() {
    for (const Phrase& phrase : Phrases()) {
      for (auto text : Split(phrase.phrases, '|')) Add(phrase.kind, phrase.meaning, text);
    }
    for (const char* city : Cities()) Add("PLACE", city, LowerAscii(city));
    AddNumbers();
    for (const std::string& word : RefusedWords()) known_.insert(word);
  }

  // "one" to "ninety nine".
  void AddNumbers() {
    for (int number = 1; number < 100; ++number) {
      std::string tens = number < 20 ? "" : kTens[number / 10 - 2];
      std::string ones = number < 20   ? kOnes[number - 1]
                         : number % 10 ? kOnes[number % 10 - 1]
                                       : "";
      Add("NUMBER", std::to_string(number),
          tens + (tens.empty() || ones.empty() ? "" : " ") + ones);
    }
  }

  void Add(const char* kind, std::string_view meaning, std::string_view phrase) {
    index_.Add(phrase, senses_.size());
    senses_.push_back({kind, std::string(meaning), 0});
    for (std::string_view word : Split(phrase, ' ')) known_.emplace(word);
  }

  PhraseIndex index_;
  std::vector<Sense> senses_;
  std::unordered_set<std::string> known_;
};

const char* KindName(const Word& word) {
  switch (word.kind) {
    case Kind::kNumber: return "NUMBER";
    case Kind::kDate: return word.text.empty() ? nullptr : "DATE";  // may be two dates
    case Kind::kQuoted: return "QUOTED";
    case Kind::kAttribute: return "ATTRIBUTE";
    case Kind::kWord: return IsKnown(word.text) ? nullptr : "WORD";
    case Kind::kSign: break;
  }
  return nullptr;
}

bool IsStructural(const Sense& sense) {
  return sense.words == 1 &&
         std::find(std::begin(kNoNames), std::end(kNoNames), sense.kind) != std::end(kNoNames);
}

// A single letter may be what a name begins with.
bool MayBeName(const Word& word, std::span<const Sense> senses) {
  if (word.kind != Word::Kind::kWord || word.text == "recently" || word.text == "lately")
    return false;
  return word.text.size() == 1 || std::none_of(senses.begin(), senses.end(), IsStructural);
}

// "festival-shopper" as one name: how many words it takes, and what stands there.
struct Compound {
  size_t words = 1;
  std::string written;
};
Compound CompoundAt(std::span<const Word> words) {
  Compound compound{1, words[0].written};
  while (compound.words < words.size() && words[compound.words - 1].glue != '\0') {
    const Word& next = words[compound.words++];
    compound.written += words[compound.words - 2].glue + next.written;
  }
  return compound;
}

// "attribute plan" is attributes.plan.
bool IsAttribute(std::span<const Word> words) {
  return words.size() > 1 && words[0].text == "attribute" && words[1].kind == Kind::kWord;
}

const std::string& MeaningOf(const Word& word) {
  return word.kind == Kind::kWord ? word.written : word.text;
}

}  // namespace

std::vector<std::vector<Sense>> FindSenses(std::span<const Word> words) {
  std::vector<std::vector<Sense>> senses(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    Senses::Get().Collect(words.subspan(i), senses[i]);
    const Word& word = words[i];
    if (const char* kind = KindName(word)) senses[i].push_back({kind, MeaningOf(word), 1});
    if (MayBeName(word, senses[i])) senses[i].push_back({"ANY", word.written, 1});
    Compound compound = CompoundAt(words.subspan(i));
    if (compound.words > 1) senses[i].push_back({"ANY", compound.written, compound.words});
    if (IsAttribute(words.subspan(i))) senses[i].push_back({"ATTRIBUTE", words[i + 1].text, 2});
  }
  return senses;
}

std::vector<std::string> Kinds() {
  std::set<std::string> kinds = {"PLACE", "NUMBER", "DATE", "QUOTED", "ATTRIBUTE", "WORD", "ANY"};
  for (const Phrase& phrase : Phrases()) kinds.insert(phrase.kind);
  return {kinds.begin(), kinds.end()};
}

bool IsKnown(std::string_view word) { return Senses::Get().Knows(word); }

const std::unordered_set<std::string>& KnownWords() { return Senses::Get().known(); }

}  // namespace tidings::sentence
