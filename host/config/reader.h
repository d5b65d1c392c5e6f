// Typed reading of a tree: what is missing, wrong or unknown goes into the report. Private to
// config/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/node.h"
#include "config/report.h"

namespace tidings::config {

// Adds "expected `expected`, found ..." at `node`, unless an error was reported there already.
void Mismatch(const Node& node, std::string_view expected, Report& report);

// The text of a scalar that may stand outside of options: not empty, no secret. Null otherwise,
// reported.
const std::string* TextAt(const Node& node, std::string_view expected, Report& report);

// Reads `node` by `parse`, one of values.h; `expected` is what a person should have written.
template <class T>
std::optional<T> ValueAt(const Node& node, std::optional<T> (*parse)(std::string_view),
                         std::string_view expected, Report& report) {
  const std::string* text = TextAt(node, expected, report);
  if (!text) return std::nullopt;
  auto value = parse(*text);
  if (!value) Mismatch(node, expected, report);
  return value;
}

// A whole number from `least` to `most`.
std::optional<int> CountAt(const Node& node, int least, int most, Report& report);

// A name of pipelines, stages and vendors: letters, digits, `-` and `_`, at most 63, a letter
// first.
std::optional<std::string> NameAt(const Node& node, std::string_view of_what, Report& report);
bool IsName(std::string_view text);

// One mapping. Ask for every key that is known, then call Finish(): a key that was not asked for is
// an error. Does not own the node; a node that is no mapping is reported once and reads as empty.
class MapReader {
 public:
  // `what` names it in errors, with an article: "a stage".
  MapReader(const Node& node, std::string what, Report& report);

  const Node::Entry* Entry(const std::string& key);
  const Node* Find(const std::string& key);                   // null where it is missing
  const Node* Require(const std::string& key);                // the same, and missing is an error
  void Missing(const std::string& key, std::string message);  // what Require() does, in your words
  void Ignore(const std::string& key);                        // it is reported elsewhere
  void Finish();

  const Node& node() const { return node_; }

 private:
  const Node& node_;
  std::string what_;
  Report& report_;
  KeyFaults faults_;
  std::vector<std::string> known_;    // what was asked for, in that order
  std::vector<std::string> ignored_;  // neither unknown nor worth suggesting
};

}  // namespace tidings::config
