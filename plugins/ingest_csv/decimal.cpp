#include "decimal.h"

#include <charconv>

namespace ingest_csv {
namespace {

constexpr size_t kWholeDigits = 14;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Takes a currency away from either end: a sign, or three capital letters.
std::string_view WithoutCurrency(std::string_view text) {
  constexpr std::string_view kSigns[] = {"$", "€", "£", "₹", "¥"};
  for (auto sign : kSigns) {
    if (text.substr(0, sign.size()) == sign) return Trim(text.substr(sign.size()));
    if (text.size() > sign.size() && text.substr(text.size() - sign.size()) == sign) {
      return Trim(text.substr(0, text.size() - sign.size()));
    }
  }
  auto capitals = [](std::string_view three) {
    return three.size() == 3 &&
           three.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
  };
  if (text.size() > 3 && capitals(text.substr(0, 3))) return Trim(text.substr(3));
  if (text.size() > 3 && capitals(text.substr(text.size() - 3))) {
    return Trim(text.substr(0, text.size() - 3));
  }
  return text;
}

// Takes sign and currency in whatever order they come. True where the number is negative.
bool TakeSign(std::string_view& text) {
  bool negative = false;
  text = WithoutCurrency(Trim(text));
  if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    text = WithoutCurrency(text.substr(1, text.size() - 2));
    return true;
  }
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text = WithoutCurrency(Trim(text.substr(1)));
  }
  return negative;
}

// Digits before the point, with groups of two or three and the last of three. Leading zeros go.
bool TakeWhole(std::string_view& text, char point, std::string& digits) {
  size_t in_group = 0, groups = 0;
  char used = 0;
  while (!text.empty() && text.front() != point && text.front() != 'e' && text.front() != 'E') {
    char c = text.front();
    if (IsDigit(c)) {
      ++in_group;
      if (c != '0' || !digits.empty()) digits += c;
    } else {
      bool grouping = c == (point == '.' ? ',' : '.') || c == ' ' || c == '\'';
      bool fits = in_group >= 1 && in_group <= 3 && (groups == 0 || in_group >= 2);
      if (!grouping || !fits || (used != 0 && c != used)) return false;
      used = c;
      in_group = 0;
      ++groups;
    }
    text.remove_prefix(1);
  }
  return groups == 0 || in_group == 3;
}

bool TakePlaces(std::string_view& text, std::string& places) {
  while (!text.empty() && IsDigit(text.front())) {
    places += text.front();
    text.remove_prefix(1);
  }
  return true;
}

bool TakeExponent(std::string_view text, int& exponent) {
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.size() > 1 && text.front() == '+') text.remove_prefix(1);
  auto read = std::from_chars(text.data(), text.data() + text.size(), exponent);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && exponent >= -30 &&
         exponent <= 30;
}

// digits * 10^-scale in ten-thousandths.
std::optional<Units> ToUnits(std::string digits, int scale) {
  for (; scale > 4; --scale) {
    if (!digits.empty() && digits.back() != '0') return std::nullopt;
    if (!digits.empty()) digits.pop_back();
  }
  size_t lead = digits.find_first_not_of('0');
  if (lead == std::string::npos) return 0;
  digits.erase(0, lead);
  digits.append(static_cast<size_t>(4 - scale), '0');
  if (digits.size() > kWholeDigits + 4) return std::nullopt;
  Units units = 0;
  for (char c : digits) units = units * 10 + (c - '0');
  return units;
}

// The plain form that nearly every cell has: digits, perhaps a point and up to four more.
std::optional<Units> ParsePlain(std::string_view text, char point) {
  bool negative = !text.empty() && text.front() == '-';
  size_t i = negative, places = 0;
  Units units = 0;
  bool seen_point = false;
  if (text.size() > 15 || i == text.size()) return std::nullopt;
  for (; i < text.size(); ++i) {
    if (IsDigit(text[i])) {
      units = units * 10 + (text[i] - '0');
      places += seen_point;
    } else if (text[i] == point && !seen_point && i > negative && i + 1 < text.size()) {
      seen_point = true;
    } else {
      return std::nullopt;
    }
  }
  if (places > 4 || text.size() - places > 14) return std::nullopt;
  for (; places < 4; ++places) units *= 10;
  return negative ? -units : units;
}

}  // namespace

std::optional<Units> ParseDecimal(std::string_view text, char point) {
  if (auto plain = ParsePlain(text, point)) return plain;
  bool negative = TakeSign(text);
  if (text.empty() || !(IsDigit(text[0]) || text[0] == point)) return std::nullopt;
  std::string digits, places;
  bool digits_seen = IsDigit(text[0]);
  if (!TakeWhole(text, point, digits)) return std::nullopt;
  if (!text.empty() && text.front() == point) {
    text.remove_prefix(1);
    TakePlaces(text, places);
  }
  int exponent = 0;
  if (!TakeExponent(text, exponent) || (!digits_seen && places.empty())) return std::nullopt;
  auto units = ToUnits(digits + places, static_cast<int>(places.size()) - exponent);
  if (units && negative) units = -*units;
  return units;
}

void AppendDecimal(std::string& to, Units units) {
  auto magnitude = units < 0 ? 0 - static_cast<uint64_t>(units) : static_cast<uint64_t>(units);
  if (units < 0) to += '-';
  char text[24];
  to.append(text, std::to_chars(text, text + sizeof text, magnitude / kOne).ptr);
  auto rest = static_cast<uint32_t>(magnitude % kOne);
  if (rest == 0) return;
  to += '.';
  for (uint32_t unit = kOne / 10; rest != 0; unit /= 10) {
    to += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
}

bool Sum::Add(Units quantity, Units price) {
  constexpr Wide kLimit = Wide(100'000'000'000'000) * kOne * kOne;  // 14 digits before the point
  Wide sum = scaled_ + Wide(quantity) * price;
  if (sum >= kLimit || sum <= -kLimit) return false;
  scaled_ = sum;
  return true;
}

Units Sum::Total() const {
  Wide half = scaled_ < 0 ? -kOne / 2 : kOne / 2;
  return static_cast<Units>((scaled_ + half) / kOne);
}

}  // namespace ingest_csv
