#include "sentence/sentence.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/rule.h"
#include "sentence/chart.h"
#include "sentence/grammar.h"
#include "sentence/meaning.h"
#include "sentence/refusals.h"
#include "sentence/vocabulary.h"
#include "sentence/words.h"

namespace tidings::sentence {
namespace {

constexpr size_t kMostBytes = 600;

Parsed Refuse(std::string code, std::string message, std::vector<Unplaced> words = {}) {
  return {std::nullopt, {std::move(code), std::move(message), std::move(words)}};
}

// Characters before a byte.
size_t Characters(std::string_view text, size_t bytes) {
  auto starts = [](char c) { return (c & 0xc0) != 0x80; };
  return static_cast<size_t>(std::count_if(text.begin(), text.begin() + bytes, starts));
}

class Parser {
 public:
  explicit Parser(std::string_view sentence) : sentence_(sentence) {}

  Parsed Parse() {
    words_ = CutIntoWords(sentence_);
    if (words_.empty()) return Refuse("refuse", "the sentence is empty; describe who is to belong");
    MendTypos();
    senses_ = FindSenses(words_);
    Chart chart(SentenceGrammar(), senses_);
    auto meanings = Meanings(chart.Parse("sentence"));
    if (chart.exhausted())
      return Refuse("too_long", "the sentence can be read in too many ways; make it shorter");
    if (meanings.size() == 1) return Accept(std::move(meanings.front()));
    if (meanings.size() > 1) return RefuseAmbiguous(meanings);
    if (!refused_.refused.empty()) return Refuse(refused_.refused, refused_.hint);
    return RefuseUnplaced(chart.furthest());
  }

 private:
  void MendTypos() {
    for (Word& word : words_) {
      if (word.kind != Word::Kind::kWord) continue;
      auto mended = MendTypo(word.text);
      if (!mended) continue;
      mended_.push_back(fmt::format("\"{}\" is read as \"{}\"", word.written, *mended));
      word.text = *mended;
    }
  }

  // Those that a rule can express, each once.
  std::vector<Meaning> Meanings(const std::vector<Json>& parsed) {
    std::vector<Meaning> meanings;
    for (const Json& one : parsed) {
      Meaning meaning = Understand(one);
      if (!meaning.refused.empty()) {
        if (refused_.refused.empty()) refused_ = std::move(meaning);
        continue;
      }
      auto same = [&](const Meaning& other) { return other.rule == meaning.rule; };
      if (std::none_of(meanings.begin(), meanings.end(), same))
        meanings.push_back(std::move(meaning));
    }
    return meanings;
  }

  // The rule engine has the last word: it knows the limits of a rule.
  Parsed Accept(Meaning meaning) const {
    auto rule = rule::Rule::FromJson(ToLine(meaning.rule));
    if (!rule) return Refuse("unsupported", rule.error().message);
    Reading reading{std::move(meaning.rule), rule->ToEnglish(), mended_};
    const auto& assumed = meaning.assumptions.all();
    reading.assumptions.insert(reading.assumptions.end(), assumed.begin(), assumed.end());
    return {std::move(reading), {}};
  }

  static Parsed RefuseAmbiguous(const std::vector<Meaning>& meanings) {
    return Refuse("ambiguous",
                  fmt::format("this may mean \"{}\" or \"{}\"; use parentheses, or say it in "
                              "another way",
                              InEnglish(meanings[0].rule), InEnglish(meanings[1].rule)));
  }

  static std::string InEnglish(const Json& rule) {
    auto read = rule::Rule::FromJson(ToLine(rule));
    return read ? read->ToEnglish() : ToLine(rule);
  }

  // The words that are known to be no part of a rule, and those that are not known at all; where
  // there are none, those that would need more beside them, or the one at which it broke off.
  Parsed RefuseUnplaced(size_t furthest) const {
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
    if (unplaced.empty()) unplaced.push_back(AtFurthest(furthest));
    return Refuse(CodeOf(unknown), Explain(unplaced), unplaced);
  }

  std::vector<Unplaced> Unknown(const std::vector<RefusedPhrase>& phrases) const {
    std::vector<Unplaced> unplaced;
    for (size_t i = 0; i < words_.size(); ++i) {
      auto phrase = std::find_if(phrases.begin(), phrases.end(),
                                 [&](const RefusedPhrase& p) { return p.word == i; });
      if (phrase != phrases.end())
        unplaced.push_back(At(i, phrase->words, std::string(phrase->hint)));
      else if (words_[i].kind == Word::Kind::kWord && !IsKnown(words_[i].text))
        unplaced.push_back(At(i, 1, ""));
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
    const Word& first = words_[word];
    const Word& last = words_[word + count - 1];
    size_t length = last.offset + last.length - first.offset;
    return {std::string(sentence_.substr(first.offset, length)),
            Characters(sentence_, first.offset), std::move(hint)};
  }

  Unplaced AtFurthest(size_t furthest) const {
    const char* kPossible =
        "what can be asked for: spend, visits, orders (number, last date, amount, state), city, "
        "joining date, tags, e-mail, phone";
    auto filler = [&](const Sense& sense) { return sense.kind == "FILLER"; };
    while (furthest + 1 < words_.size() &&
           std::any_of(senses_[furthest].begin(), senses_[furthest].end(), filler)) {
      ++furthest;
    }
    if (furthest < words_.size()) return At(furthest, 1, kPossible);
    return {"", Characters(sentence_, sentence_.size()), "the sentence breaks off here"};
  }

  static std::string Explain(const std::vector<Unplaced>& unplaced) {
    std::vector<std::string> parts;
    for (const Unplaced& word : unplaced) {
      auto place = fmt::format("\"{}\" at {}", word.text, word.offset);
      parts.push_back(word.hint.empty() ? place : place + " (" + word.hint + ")");
    }
    return "these words have no place in a rule: " + Join(parts, "; ");
  }

  std::string_view sentence_;
  std::vector<Word> words_;
  std::vector<std::vector<Sense>> senses_;
  std::vector<std::string> mended_;
  Meaning refused_;
};

}  // namespace

Parsed Parse(std::string_view sentence) {
  if (sentence.size() > kMostBytes)
    return Refuse("too_long", fmt::format("a sentence may have at most {} bytes", kMostBytes));
  if (!IsUtf8(sentence) || sentence.find('\0') != std::string_view::npos)
    return Refuse("refuse", "the sentence is not valid UTF-8 text");
  return Parser(sentence).Parse();
}

}  // namespace tidings::sentence
