#include "config/reader.h"

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::config {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool Holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void Mismatch(const Node& node, std::string_view expected, Report& report) {
  if (node.Is(Node::Kind::kUnknown)) return;
  report.Add(node.mark, fmt::format("expected {}, found {}", expected, Shown(node)));
}

const std::string* TextAt(const Node& node, std::string_view expected, Report& report) {
  if (node.origin == Node::Origin::kSecret && !node.Is(Node::Kind::kUnknown)) {
    report.Add(node.mark, "a secret can only be the value of an option");
    return nullptr;
  }
  if (node.Is(Node::Kind::kScalar) && !node.text.empty()) return &node.text;
  Mismatch(node, expected, report);
  return nullptr;
}

std::optional<int> CountAt(const Node& node, int least, int most, Report& report) {
  auto expected = fmt::format("a whole number from {} to {}", least, most);
  const std::string* text = TextAt(node, expected, report);
  if (!text) return std::nullopt;
  auto value = node.origin == Node::Origin::kQuoted ? std::nullopt : PlainValue(*text);
  bool whole = value && value->is_number_integer();
  if (whole && *value >= least && *value <= most) return value->get<int>();
  Mismatch(node, expected, report);
  return std::nullopt;
}

bool IsName(std::string_view text) {
  auto fits = [](char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !text.empty() && text.size() <= 63 && IsLetter(text[0]) &&
         std::all_of(text.begin(), text.end(), fits);
}

std::optional<std::string> NameAt(const Node& node, std::string_view of_what, Report& report) {
  auto expected = fmt::format("the name of {} (letters, digits, - and _; a letter first)", of_what);
  if (node.Hidden() && !node.Is(Node::Kind::kUnknown)) {
    report.Add(node.mark, fmt::format("the name of {} must stand in the file itself", of_what));
    return std::nullopt;
  }
  const std::string* text = TextAt(node, expected, report);
  if (text && IsName(*text)) return *text;
  if (text) Mismatch(node, expected, report);
  return std::nullopt;
}

MapReader::MapReader(const Node& node, std::string what, Report& report)
    : node_(node), what_(std::move(what)), report_(report) {
  if (!node_.Is(Node::Kind::kMap)) Mismatch(node_, "a mapping for " + what_, report_);
}

const Node::Entry* MapReader::Entry(const std::string& key) {
  known_.push_back(key);
  return node_.Find(key);
}

const Node* MapReader::Find(const std::string& key) {
  const auto* entry = Entry(key);
  return entry ? &entry->value : nullptr;
}

const Node* MapReader::Require(const std::string& key) {
  const Node* value = Find(key);
  if (!value) Missing(key, fmt::format("{} needs the key `{}`", what_, key));
  return value;
}

void MapReader::Missing(const std::string& key, std::string message) {
  if (node_.Is(Node::Kind::kMap)) faults_.Missing(key, node_.mark, std::move(message));
}

void MapReader::Ignore(const std::string& key) { ignored_.push_back(key); }

void MapReader::Finish() {
  for (const auto& [key, mark, value] : node_.entries) {
    if (Holds(known_, key) || Holds(ignored_, key)) continue;
    faults_.Unknown(key, mark, fmt::format("unknown key {} in {}", Quoted(key), what_), known_);
  }
  faults_.ReportTo(report_);
}

}  // namespace tidings::config
