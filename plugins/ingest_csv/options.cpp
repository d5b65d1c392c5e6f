#include "options.h"

#include <nlohmann/json.hpp>

#include "dates.h"
#include "tidings/text.hpp"

namespace ingest_csv {
namespace {

using Json = nlohmann::json;

char SeparatorOf(const std::string& name) {
  if (name == "auto") return 0;
  if (name == "tab" || name == "\\t") return '\t';
  bool fits = name.size() == 1 && name != "\"" && name != "\n" && name != "\r";
  if (!fits) throw OptionsError{"/separator", "must be one character, `tab` or `auto`"};
  return name[0];
}

Encoding EncodingOf(const std::string& name) {
  if (name == "utf-8") return Encoding::kUtf8;
  if (name == "windows-1252") return Encoding::kWindows1252;
  return name == "utf-16" ? Encoding::kUtf16 : Encoding::kAuto;
}

int64_t OffsetOf(std::string_view text) {
  auto minutes = tidings::sdk::TakeZone(text);
  if (!minutes) throw OptionsError{"/utc_offset", "must be like +05:30"};
  return *minutes;
}

// A number of the options, exactly: JSON's own text, never a double.
std::optional<Units> NumberOf(const Json& rule, const char* key, const std::string& where) {
  if (!rule.contains(key)) return std::nullopt;
  auto units = ParseDecimal(rule.at(key).dump(), '.');
  if (!units) throw OptionsError{where + "/" + key, "must have at most four decimal places"};
  return units;
}

template <class T>
std::optional<T> ValueOf(const Json& rule, const char* key) {
  if (!rule.contains(key)) return std::nullopt;
  return rule.at(key).get<T>();
}

RejectRule RuleOf(const Json& json, const std::string& where) {
  RejectRule rule;
  rule.reason = json.at("reason");
  rule.column = json.at("column");
  rule.starts_with = ValueOf<std::string>(json, "starts_with");
  rule.ends_with = ValueOf<std::string>(json, "ends_with");
  rule.contains = ValueOf<std::string>(json, "contains");
  rule.equals = ValueOf<std::string>(json, "equals");
  rule.not_equals = ValueOf<std::string>(json, "not_equals");
  rule.one_of = ValueOf<std::vector<std::string>>(json, "one_of");
  rule.empty = ValueOf<bool>(json, "empty");
  rule.less_than = NumberOf(json, "less_than", where);
  rule.at_most = NumberOf(json, "at_most", where);
  rule.more_than = NumberOf(json, "more_than", where);
  rule.at_least = NumberOf(json, "at_least", where);
  if (json.size() <= 2) {
    throw OptionsError{where,
                       "tests nothing; add one of starts_with, ends_with, contains, equals, "
                       "not_equals, one_of, empty, less_than, at_most, more_than, at_least"};
  }
  return rule;
}

std::map<std::string, std::vector<std::string>> ColumnsOf(const Json& json) {
  std::map<std::string, std::vector<std::string>> columns;
  for (auto& [header, fields] : json.items()) {
    if (fields.is_string()) {
      columns[header] = {fields.get<std::string>()};
    } else {
      columns[header] = fields.get<std::vector<std::string>>();
    }
  }
  return columns;
}

Options FromJson(const Json& json) {
  Options options;
  options.entity = json.value("entity", "");
  options.separator = SeparatorOf(json.value("separator", "auto"));
  options.encoding = EncodingOf(json.value("encoding", "auto"));
  options.point = json.value("decimal", ".") == "," ? ',' : '.';
  options.date_format = json.value("date_format", "iso");
  options.utc_offset = OffsetOf(json.value("utc_offset", "+00:00"));
  options.columns = ColumnsOf(json.value("columns", Json::object()));
  options.unmapped = json.value("unmapped", "auto");
  options.defaults = json.value("defaults", std::map<std::string, std::string>());
  options.group_by = json.value("group_by", "");
  options.hold = json.value("hold_mib", size_t{16}) << 20;
  options.customers = json.value("customers", false);
  options.reject_duplicates = json.value("duplicates", "keep") == "reject";
  auto rejects = json.value("rejects", Json::array());
  for (size_t i = 0; i < rejects.size(); ++i) {
    options.rejects.push_back(RuleOf(rejects[i], "/rejects/" + std::to_string(i)));
  }
  return options;
}

}  // namespace

Options ParseOptions(std::string_view text) {
  Options options;
  try {
    options = FromJson(Json::parse(text.empty() ? "{}" : text));
  } catch (const Json::exception& problem) {
    throw OptionsError{"", std::string("the options do not fit their schema: ") + problem.what()};
  }
  if (auto why = CheckDateFormat(options.date_format); !why.empty()) {
    throw OptionsError{"/date_format", why};
  }
  if (!options.group_by.empty() && options.entity == "customer") {
    throw OptionsError{"/group_by", "makes orders of lines; the entity is customer"};
  }
  return options;
}

}  // namespace ingest_csv
