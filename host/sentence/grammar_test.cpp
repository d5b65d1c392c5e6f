// The tables fit together: what a production asks for, another one makes or the vocabulary has.
#include "sentence/grammar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/text.h"
#include "sentence/typos.h"
#include "sentence/vocabulary.h"

namespace tidings::sentence {
namespace {

std::vector<Production> All() {
  std::vector<Production> all;
  for (auto table :
       {StructureProductions(), ClauseProductions(), OrderProductions(), QuantityProductions()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

std::vector<std::string> Symbols(const Production& production) {
  std::vector<std::string> symbols;
  for (auto symbol : Split(production.body, ' ')) symbols.emplace_back(symbol);
  return symbols;
}

std::string Bare(std::string symbol) {
  if (symbol.ends_with('?')) symbol.pop_back();
  return symbol;
}

TEST(Grammar, HasASourceForEverySymbol) {
  std::set<std::string> made;
  for (const Production& production : All()) made.insert(production.head);
  auto kinds = Kinds();
  std::set<std::string> words(kinds.begin(), kinds.end());
  for (const Production& production : All()) {
    for (const std::string& symbol : Symbols(production)) {
      std::string name = Bare(symbol);
      bool terminal = std::isupper(static_cast<unsigned char>(name[0])) != 0;
      EXPECT_TRUE(terminal ? words.contains(name) : made.contains(name))
          << production.head << ": " << production.body << ": " << name;
    }
  }
}

TEST(Grammar, UsesEverySymbolAndKind) {
  std::set<std::string> used = {"sentence", "FILLER"};
  for (const Production& production : All()) {
    for (const std::string& symbol : Symbols(production)) used.insert(Bare(symbol));
  }
  for (const Production& production : All()) {
    EXPECT_TRUE(used.contains(production.head)) << production.head;
  }
  for (const std::string& kind : Kinds()) EXPECT_TRUE(used.contains(kind)) << kind;
}

// A symbol that can begin with itself would not be found at all.
TEST(Grammar, HasNoLeftRecursion) {
  std::map<std::string, std::set<std::string>> begins;
  for (const Production& production : All()) {
    for (const std::string& symbol : Symbols(production)) {
      begins[production.head].insert(Bare(symbol));
      if (!symbol.ends_with('?')) break;
    }
  }
  for (const auto& [head, first] : begins) {
    std::set<std::string> reached = first;
    for (size_t size = 0; size != reached.size();) {
      size = reached.size();
      for (const std::string& symbol : std::set<std::string>(reached)) {
        reached.insert(begins[symbol].begin(), begins[symbol].end());
      }
    }
    EXPECT_FALSE(reached.contains(head)) << head;
  }
}

TEST(Grammar, MakesMeaningsOfPartsThatExist) {
  for (const Production& production : All()) {
    std::string meaning = production.meaning;
    EXPECT_TRUE(Json::accept(meaning)) << production.body;
    for (size_t at = meaning.find('$'); at != meaning.npos; at = meaning.find('$', at + 1)) {
      if (!std::isdigit(static_cast<unsigned char>(meaning[at + 1]))) continue;
      size_t part = std::strtoul(meaning.c_str() + at + 1, nullptr, 10);
      EXPECT_TRUE(part >= 1 && part <= Symbols(production).size()) << production.body;
    }
  }
}

TEST(Vocabulary, MendsOneSlipOfAKnownWord) {
  const std::pair<const char*, const char*> kCases[] = {
      {"custmers", "customers"},  {"orderd", "ordered"},   {"vistied", "visited"},
      {"mumbay", "mumbai"},       {"inactve", "inactive"}, {"purchsed", "purchased"},
      {"hyderbad", "hyderabad"},  {"recntly", "recently"}, {"lakhhs", "lakhs"},
      {"custoners", "customers"}, {"dyas", "days"},        {"spnt", "spent"},
  };
  for (const auto& [typo, word] : kCases) EXPECT_EQ(MendTypo(typo), word) << typo;
}

TEST(Vocabulary, MendsNothingElse) {
  for (const char* word :
       {"age",     "ordered", "xrdered",     "banana",   "dys",     "gender",  "zzzzz",
        "opened",  "stolen",  "hundreds of", "atlantis", "shimoga", "stopped", "sending",
        "thirsty", "bolton",  "rajpur",      "pairs",    "parts",   "played"}) {
    EXPECT_EQ(MendTypo(word), std::nullopt) << word;
  }
}

TEST(Vocabulary, OffersWhatLooksAlike) {
  EXPECT_THAT(SimilarWords("totl"), testing::ElementsAre("total"));
  EXPECT_THAT(SimilarWords("bolton"), testing::ElementsAre("boston"));
  EXPECT_THAT(SimilarWords("xyzzyq"), testing::IsEmpty());
}

}  // namespace
}  // namespace tidings::sentence
