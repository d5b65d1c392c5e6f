#include "numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace summarize_llm {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads the number that begins at *at, and moves behind it.
WrittenNumber Read(std::string_view text, size_t* at) {
  std::string digits;
  size_t from = *at, places = 0;
  bool point = false;
  for (; *at < text.size(); ++*at) {
    char c = text[*at];
    bool digit_follows = *at + 1 < text.size() && IsDigit(text[*at + 1]);
    if (IsDigit(c)) {
      digits += c;
      places += point;
    } else if (c == '.' && !point && digit_follows) {
      point = true;
      digits += c;
    } else if (c != ',' || point || !digit_follows) {
      break;
    }
  }
  WrittenNumber number;
  number.value = std::strtod(digits.c_str(), nullptr);
  number.unit = std::pow(10, -static_cast<double>(places));
  double factor = 1;
  bool word_ends =
      *at + 1 >= text.size() || !std::isalpha(static_cast<unsigned char>(text[*at + 1]));
  if (*at < text.size() && word_ends) {
    if (text[*at] == 'k' || text[*at] == 'K') factor = 1e3;
    if (text[*at] == 'M') factor = 1e6;
  }
  *at += factor > 1;
  number.value *= factor;
  number.unit *= factor;
  number.text = std::string(text.substr(from, *at - from));
  return number;
}

// Whether `value`, to as many places as the number shows, is the number. A fraction like 0.9 does
// not round to 1: that would be no rounding, but another statement.
bool Rounds(double value, const WrittenNumber& number) {
  bool fraction = value > 0 && value < 1 && number.unit >= 1;
  double tolerance = (fraction ? 0 : number.unit * 0.5) + 1e-9 * std::max(1.0, number.value);
  return std::fabs(value - number.value) <= tolerance;
}

void Collect(const nlohmann::json& json, std::vector<double>* known) {
  if (json.is_number()) known->push_back(std::fabs(json.get<double>()));
  if (json.is_string()) {
    for (auto& number : NumbersIn(json.get_ref<const std::string&>())) {
      known->push_back(number.value);
    }
  }
  if (!json.is_structured()) return;
  for (auto& [key, value] : json.items()) {
    if (json.is_object()) Collect(nlohmann::json(key), known);
    Collect(value, known);
  }
}

}  // namespace

std::vector<WrittenNumber> NumbersIn(std::string_view text) {
  std::vector<WrittenNumber> numbers;
  for (size_t at = 0; at < text.size();) {
    if (IsDigit(text[at])) {
      numbers.push_back(Read(text, &at));
    } else {
      ++at;
    }
  }
  return numbers;
}

std::vector<double> NumbersOf(const nlohmann::json& facts) {
  std::vector<double> known;
  Collect(facts, &known);
  return known;
}

std::string InventedNumber(std::string_view text, const std::vector<double>& known) {
  for (auto& number : NumbersIn(text)) {
    bool found = std::any_of(known.begin(), known.end(),
                             [&](double value) { return Rounds(value, number); });
    if (!found) return number.text;
  }
  return "";
}

}  // namespace summarize_llm
