// The small languages inside values: ranges, sizes, rates. None where the text is not one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace tidings::config {

struct Range {
  int least = 0;
  int most = 0;
};

// "1..4", "0..8", and "3" for 3..3. The second is at least 1 and at most 256, and not less than the
// first.
std::optional<Range> ParseWorkers(std::string_view text);

// "64MiB", "512KiB", "1.5GiB" as bytes; 1 MiB to 1 TiB.
std::optional<int64_t> ParseMemory(std::string_view text);

// "20M", "500k", "2G" and "1000000" as instructions of Lua; 10 thousand to a million million.
std::optional<int64_t> ParseInstructions(std::string_view text);

// "100/s", "600/m", "0.5/s", "5000/h" as so many a second; over 0 and at most a million.
std::optional<double> ParseRate(std::string_view text);

// "250ms", "5s", "10m", "1h": over 0 and at most a day.
std::optional<Duration> ParseTimeout(std::string_view text);
std::optional<Duration> ParseWait(std::string_view text);  // the same, up to a year

struct Backoff {
  Duration first{};
  Duration longest{};
};

// "1s..10m", and "5s" for 5s..5s: each over 0 and at most a day, the second not less than the
// first.
std::optional<Backoff> ParseBackoff(std::string_view text);

}  // namespace tidings::config
