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
    for (const std::string& word : RefusedWords()) known_.insert(word);
  }

  void Add(const char* kind, const char* meaning, std::string_view phrase) {
    index_.Add(phrase, senses_.size());
    senses_.push_back({kind, meaning, 0});
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

const std::string& MeaningOf(const Word& word) {
  return word.kind == Kind::kWord ? word.written : word.text;
}

// The letters that have to change; a swap of neighbours counts once.
constexpr size_t kLongestTypo = 30;

size_t Slips(std::string_view a, std::string_view b) {
  size_t table[kLongestTypo + 4][kLongestTypo + 4] = {};
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      size_t change = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, change});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

// The only longest of them: letters are left out more often than put in.
std::optional<std::string> Longest(std::vector<std::string>& words) {
  auto longer = [](const std::string& a, const std::string& b) { return a.size() > b.size(); };
  std::sort(words.begin(), words.end(), longer);
  bool unique = !words.empty() && (words.size() == 1 || words[0].size() > words[1].size());
  return unique ? std::optional(words[0]) : std::nullopt;
}

}  // namespace

std::vector<std::vector<Sense>> FindSenses(std::span<const Word> words) {
  std::vector<std::vector<Sense>> senses(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    Senses::Get().Collect(words.subspan(i), senses[i]);
    const Word& word = words[i];
    if (const char* kind = KindName(word)) senses[i].push_back({kind, MeaningOf(word), 1});
    if (word.kind == Kind::kWord) senses[i].push_back({"ANY", word.written, 1});
  }
  return senses;
}

std::vector<std::string> Kinds() {
  std::set<std::string> kinds = {"PLACE", "NUMBER", "DATE", "QUOTED", "ATTRIBUTE", "WORD", "ANY"};
  for (const Phrase& phrase : Phrases()) kinds.insert(phrase.kind);
  return {kinds.begin(), kinds.end()};
}

bool IsKnown(std::string_view word) { return Senses::Get().Knows(word); }

std::optional<std::string> MendTypo(std::string_view word) {
  if (word.size() < 5 || word.size() > kLongestTypo || IsKnown(word)) return std::nullopt;
  size_t best = word.size() < 9 ? 1 : 2;
  std::vector<std::string> nearest;
  for (const std::string& known : Senses::Get().known()) {
    bool near = known.size() >= 4 && known[0] == word[0] && known.size() + best >= word.size() &&
                word.size() + best >= known.size();
    size_t slips = near ? Slips(word, known) : best + 1;
    if (slips > best) continue;
    if (slips < best) nearest.clear();
    best = slips;
    nearest.push_back(known);
  }
  return Longest(nearest);
}

}  // namespace tidings::sentence
