#include "sentence/chart.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/text.h"

namespace tidings::sentence {
namespace {

// "$2" -> the second part; lists are filled in member by member.
Json Fill(const Json& meaning, const std::vector<Json>& parts) {
  if (meaning.is_array()) {
    Json filled = Json::array();
    for (const Json& member : meaning) filled.push_back(Fill(member, parts));
    return filled;
  }
  if (!meaning.is_string()) return meaning;
  const auto& text = meaning.get_ref<const std::string&>();
  if (text.size() < 2 || text[0] != '$' || !std::isdigit(static_cast<unsigned char>(text[1])))
    return meaning;
  return parts.at(std::strtoul(text.c_str() + 1, nullptr, 10) - 1);
}

}  // namespace

Grammar::Grammar(std::span<const Production> productions) {
  for (const Production& production : productions) {
    Rule rule{{}, Json::parse(production.meaning)};
    for (std::string_view name : Split(production.body, ' ')) {
      bool optional = name.ends_with('?');
      if (optional) name.remove_suffix(1);
      rule.body.push_back({Intern(name), optional});
    }
    rules_[Intern(production.head)].push_back(std::move(rule));
  }
}

int Grammar::Intern(std::string_view name) {
  auto [entry, added] = ids_.try_emplace(std::string(name), static_cast<int>(names_.size()));
  if (added) {
    names_.emplace_back(name);
    rules_.emplace_back();
  }
  return entry->second;
}

int Grammar::Id(std::string_view symbol) const {
  auto found = ids_.find(std::string(symbol));
  return found == ids_.end() ? -1 : found->second;
}

Chart::Chart(const Grammar& grammar, std::vector<std::vector<Sense>> senses)
    : grammar_(grammar), senses_(std::move(senses)) {
  known_.resize(grammar_.symbols() * (senses_.size() + 1));
  missed_.resize(senses_.size() + 1);
}

std::vector<Json> Chart::Parse(std::string_view symbol) {
  std::vector<Json> meanings;
  for (const Match& match : MatchesAt(grammar_.Id(symbol), 0)) {
    size_t end = match.end;
    auto filler = [&] {
      for (const Sense& sense : senses_[end]) {
        if (sense.kind == "FILLER") return sense.words;
      }
      return size_t{0};
    };
    while (end < senses_.size() && filler() > 0) end += filler();
    furthest_ = std::max(furthest_, end);
    bool fresh = std::find(meanings.begin(), meanings.end(), match.meaning) == meanings.end();
    if (end == senses_.size() && fresh) meanings.push_back(match.meaning);
  }
  return meanings;
}

const Chart::Matches& Chart::MatchesAt(int symbol, size_t at) {
  auto& known = known_[static_cast<size_t>(symbol) * (senses_.size() + 1) + at];
  if (known) return *known;
  known = std::make_unique<Matches>();  // what is asked for meanwhile would be without end
  Matches matches;
  if (grammar_.RulesOf(symbol).empty()) matches = Terminals(symbol, at);
  for (const Grammar::Rule& rule : grammar_.RulesOf(symbol)) {
    std::vector<Json> parts;
    Extend(rule, at, parts, matches);
  }
  *known = std::move(matches);
  return *known;
}

Chart::Matches Chart::Terminals(int symbol, size_t at) {
  Matches matches;
  AddSenses(matches, grammar_.Name(symbol), at);
  for (const Match& match : matches) furthest_ = std::max(furthest_, match.end);
  if (matches.empty()) missed_[at].insert(symbol);
  return matches;
}

std::set<std::string> Chart::expected() const {
  std::set<std::string> kinds;
  for (int symbol : missed_[furthest_]) kinds.insert(grammar_.Name(symbol));
  return kinds;
}

void Chart::AddSenses(Matches& matches, const std::string& kind, size_t at) {
  if (at >= senses_.size()) return;
  for (const Sense& sense : senses_[at]) {
    if (sense.kind == kind) AddOnce(matches, {at + sense.words, sense.meaning});
    if (sense.kind == "FILLER") AddSenses(matches, kind, at + sense.words);
  }
}

void Chart::Extend(const Grammar::Rule& rule, size_t at, std::vector<Json>& parts,
                   Matches& matches) {
  if (++steps_ > kMaxSteps) return;
  if (parts.size() == rule.body.size()) return AddOnce(matches, {at, Fill(rule.meaning, parts)});
  Grammar::Symbol symbol = rule.body[parts.size()];
  if (symbol.optional) {
    parts.emplace_back();
    Extend(rule, at, parts, matches);
    parts.pop_back();
  }
  for (const Match& match : MatchesAt(symbol.id, at)) {
    parts.push_back(match.meaning);
    Extend(rule, match.end, parts, matches);
    parts.pop_back();
  }
}

void Chart::AddOnce(Matches& matches, Match match) {
  if (std::find(matches.begin(), matches.end(), match) == matches.end()) {
    matches.push_back(std::move(match));
  }
}

}  // namespace tidings::sentence
