#include "sentence/sentence.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/json_frontend.h"
#include "rule/logic.h"
#include "rule/rule.h"
#include "sentence/chart.h"
#include "sentence/grammar.h"
#include "sentence/meaning.h"
#include "sentence/typos.h"
#include "sentence/unplaced.h"
#include "sentence/vocabulary.h"
#include "sentence/words.h"

namespace tidings::sentence {
namespace {

constexpr size_t kMostBytes = 600;

Parsed Refuse(std::string code, std::string message, std::vector<Unplaced> words = {}) {
  return {std::nullopt, {std::move(code), std::move(message), std::move(words)}};
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
    return {std::nullopt,
            RefuseUnplaced(sentence_, words_, senses_, {chart.furthest(), chart.expected()})};
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
      auto same = [&](const Meaning& other) { return AreSame(other.rule, meaning.rule); };
      if (std::none_of(meanings.begin(), meanings.end(), same))
        meanings.push_back(std::move(meaning));
    }
    return meanings;
  }

  // Written the same way, or so once simplified: "neither ... nor" may be parsed in two ways.
  static bool AreSame(const Json& a, const Json& b) {
    if (a == b) return true;
    auto left = rule::ParseJsonRule(ToLine(a)), right = rule::ParseJsonRule(ToLine(b));
    return left && right && rule::Simplified(*left) == rule::Simplified(*right);
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
