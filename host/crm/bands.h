// The bands that customers are grouped by, in SQL and in words. Internal to this folder.
#pragma once

#include <array>

namespace tidings::crm {

// A case expression over `customers c` that gives the number of the band, and what each is called.
struct Bands {
  const char* sql;
  std::array<const char*, 5> labels;
};

inline constexpr Bands kSpendBands = {
    "case when c.total_spend <= 0 then 0 when c.total_spend <= 1000 then 1 "
    "when c.total_spend <= 5000 then 2 when c.total_spend <= 10000 then 3 else 4 end",
    {"nothing", "up to 1,000", "over 1,000 to 5,000", "over 5,000 to 10,000", "over 10,000"}};

inline constexpr Bands kVisitBands = {
    "case when c.visit <= 0 then 0 when c.visit <= 2 then 1 when c.visit <= 5 then 2 "
    "when c.visit <= 10 then 3 else 4 end",
    {"none", "1 to 2", "3 to 5", "6 to 10", "over 10"}};

inline constexpr int kMostCities = 5;  // the others are not told apart

}  // namespace tidings::crm
