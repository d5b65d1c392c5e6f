// Whether a text keeps to the numbers it was given.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace summarize_llm {

// A number as it is written: "1,806" is 1806 to the nearest 1, "90.3" to the nearest 0.1, "1.8K"
// to the nearest 100.
struct WrittenNumber {
  std::string text;
  double value = 0, unit = 1;
};

// Every number in the text, in order. Digits within a word ("A4", "x86") are numbers too.
std::vector<WrittenNumber> NumbersIn(std::string_view text);

// Every number that facts hold: values, and those within their texts and member names.
std::vector<double> NumbersOf(const nlohmann::json& facts);

// The first number of `text` that is none of `known`, rounded to as many places as it shows; ""
// when there is none such.
std::string InventedNumber(std::string_view text, const std::vector<double>& known);

}  // namespace summarize_llm
