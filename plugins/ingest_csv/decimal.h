// Exact decimals: no double ever sees an amount.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingest_csv {

// A number in ten-thousandths, the precision in which the host keeps money and quantities.
using Units = int64_t;
constexpr Units kOne = 10'000;

// Reads "12", "-12.5", "1,234.50", "1,00,000", "£12.50", "12.50 EUR", "(12.50)" for a negative, and
// "1e3". `point` is '.' or ','; the other of the two, spaces and apostrophes may group digits. None
// where it is no number, has more than four places that are not zero, or over 14 digits before the
// point.
std::optional<Units> ParseDecimal(std::string_view text, char point);

// Appends "12.5", "-3", "0.0015": no more places than needed.
void AppendDecimal(std::string& to, Units units);

// A sum of products without rounding until its end.
class Sum {
 public:
  // False where the sum would leave the range of numeric(18,4); it is unchanged then.
  bool Add(Units quantity, Units price);
  // Half a ten-thousandth rounds away from zero.
  Units Total() const;

 private:
  __extension__ using Wide = __int128;
  Wide scaled_ = 0;  // in 1e-8
};

}  // namespace ingest_csv
