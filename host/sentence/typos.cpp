#include "sentence/typos.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "sentence/vocabulary.h"

namespace tidings::sentence {
namespace {

constexpr size_t kLongestTypo = 30;
constexpr std::string_view kVowels = "aeiouy";
constexpr std::string_view kKeys[] = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};
constexpr std::string_view kAlike[] = {"cs", "ck", "sz", "vw", "dt", "fv"};

bool IsVowel(char c) { return kVowels.find(c) != kVowels.npos; }

bool AreBothIn(std::string_view letters, char a, char b) {
  return letters.find(a) != letters.npos && letters.find(b) != letters.npos;
}

bool AreNeighbours(char a, char b) {
  return std::any_of(std::begin(kKeys), std::end(kKeys), [&](std::string_view row) {
    size_t at = row.find(a), other = row.find(b);
    return at != row.npos && other != row.npos && (at + 1 == other || other + 1 == at);
  });
}

// Whether one letter is easily written for the other.
bool IsSlip(char a, char b) {
  bool alike = std::any_of(std::begin(kAlike), std::end(kAlike),
                           [&](std::string_view pair) { return AreBothIn(pair, a, b); });
  return AreBothIn(kVowels, a, b) || AreNeighbours(a, b) || alike;
}

// How many slips lie between two words; a letter that is no slip counts as `other_letter`.
size_t Slips(std::string_view a, std::string_view b, size_t other_letter) {
  size_t table[kLongestTypo + 4][kLongestTypo + 4] = {};
  auto change = [&](size_t i, size_t j) -> size_t {
    if (a[i] == b[j]) return 0;
    return IsSlip(a[i], b[j]) ? 1 : other_letter;
  };
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      size_t& cell = table[i][j] = i + j;
      if (i == 0 || j == 0) continue;
      cell = std::min(
          {table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + change(i - 1, j - 1)});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cell = std::min(cell, table[i - 2][j - 2] + 1);
    }
  }
  return table[a.size()][b.size()];
}

bool HasVowel(std::string_view word) { return std::any_of(word.begin(), word.end(), IsVowel); }

// Of so short a word too many are a letter away.
bool MayMendShort(std::string_view word, std::string_view known) {
  if (word.size() > 4) return true;
  return known.size() == 4 ? std::is_permutation(word.begin(), word.end(), known.begin())
                           : known.size() == 5 && !HasVowel(word);
}

// The only longest of them: letters are left out more often than put in.
std::optional<std::string> Longest(std::vector<std::string>& words) {
  auto longer = [](const std::string& a, const std::string& b) { return a.size() > b.size(); };
  std::sort(words.begin(), words.end(), longer);
  bool unique = !words.empty() && (words.size() == 1 || words[0].size() > words[1].size());
  return unique ? std::optional(words[0]) : std::nullopt;
}

// The words that a rule may be made of.
const std::set<std::string>& Accepted() {
  static const std::set<std::string> kWords = [] {
    std::set<std::string> words;
    for (const Phrase& phrase : Phrases()) {
      std::string text = phrase.phrases;
      std::replace(text.begin(), text.end(), '|', ' ');
      for (std::string_view word : Split(text, ' ')) words.emplace(word);
    }
    for (const char* city : Cities()) words.insert(LowerAscii(city));
    return words;
  }();
  return kWords;
}

bool AreNear(std::string_view word, std::string_view known, size_t slips) {
  return known.size() >= 4 && known.size() < kLongestTypo && known[0] == word[0] &&
         known.size() + slips >= word.size() && word.size() + slips >= known.size();
}

}  // namespace

std::optional<std::string> MendTypo(std::string_view word) {
  if (word.size() < 4 || word.size() > kLongestTypo || IsKnown(word)) return std::nullopt;
  size_t best = word.size() < 9 ? 1 : 2;
  std::vector<std::string> nearest;
  for (const std::string& known : KnownWords()) {
    bool near = AreNear(word, known, best) && MayMendShort(word, known);
    size_t slips = near ? Slips(word, known, best + 1) : best + 1;
    if (slips > best) continue;
    if (slips < best) nearest.clear();
    best = slips;
    nearest.push_back(known);
  }
  return Longest(nearest);
}

std::vector<std::string> SimilarWords(std::string_view word) {
  constexpr size_t kMost = 2;
  if (word.size() < 4 || word.size() > kLongestTypo) return {};
  size_t limit = word.size() < 6 ? 1 : 2;
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& known : KnownWords()) {
    if (!AreNear(word, known, limit) || !Accepted().contains(known)) continue;
    size_t slips = Slips(word, known, 1);
    if (slips <= limit) found.emplace_back(slips, known);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> words;
  for (size_t i = 0; i < std::min(kMost, found.size()); ++i) words.push_back(found[i].second);
  return words;
}

}  // namespace tidings::sentence
