// Numbers and times of a parsed sentence, as constants of a rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace tidings::sentence {

// What a sentence is taken to mean where it leaves something open; each once, in its order.
class Assumptions {
 public:
  void Add(std::string text);
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

// A number as said: "₹5K". Held in millionths, exactly.
struct Amount {
  int64_t millionths = 0;
  bool scaled = false;  // by K, lakh, ...
  bool money = false;   // has a currency, or is scaled

  Json ToJson() const;
  bool IsWhole() const { return millionths % 1'000'000 == 0; }
};

// ["number", digits, scale, currency, currency], or the digits alone. None where it is too large or
// too finely divided.
std::optional<Amount> ReadAmount(const Json& number, Assumptions& assumptions);

// The two ends of "5-10k": a scale said once counts for both, if the numbers ascend so.
struct AmountRange {
  Amount low, high;
};
std::optional<AmountRange> ReadRange(const Json& low, const Json& high, Assumptions& assumptions);

// ["span", count, unit] as a constant: {"daysAgo": 180}. None where it is too long.
std::optional<Json> ReadSpan(const Json& span, Assumptions& assumptions);

// A day, month or year: its first and its last day in ISO 8601. None where there is no such date.
struct Days {
  std::string first, last;
};
std::optional<Days> ReadDate(const Json& date);

}  // namespace tidings::sentence
