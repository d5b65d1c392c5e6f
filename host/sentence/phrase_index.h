// Phrases of one or more words, found where they stand.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sentence/words.h"

namespace tidings::sentence {

class PhraseIndex {
 public:
  // Words in lower case with one space between. `id` is the caller's.
  void Add(std::string_view phrase, size_t id);

  struct Hit {
    size_t id;
    size_t words;  // how many the phrase has
  };
  // The phrases that begin with the first of the words. Quoted texts are part of none.
  std::vector<Hit> Find(std::span<const Word> words) const;

 private:
  struct Entry {
    size_t id;
    std::vector<std::string> words;
  };
  std::unordered_map<std::string, std::vector<Entry>> by_first_;
};

}  // namespace tidings::sentence
