// Builds a tree of nodes from the events of a YAML parser. Private to config/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/node.h"
#include "config/report.h"

namespace tidings::config {

// Call the methods in the order of the file. Each may throw Abandoned, having reported why: the
// only way to stop the parser that calls. An anchor of 0 is none.
class TreeBuilder {
 public:
  struct Abandoned {};

  TreeBuilder(const Catalog& catalog, Report& report) : catalog_(catalog), report_(report) {}

  void Document(Mark mark);
  void Null(Mark mark, size_t anchor);
  void Alias(Mark mark, size_t anchor);
  void Scalar(Mark mark, const std::string& tag, size_t anchor, const std::string& text);
  void Begin(Node::Kind kind, Mark mark, const std::string& tag, size_t anchor);
  void End();
  [[noreturn]] void Abandon(Mark mark, std::string message);

  // The document; none where the file holds nothing but comments.
  std::optional<Node> TakeRoot() { return std::move(root_); }

 private:
  // A list or map whose end has not come yet.
  struct Open {
    Node node;
    size_t anchor = 0;
    bool refused = false;              // for its tag
    bool refused_key = false;          // of a map: one of its keys
    std::optional<Node> key;           // of a map: read, and waiting for its value
    std::map<std::string, Mark> keys;  // of a map: all of them, and where they first stood
  };
  struct Anchored {
    Node node;
    size_t nodes = 0;  // in it, with itself
    size_t height = 0;
  };

  bool AtKey() const;
  void Place(Node node, size_t anchor);
  void PlaceInMap(Open& map, Node node);
  void CheckKey(Node& key);
  void Resolve(Node& node, const std::string& tag);
  void LookUp(Node& node);
  void Remember(const Node& node, size_t anchor);

  const Catalog& catalog_;
  Report& report_;
  std::vector<Open> open_;
  std::map<size_t, Anchored> anchors_;
  std::optional<Node> root_;
  size_t aliased_ = 0;     // nodes brought in by aliases
  size_t remembered_ = 0;  // nodes kept in anchors_
  int documents_ = 0;
};

}  // namespace tidings::config
