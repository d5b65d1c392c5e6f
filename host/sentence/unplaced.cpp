#include "sentence/unplaced.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.h"
#include "sentence/refusals.h"
#include "sentence/typos.h"
#include "sentence/vocabulary.h"

namespace tidings::sentence {
namespace {

constexpr const char* kPossible =
    "what can be asked for: spend, visits, orders (number, average, amount, state, time), city, "
    "joining date, tags, e-mail, phone";

// What to call the kinds of words that may be missing; the likeliest first.
struct Expectation {
  const char* kind;
  const char* name;
};
constexpr Expectation kExpectations[] = {
    {"SPENT", kPossible},      {"CITYIN", kPossible},
    {"PLACE", "a city"},       {"UNIT", "days, weeks, months or years"},
    {"NUMBER", "a number"},    {"MONTH", "a date"},
    {"CLOSE", "\")\""},        {"STATUS", "a state such as cancelled"},
    {"AGO", "\"ago\""},        {"TIMES", "\"times\""},
    {"ORDERS", "\"orders\""},  {"VISITS", "\"visits\""},
    {"SPENDING", "\"spend\""}, {"QUOTED", "a text between quotes"}};
constexpr size_t kMostExpectations = 4;

class Refuser {
 public:
  Refuser(std::string_view sentence, std::span<const Word> words,
          const std::vector<std::vector<Sense>>& senses)
      : sentence_(sentence), words_(words), senses_(senses) {}

  Refusal Refuse(const BreakOff& break_off) const {
    auto phrases = FindRefused(words_);
    auto begin_of_used =
        std::stable_partition(phrases.begin(), phrases.end(),
                              [&](const RefusedPhrase& p) { return LongestSense(p) < p.words; });
    std::vector<RefusedPhrase> unknown(phrases.begin(), begin_of_used);
    auto unplaced = Unknown(unknown);
    if (unplaced.empty()) {
      std::copy_if(begin_of_used, phrases.end(), std::back_inserter(unknown),
                   [&](const RefusedPhrase& p) { return LongestSense(p) == p.words; });
      unplaced = Unknown(unknown);
    }
    if (unplaced.empty()) return RefuseAt(break_off);
    return {CodeOf(unknown), Explain(unplaced), unplaced};
  }

 private:
  std::vector<Unplaced> Unknown(const std::vector<RefusedPhrase>& phrases) const {
    std::vector<Unplaced> unplaced;
    for (size_t i = 0; i < words_.size(); ++i) {
      auto phrase = std::find_if(phrases.begin(), phrases.end(),
                                 [&](const RefusedPhrase& p) { return p.word == i; });
      if (phrase != phrases.end())
        unplaced.push_back(At(i, phrase->words, std::string(phrase->hint)));
      else if (words_[i].kind == Word::Kind::kWord && !IsKnown(words_[i].text))
        unplaced.push_back(At(i, 1, Suggestion(i)));
    }
    return unplaced;
  }

  // How many words the longest meaning takes that the vocabulary has for words all of the phrase;
  // 0 where it has none.
  size_t LongestSense(const RefusedPhrase& phrase) const {
    size_t longest = 0;
    for (size_t at = 0; at <= phrase.word; ++at) {
      for (const Sense& sense : senses_[at]) {
        bool covers = at + sense.words >= phrase.word + phrase.words && sense.kind != "ANY";
        if (covers) longest = std::max(longest, sense.words);
      }
    }
    return longest;
  }

  // For a word that is not known at all.
  std::string Suggestion(size_t word) const {
    std::vector<std::string> similar;
    for (const std::string& known : SimilarWords(words_[word].text))
      similar.push_back('"' + known + '"');
    std::string city = MayBeCity(word) ? "a city that is not in the list goes between quotes" : "";
    if (similar.empty() || (!city.empty() && similar.size() > 1)) return city;
    std::string meant = "did you mean " + Join(similar, " or ") + "?";
    return city.empty() ? meant : meant + " " + city;
  }

  // Somewhere behind "in", and written as a name.
  bool MayBeCity(size_t word) const {
    bool capital = std::isupper(static_cast<unsigned char>(words_[word].written[0])) != 0;
    for (size_t i = capital || word == 0 ? 0 : word - 1; i < word; ++i) {
      for (const Sense& sense : senses_[i]) {
        if (sense.kind == "CITYIN" || sense.kind == "OUTSIDE") return true;
      }
    }
    return false;
  }

  // The reason of the first phrase; vague amounts and regions together have a name of their own.
  static std::string CodeOf(const std::vector<RefusedPhrase>& phrases) {
    if (phrases.empty()) return "refuse";
    auto has = [&](std::string_view code) {
      return std::any_of(phrases.begin(), phrases.end(),
                         [&](const RefusedPhrase& phrase) { return phrase.code == code; });
    };
    for (const char* first : {"not_a_segment", "needs_model", "unknown_field"}) {
      if (has(first)) return first;
    }
    if (has("vague_threshold") && has("vague_region")) return "vague_threshold_and_region";
    return std::string(phrases.front().code);
  }

  Unplaced At(size_t word, size_t count, std::string hint) const {
    return {std::string(Written(word, count)), CharactersBefore(words_[word].offset),
            std::move(hint)};
  }

  std::string_view Written(size_t word, size_t count) const {
    const Word& last = words_[word + count - 1];
    return sentence_.substr(words_[word].offset, last.offset + last.length - words_[word].offset);
  }

  size_t CharactersBefore(size_t bytes) const {
    auto starts = [](char c) { return (c & 0xc0) != 0x80; };
    return static_cast<size_t>(std::count_if(sentence_.begin(), sentence_.begin() + bytes, starts));
  }

  bool IsFiller(size_t word) const {
    return std::any_of(senses_[word].begin(), senses_[word].end(),
                       [](const Sense& sense) { return sense.kind == "FILLER"; });
  }

  Refusal RefuseAt(const BreakOff& break_off) const {
    size_t at = break_off.word;
    while (at + 1 < words_.size() && IsFiller(at)) ++at;
    std::string hint = Expected(break_off.expected);
    std::string before = at == 0 ? "" : std::string(Written(0, std::min(at, words_.size())));
    if (at < words_.size()) {
      auto word = At(at, 1, hint);
      auto place =
          at == 0 ? "the sentence cannot begin with \"{0}\"" : "\"{0}\" cannot follow \"{1}\"";
      return {
          "refuse", fmt::format(fmt::runtime(place), word.text, before) + Bracketed(hint), {word}};
    }
    Unplaced end{"", CharactersBefore(sentence_.size()), hint};
    return {"refuse",
            fmt::format("the sentence breaks off after \"{}\"", before) + Bracketed(hint),
            {end}};
  }

  static std::string Bracketed(const std::string& hint) {
    return hint.empty() ? "" : " (" + hint + ")";
  }

  static std::string Expected(const std::set<std::string>& kinds) {
    std::vector<std::string> names;
    for (const Expectation& expectation : kExpectations) {
      if (!kinds.contains(expectation.kind)) continue;
      if (expectation.name == kPossible) return kPossible;
      names.emplace_back(expectation.name);
    }
    if (names.empty() || names.size() > kMostExpectations) return "";
    return "what could stand there: " + Join(names, ", ");
  }

  // Words with the same hint stand together.
  static std::string Explain(const std::vector<Unplaced>& unplaced) {
    std::vector<std::pair<std::string, std::vector<std::string>>> by_hint;
    for (const Unplaced& word : unplaced) {
      auto same = [&](const auto& group) { return group.first == word.hint; };
      auto group = std::find_if(by_hint.begin(), by_hint.end(), same);
      if (group == by_hint.end()) group = by_hint.insert(group, {word.hint, {}});
      group->second.push_back(fmt::format("\"{}\" at {}", word.text, word.offset));
    }
    std::vector<std::string> parts;
    for (const auto& [hint, places] : by_hint)
      parts.push_back(Join(places, ", ") + Bracketed(hint));
    return "these words have no place in a rule: " + Join(parts, "; ");
  }

  std::string_view sentence_;
  std::span<const Word> words_;
  const std::vector<std::vector<Sense>>& senses_;
};

}  // namespace

Refusal RefuseUnplaced(std::string_view sentence, std::span<const Word> words,
                       const std::vector<std::vector<Sense>>& senses, const BreakOff& break_off) {
  return Refuser(sentence, words, senses).Refuse(break_off);
}

}  // namespace tidings::sentence
