// Money: an exact decimal with four places, as PostgreSQL's numeric(18,4) holds it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidings {

// An amount in ten-thousandths. A value; never a float, so equality means equality.
struct Money {
  int64_t units = 0;  // 1/10,000 of the currency

  auto operator<=>(const Money&) const = default;
  Money operator+(Money other) const { return {units + other.units}; }
  Money operator-(Money other) const { return {units - other.units}; }

  std::string ToString() const;  // "12.50", "0.0015", "-3.00": two places or as many as needed

  // Reads "12", "-12.5", "1e3" and up to four places that are not zero. Fails with
  // kInvalidArgument where the text is no decimal, is finer than 1/10,000, or is over 14 digits
  // before the point.
  static Result<Money> Parse(std::string_view text);
};

}  // namespace tidings
