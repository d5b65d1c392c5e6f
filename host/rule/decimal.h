// A number exactly as it was written, for comparing with PostgreSQL's numeric without rounding.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/money.h"
#include "base/result.h"

namespace tidings::rule {

// Sign, digits and the place of the point: 0.digits * 10^point. Normal form: no zeros at either end
// of the digits; zero has none. A value.
class Decimal {
 public:
  Decimal() = default;  // zero
  explicit Decimal(int64_t value);
  explicit Decimal(Money money);

  // "-12.50", "1e3", ".5", "+7". Fails with kInvalidArgument on anything else, on more than 60
  // digits and on exponents beyond 300.
  static Result<Decimal> Parse(std::string_view text);
  // The shortest decimal that reads back as this double; must be finite.
  static Decimal FromDouble(double value);

  std::string ToString() const;   // without an exponent: "-12.5", "1000"
  std::string ToEnglish() const;  // with thousands: "5,000", "1,234.5"
  double ToDouble() const;
  std::optional<int64_t> ToInteger() const;  // where it is whole and has at most 18 digits

  const std::string& digits() const { return digits_; }  // without zeros at either end

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const = default;

 private:
  void Normalise();

  bool negative_ = false;
  std::string digits_;
  int point_ = 0;
};

}  // namespace tidings::rule
