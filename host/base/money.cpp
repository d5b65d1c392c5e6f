#include "base/money.h"

#include <charconv>

#include <fmt/core.h>

namespace tidings {
namespace {

constexpr int kPlaces = 4;
constexpr int64_t kScale = 10000;
constexpr int64_t kLargest = 100'000'000'000'000 * kScale;

tl::unexpected<Error> NotMoney(std::string_view text, const char* why) {
  return Fail(Code::kInvalidArgument,
              fmt::format("'{}' is not an amount: {}", text.substr(0, 40), why));
}

// The digits of a decimal as one number, and where its point stood.
struct Digits {
  int64_t value = 0;
  int places = 0;
  bool any = false, overflow = false;
};

Digits ReadDigits(std::string_view mantissa, bool& clean) {
  Digits digits;
  bool point = false;
  for (char c : mantissa) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digits.any = true;
      digits.overflow |= digits.value > (INT64_MAX - 9) / 10;
      if (!digits.overflow) digits.value = digits.value * 10 + (c - '0');
      digits.places += point;
    } else {
      clean = false;
    }
  }
  return digits;
}

}  // namespace

std::string Money::ToString() const {
  auto magnitude = units < 0 ? 0 - static_cast<uint64_t>(units) : static_cast<uint64_t>(units);
  auto text =
      fmt::format("{}{}.{:04}", units < 0 ? "-" : "", magnitude / kScale, magnitude % kScale);
  for (int extra = 0; extra < 2 && text.back() == '0'; ++extra) text.pop_back();
  return text;
}

Result<Money> Money::Parse(std::string_view text) {
  std::string_view rest = text;
  bool negative = !rest.empty() && rest.front() == '-';
  if (negative || (!rest.empty() && rest.front() == '+')) rest.remove_prefix(1);
  int exponent = 0;
  if (auto e = rest.find_first_of("eE"); e != rest.npos) {
    auto digits = rest.substr(e + 1);
    if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
    auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (error != std::errc() || stop != digits.data() + digits.size() || abs(exponent) > 30) {
      return NotMoney(text, "write it as a decimal such as 12.50");
    }
    rest = rest.substr(0, e);
  }
  bool clean = true;
  Digits digits = ReadDigits(rest, clean);
  if (!clean || !digits.any) return NotMoney(text, "write it as a decimal such as 12.50");
  if (digits.overflow) return NotMoney(text, "it has too many digits");
  int shift = kPlaces + exponent - digits.places;
  for (; shift > 0 && digits.value != 0; --shift) {
    if (digits.value > kLargest / 10) return NotMoney(text, "it is too large");
    digits.value *= 10;
  }
  for (; shift < 0 && digits.value != 0; ++shift) {
    if (digits.value % 10) return NotMoney(text, "it has more than four decimal places");
    digits.value /= 10;
  }
  if (digits.value > kLargest) return NotMoney(text, "it is too large");
  return Money{negative ? -digits.value : digits.value};
}

}  // namespace tidings
