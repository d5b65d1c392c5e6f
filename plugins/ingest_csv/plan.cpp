#include "plan.h"

#include <algorithm>

#include "dates.h"
#include "tidings/text.hpp"

namespace ingest_csv {
namespace {

bool AppendValue(const Field& field, std::string_view text, const Options& options,
                 std::string& json) {
  if (field.type == Type::kText) {
    tidings::sdk::AppendJson(json, text);
    return true;
  }
  if (field.type == Type::kNumber) {
    auto units = ParseDecimal(text, options.point);
    if (units) AppendDecimal(json, *units);
    return units.has_value();
  }
  auto time = ParseDate(text, options.date_format, options.utc_offset);
  if (!time) return false;
  json += '"';
  tidings::sdk::AppendTime(json, *time);
  json += '"';
  return true;
}

std::string WhyNot(const Field& field, const Options& options) {
  if (field.type == Type::kNumber) {
    return "malformed: no number with at most four decimal places and 14 digits before them";
  }
  return "malformed: no date of the form " +
         (options.date_format == "iso" ? "2026-12-31T23:59:59" : options.date_format);
}

void AppendKey(std::string& json, std::string_view name) {
  if (!json.empty() && json.back() != '{') json += ',';
  tidings::sdk::AppendJson(json, name);
  json += ':';
}

}  // namespace

std::string Fold(std::string_view name) {
  std::string folded;
  for (char c : name) {
    if (c == ' ' || c == '_' || c == '-') continue;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return folded;
}

std::string_view Field::TextIn(const Cells& cells) const {
  std::string_view text = column < 0 ? std::string_view() : cells[static_cast<size_t>(column)];
  return text.empty() ? std::string_view(fallback) : text;
}

bool ObjectPlan::Add(Field field) {
  size_t dot = field.path.find('.');
  if (dot != std::string::npos) {
    std::string outer = field.path.substr(0, dot);
    field.path.erase(0, dot + 1);
    auto same = [&](auto& pair) { return pair.first == outer; };
    auto found = std::find_if(nested_.begin(), nested_.end(), same);
    if (found == nested_.end()) found = nested_.insert(nested_.end(), {outer, ObjectPlan()});
    return found->second.Add(std::move(field));
  }
  auto same = [&](const Field& other) { return other.path == field.path; };
  if (std::any_of(fields_.begin(), fields_.end(), same)) return false;
  fields_.push_back(std::move(field));
  return true;
}

const Field* ObjectPlan::Find(std::initializer_list<std::string_view> names) const {
  for (auto name : names) {
    for (auto& field : fields_) {
      if (Fold(field.path) == name) return &field;
    }
  }
  return nullptr;
}

bool ObjectPlan::Append(const Cells& cells, const Options& options, std::string& json,
                        Problem* problem) const {
  for (auto& field : fields_) {
    std::string_view text = field.TextIn(cells);
    if (text.empty()) continue;
    AppendKey(json, field.path);
    if (AppendValue(field, text, options, json)) continue;
    *problem = {field.header, std::string(text), WhyNot(field, options)};
    return false;
  }
  for (auto& [name, plan] : nested_) {
    size_t before = json.size();
    AppendKey(json, name);
    size_t open = json.size();
    json += '{';
    if (!plan.Append(cells, options, json, problem)) return false;
    if (json.size() == open + 1) {
      json.resize(before);
    } else {
      json += '}';
    }
  }
  return true;
}

}  // namespace ingest_csv
