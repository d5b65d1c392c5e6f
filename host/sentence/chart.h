// A chart parser: every way in which a context-free grammar covers a row of words.
//
// The grammar is a table of productions, each with the meaning it makes of its parts. All readings
// are kept, so that a sentence of two meanings is found out and nothing depends on the order of the
// table. No production may begin with the symbol it defines, directly or through others.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "sentence/words.h"

namespace tidings::sentence {

// head: a lower-case name. body: names between spaces; lower case = another production, upper case
// = a kind of word of the vocabulary, "?" behind it = may be missing. meaning: JSON in which "$1",
// "$2", ... stand for the meanings of the body's symbols (null where missing).
struct Production {
  const char* head;
  const char* body;
  const char* meaning;
};

// A meaning of one or more words: "more than" is a CMP with the meaning ">".
struct Sense {
  std::string kind;
  Json meaning;
  size_t words;  // how many it takes
};

// The productions prepared for parsing. Constant after construction; any thread.
class Grammar {
 public:
  explicit Grammar(std::span<const Production> productions);

  struct Symbol {
    int id;
    bool optional;
  };
  struct Rule {
    std::vector<Symbol> body;
    Json meaning;
  };

  int Id(std::string_view symbol) const;  // -1 where unknown
  size_t symbols() const { return names_.size(); }
  const std::vector<Rule>& RulesOf(int symbol) const { return rules_[symbol]; }
  const std::string& Name(int symbol) const { return names_[symbol]; }

 private:
  int Intern(std::string_view name);

  std::vector<std::string> names_;
  std::vector<std::vector<Rule>> rules_;
  std::unordered_map<std::string, int> ids_;
};

// The parsing of one sentence; used once, by one thread.
class Chart {
 public:
  // `senses[i]` are the meanings of words that begin with the i-th; words whose kind is "FILLER"
  // may be left out anywhere.
  Chart(const Grammar& grammar, std::vector<std::vector<Sense>> senses);

  // The meanings of `symbol` over all words, each once.
  std::vector<Json> Parse(std::string_view symbol);

  // How many words, from the first, some attempt could place.
  size_t furthest() const { return furthest_; }
  // The kinds of words that would have led further.
  std::set<std::string> expected() const;
  // Whether the work was given up because there were too many readings.
  bool exhausted() const { return steps_ > kMaxSteps; }

 private:
  struct Match {
    size_t end;
    Json meaning;
    bool operator==(const Match&) const = default;
  };
  using Matches = std::vector<Match>;
  static constexpr size_t kMaxSteps = 400'000;

  const Matches& MatchesAt(int symbol, size_t at);
  Matches Terminals(int symbol, size_t at);
  void AddSenses(Matches& matches, const std::string& kind, size_t at);
  void Extend(const Grammar::Rule& rule, size_t at, std::vector<Json>& parts, Matches& matches);
  static void AddOnce(Matches& matches, Match match);

  const Grammar& grammar_;
  std::vector<std::vector<Sense>> senses_;
  std::vector<std::unique_ptr<Matches>> known_;  // by symbol and place
  const Matches none_;
  std::vector<std::set<int>> missed_;  // by place: symbols that were looked for in vain
  size_t furthest_ = 0;
  size_t steps_ = 0;
};

}  // namespace tidings::sentence
