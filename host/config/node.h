// A YAML file as a tree of plain values, each with its place.
//
// Private to config/: the seam between the YAML library (parse.cpp) and everything that gives the
// tree a meaning. Aliases are expanded, keys are unique text, tags are resolved.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "config/config.h"

namespace tidings::config {

struct Node {
  enum class Kind {
    kNull,
    kScalar,
    kList,
    kMap,
    kUnknown,  // an error was reported already: fits everywhere, and says no more
  };
  // How a scalar was written. Only plain ones can be numbers, booleans or null.
  enum class Origin { kPlain, kQuoted, kEnvironment, kSecret };
  struct Entry;

  Kind kind = Kind::kNull;
  Origin origin = Origin::kPlain;
  Mark mark;
  std::string text;            // of a scalar; of an expanded one, its value
  std::string name;            // NAME of `!env NAME` and `!secret NAME`
  std::vector<Node> items;     // of a list
  std::vector<Entry> entries;  // of a map, in the order of the file

  bool Is(Kind k) const { return kind == k; }
  // Its value came from outside the file, so no message may show it.
  bool Hidden() const { return origin == Origin::kEnvironment || origin == Origin::kSecret; }
  const Entry* Find(std::string_view key) const;  // of a map; null where there is none
};

struct Node::Entry {
  std::string key;
  Mark mark;  // of the key
  Node value;
};

// What stands there, for "expected a list, found ...": "`abc`" (cut when long), "a mapping",
// "nothing", "the value of `!env NAME`".
std::string Shown(const Node& node);

// The value of a plain scalar by the core schema of YAML 1.2: null, true, 42, 0x2a, 0.5, else text.
// `yes`, `on` and dates are text. None where it is a number that would not survive: one with a
// leading zero, too large, infinite.
std::optional<Json> PlainValue(const std::string& text);

// The whole of `node` as JSON, without the help of a schema. Numbers that would not survive stay
// text, hidden values are text, and what is unknown is null.
Json ToJson(const Node& node);

}  // namespace tidings::config
