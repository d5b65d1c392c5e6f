#include "rule/decimal.h"

#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

namespace tidings::rule {
namespace {

constexpr size_t kMaxDigits = 60;
constexpr int kMaxExponent = 300;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits at the front of `text`, and says how many of them there were.
size_t TakeDigits(std::string_view& text, std::string& digits) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  digits.append(text.substr(0, count));
  text.remove_prefix(count);
  return count;
}

// "e5", "E-3" or nothing; false where there is something else.
bool TakeExponent(std::string_view text, int& exponent) {
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (text.empty() || !IsDigit(text[0])) return false;
  }
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Decimal::Decimal(int64_t value) { *this = *Parse(std::to_string(value)); }

Decimal::Decimal(Money money) {
  *this = Decimal(money.units);
  if (!digits_.empty()) point_ -= 4;
}

Result<Decimal> Decimal::Parse(std::string_view text) {
  auto fail = [&] {
    return Fail(Code::kInvalidArgument, fmt::format("`{}` is no number", text.substr(0, 80)));
  };
  std::string_view rest = text;
  Decimal result;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    result.negative_ = rest[0] == '-';
    rest.remove_prefix(1);
  }
  size_t whole = TakeDigits(rest, result.digits_);
  size_t fraction = 0;
  if (!rest.empty() && rest[0] == '.') {
    rest.remove_prefix(1);
    fraction = TakeDigits(rest, result.digits_);
  }
  int exponent = 0;
  if (whole + fraction == 0 || !TakeExponent(rest, exponent)) return fail();
  if (exponent > kMaxExponent || exponent < -kMaxExponent) return fail();
  result.point_ = static_cast<int>(whole) + exponent;
  result.Normalise();
  if (result.digits_.size() > kMaxDigits) return fail();
  return result;
}

void Decimal::Normalise() {
  size_t first = digits_.find_first_not_of('0');
  if (first == std::string::npos) {
    *this = Decimal();
    return;
  }
  digits_.erase(0, first);
  point_ -= static_cast<int>(first);
  digits_.erase(digits_.find_last_not_of('0') + 1);
}

Decimal Decimal::FromDouble(double value) {
  char buffer[64];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  auto parsed = Parse({buffer, static_cast<size_t>(end - buffer)});
  return parsed.has_value() ? *parsed : Decimal();
}

std::string Decimal::ToString() const {
  if (digits_.empty()) return "0";
  auto length = static_cast<int>(digits_.size());
  std::string text = negative_ ? "-" : "";
  if (point_ <= 0) return text + "0." + std::string(-point_, '0') + digits_;
  if (point_ >= length) return text + digits_ + std::string(point_ - length, '0');
  return text + digits_.substr(0, point_) + "." + digits_.substr(point_);
}

std::string Decimal::ToEnglish() const {
  std::string text = ToString();
  size_t point = std::min(text.find('.'), text.size());
  size_t first = negative_ ? 1 : 0;
  for (size_t at = point; at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

double Decimal::ToDouble() const { return std::strtod(ToString().c_str(), nullptr); }

std::optional<int64_t> Decimal::ToInteger() const {
  if (point_ > 18 || point_ < static_cast<int>(digits_.size())) return std::nullopt;
  return std::strtoll(ToString().c_str(), nullptr, 10);
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  int sign = digits_.empty() ? 0 : negative_ ? -1 : 1;
  int other_sign = other.digits_.empty() ? 0 : other.negative_ ? -1 : 1;
  if (sign != other_sign || sign == 0) return sign <=> other_sign;
  const Decimal& low = negative_ ? other : *this;  // by magnitude, the signs being equal
  const Decimal& high = negative_ ? *this : other;
  if (low.point_ != high.point_) return low.point_ <=> high.point_;
  return low.digits_.compare(high.digits_) <=> 0;
}

}  // namespace tidings::rule
