// What the operator says about a CSV file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decimal.h"
#include "encoding.h"

namespace ingest_csv {

extern const char kOptionsSchema[];

// A line is refused for `reason` when every test that is set holds for its cell in `column`.
struct RejectRule {
  std::string reason, column;
  std::optional<std::string> starts_with, ends_with, contains, equals, not_equals;
  std::optional<std::vector<std::string>> one_of;
  std::optional<bool> empty;
  // Numbers; a cell that is none matches neither.
  std::optional<Units> less_than, at_most, more_than, at_least;
};

struct Options {
  std::string entity;  // "customer", "order", or "" = what the payload says
  char separator = 0;  // 0 = find out
  Encoding encoding = Encoding::kAuto;
  char point = '.';
  std::string date_format = "iso";
  int64_t utc_offset = 0;                                   // minutes; of times that name no zone
  std::map<std::string, std::vector<std::string>> columns;  // header -> fields
  std::string unmapped = "auto";
  std::map<std::string, std::string> defaults;  // field -> text
  std::string group_by;
  size_t hold = 16 << 20;  // bytes
  bool customers = false;
  bool reject_duplicates = false;
  std::vector<RejectRule> rejects;  // in order of precedence
};

// Throws OptionsError where a value fits the schema and still makes no sense.
struct OptionsError {
  std::string where, message;  // a JSON Pointer, a sentence
};
Options ParseOptions(std::string_view json);

}  // namespace ingest_csv
