// How the simulated vendor behaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace deliver_simulated {

extern const char kOptionsSchema[];

using Duration = std::chrono::microseconds;

struct Options {
  double failure_rate = 0.1;  // of accepted messages, by receipt
  double retry_rate = 0;      // answered "try again", at each attempt anew
  double reject_rate = 0;     // refused at once
  double duplicates = 0;      // of receipts, sent twice
  bool disorder = false;
  Duration shortest_delay{}, longest_delay{};  // from acceptance to receipt
  Duration latency{};                          // of accepting a batch
  size_t receipts_per_call = 500;
  size_t max_pending = 50'000;  // receipts that wait
  int connections = 2;
  uint64_t seed = 1;
  std::string receipt_url, url;
};

// Throws OptionsError where a value fits the schema and still makes no sense.
struct OptionsError {
  std::string where, message;  // a JSON Pointer, a sentence
};
Options ParseOptions(std::string_view json);

}  // namespace deliver_simulated
