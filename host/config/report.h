// The list of errors of one file while it is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace tidings::config {

// `text` between backticks, on one line, cut after 60 characters.
std::string Quoted(std::string_view text);

// "`a`, `b` or `c`"; "" for none.
std::string OneOf(const std::vector<std::string>& names);

// "; did you mean `retry`?" where one is near, else "; expected `a`, `b` or `c`".
std::string DidYouMeanOrOneOf(std::string_view name, const std::vector<std::string>& names);

// The keys of one mapping that are missing, and those that should not be there: a key that was
// meant for a missing one is one error, not two.
class KeyFaults {
 public:
  void Missing(std::string key, Mark mark, std::string message) {
    missing_.push_back({std::move(key), {mark, std::move(message)}});
  }
  // `message` gets a suggestion out of `known` at its end.
  void Unknown(const std::string& key, Mark mark, const std::string& message,
               const std::vector<std::string>& known);
  void ReportTo(class Report& report);

 private:
  std::vector<std::pair<std::string, Diagnostic>> missing_;
  std::vector<Diagnostic> unknown_;
  std::vector<std::string> meant_;
};

// Collects errors in any order. Not thread-safe; lives for one load.
class Report {
 public:
  void Add(Mark mark, std::string message) { found_.push_back({mark, std::move(message)}); }
  bool Empty() const { return found_.empty(); }

  // In the order of the file, each once (a block that is used twice by an alias is wrong once), and
  // at most 100, with a last one that says how many more there are.
  std::vector<Diagnostic> Take();

 private:
  std::vector<Diagnostic> found_;
};

}  // namespace tidings::config
