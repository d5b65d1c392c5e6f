#include "sentence/phrase_index.h"

#include <algorithm>

#include "base/text.h"

namespace tidings::sentence {
namespace {

bool Same(const std::string& text, const Word& word) {
  return word.text == text && word.kind != Word::Kind::kQuoted;
}

}  // namespace

void PhraseIndex::Add(std::string_view phrase, size_t id) {
  Entry entry{id, {}};
  for (std::string_view word : Split(phrase, ' ')) entry.words.emplace_back(word);
  by_first_[entry.words.front()].push_back(std::move(entry));
}

std::vector<PhraseIndex::Hit> PhraseIndex::Find(std::span<const Word> words) const {
  std::vector<Hit> hits;
  auto found = by_first_.find(words.front().text);
  if (found == by_first_.end()) return hits;
  for (const Entry& entry : found->second) {
    bool here = entry.words.size() <= words.size() &&
                std::equal(entry.words.begin(), entry.words.end(), words.begin(), Same);
    if (here) hits.push_back({entry.id, entry.words.size()});
  }
  return hits;
}

}  // namespace tidings::sentence
