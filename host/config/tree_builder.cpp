#include "config/tree_builder.h"

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::config {
namespace {

constexpr size_t kDeepest = 64;
constexpr size_t kMostAliased = 10'000;
constexpr size_t kMostRemembered = 100'000;  // anchors can stand inside anchors

// A part of the tree: how many nodes, and how many levels.
void Measure(const Node& node, size_t depth, size_t& nodes, size_t& height) {
  ++nodes;
  height = std::max(height, depth);
  for (const auto& item : node.items) Measure(item, depth + 1, nodes, height);
  for (const auto& entry : node.entries) Measure(entry.value, depth + 1, nodes, height);
}

bool IsName(std::string_view name, std::string_view marks) {
  auto fits = [&](char c) {
    char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || marks.find(c) != marks.npos;
  };
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), fits);
}

// Only what can be shown and handed to a plugin as JSON text.
bool IsText(std::string_view value) { return IsUtf8(value) && value.find('\0') == value.npos; }

bool IsStandardTag(const std::string& tag, Node::Kind kind) {
  return (tag == "tag:yaml.org,2002:map" && kind == Node::Kind::kMap) ||
         (tag == "tag:yaml.org,2002:seq" && kind == Node::Kind::kList);
}

// As people write it: "!!int" for "tag:yaml.org,2002:int".
std::string ShortTag(const std::string& tag) {
  constexpr std::string_view kStandard = "tag:yaml.org,2002:";
  return tag.starts_with(kStandard) ? "!!" + tag.substr(kStandard.size()) : tag;
}

}  // namespace

void TreeBuilder::Document(Mark mark) {
  if (++documents_ == 2) Abandon(mark, "a second document starts here; a file holds one");
}

void TreeBuilder::Null(Mark mark, size_t anchor) {
  Node node;
  node.mark = mark;
  Place(std::move(node), anchor);
}

void TreeBuilder::Alias(Mark mark, size_t anchor) {
  auto found = anchors_.find(anchor);
  if (found == anchors_.end()) Abandon(mark, "this alias stands inside what it refers to");
  aliased_ += found->second.nodes;
  if (aliased_ > kMostAliased) {
    Abandon(mark, fmt::format("aliases bring in more than {} values",
                              WithThousands(int64_t(kMostAliased))));
  }
  if (open_.size() + found->second.height > kDeepest) {
    Abandon(mark, fmt::format("this is nested deeper than {} levels", kDeepest));
  }
  Node copy = found->second.node;
  if (AtKey()) copy.mark = mark;
  Place(std::move(copy), 0);
}

void TreeBuilder::Scalar(Mark mark, const std::string& tag, size_t anchor,
                         const std::string& text) {
  Node node;
  node.kind = Node::Kind::kScalar;
  node.mark = mark;
  node.text = text;
  Resolve(node, tag);
  Place(std::move(node), anchor);
}

void TreeBuilder::Begin(Node::Kind kind, Mark mark, const std::string& tag, size_t anchor) {
  if (open_.size() >= kDeepest) {
    Abandon(mark, fmt::format("this is nested deeper than {} levels", kDeepest));
  }
  Open open;
  open.node.kind = kind;
  open.node.mark = mark;
  open.anchor = anchor;
  if (tag == "!env" || tag == "!secret") {
    open.refused = true;
    report_.Add(mark, fmt::format("`{}` takes a name, not {}", tag,
                                  kind == Node::Kind::kList ? "a list" : "a mapping"));
  } else if (tag != "?" && tag != "!" && !tag.empty() && !IsStandardTag(tag, kind)) {
    open.refused = true;
    report_.Add(
        mark, fmt::format("unknown tag {}; a list or a mapping takes none", Quoted(ShortTag(tag))));
  }
  open_.push_back(std::move(open));
}

void TreeBuilder::End() {
  Open done = std::move(open_.back());
  open_.pop_back();
  bool bare = done.refused_key && done.node.entries.empty();  // it is not empty in the file
  if (done.refused || bare) done.node.kind = Node::Kind::kUnknown;
  Place(std::move(done.node), done.anchor);
}

bool TreeBuilder::AtKey() const {
  return !open_.empty() && open_.back().node.Is(Node::Kind::kMap) && !open_.back().key;
}

void TreeBuilder::Place(Node node, size_t anchor) {
  if (anchor != 0) Remember(node, anchor);
  if (open_.empty()) {
    root_ = std::move(node);
  } else if (open_.back().node.Is(Node::Kind::kMap)) {
    PlaceInMap(open_.back(), std::move(node));
  } else {
    open_.back().node.items.push_back(std::move(node));
  }
}

void TreeBuilder::PlaceInMap(Open& map, Node node) {
  if (!map.key) {
    CheckKey(node);
    map.key = std::move(node);
    return;
  }
  Node key = std::move(*map.key);
  map.key.reset();
  if (key.Is(Node::Kind::kUnknown)) {
    map.refused_key = true;
    return;
  }
  auto [first, fresh] = map.keys.emplace(key.text, key.mark);
  if (!fresh) {
    report_.Add(key.mark, fmt::format("key {} stands twice; the first is on line {}",
                                      Quoted(key.text), first->second.line));
    return;
  }
  if (node.Is(Node::Kind::kNull)) node.mark = key.mark;  // there is nothing else to point at
  map.node.entries.push_back({key.text, key.mark, std::move(node)});
}

// A key that will not do is reported and becomes unknown.
void TreeBuilder::CheckKey(Node& key) {
  std::string why;
  if (!key.Is(Node::Kind::kScalar) && !key.Is(Node::Kind::kUnknown)) {
    why = "a key must be text, not " + Shown(key);
  } else if (key.Hidden()) {
    why = "a key must stand in the file itself; " + Shown(key) + " cannot be one";
  } else if (key.text == "<<" && key.origin == Node::Origin::kPlain) {
    why = "merge keys (`<<`) are not supported; write the keys out, or alias a whole value";
  }
  if (why.empty()) return;
  report_.Add(key.mark, std::move(why));
  key.kind = Node::Kind::kUnknown;
}

// "?" is what the parser calls plain, "!" quoted.
void TreeBuilder::Resolve(Node& node, const std::string& tag) {
  if (tag == "?") return;
  if (tag == "!" || tag == "tag:yaml.org,2002:str") {
    node.origin = Node::Origin::kQuoted;
  } else if (tag == "!env" || tag == "!secret") {
    node.origin = tag == "!env" ? Node::Origin::kEnvironment : Node::Origin::kSecret;
    LookUp(node);
  } else {
    report_.Add(node.mark, fmt::format("unknown tag {}{}", Quoted(ShortTag(tag)),
                                       DidYouMeanOrOneOf(tag, {"!env", "!secret"})));
    node.kind = Node::Kind::kUnknown;
  }
}

// Puts the value in the place of the name. The value never enters a message.
void TreeBuilder::LookUp(Node& node) {
  bool secret = node.origin == Node::Origin::kSecret;
  node.name = node.text;
  node.text.clear();
  const auto& look_up = secret ? catalog_.secret : catalog_.environment;
  std::string fault;
  std::optional<std::string> value;
  if (!IsName(node.name, secret ? "_-." : "_")) {
    fault = fmt::format("{} takes a name, such as {}", secret ? "`!secret`" : "`!env`",
                        secret ? "`!secret smtp_password`" : "`!env SMTP_HOST`");
  } else if (!look_up || !(value = look_up(node.name))) {
    fault = fmt::format("{} {} is not set", secret ? "the secret" : "the environment variable",
                        Quoted(node.name));
  } else if (!IsText(*value)) {
    fault = Shown(node) + " is not UTF-8 text";
  }
  if (fault.empty()) {
    node.text = std::move(*value);
  } else {
    report_.Add(node.mark, std::move(fault));
    node.kind = Node::Kind::kUnknown;
  }
}

void TreeBuilder::Remember(const Node& node, size_t anchor) {
  Anchored anchored;
  Measure(node, 0, anchored.nodes, anchored.height);
  remembered_ += anchored.nodes;
  if (remembered_ > kMostRemembered) {
    Abandon(node.mark, fmt::format("anchors hold more than {} values",
                                   WithThousands(int64_t(kMostRemembered))));
  }
  anchored.node = node;
  anchors_.insert_or_assign(anchor, std::move(anchored));
}

void TreeBuilder::Abandon(Mark mark, std::string message) {
  report_.Add(mark, std::move(message));
  throw Abandoned{};
}

}  // namespace tidings::config
