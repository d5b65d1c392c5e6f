// What a server has done so far, for metrics.
#pragma once

#include <array>
#include <cstdint>

namespace tidings::http {

// A snapshot; the numbers are taken one after the other, so they may be apart by a request or two.
struct Counters {
  uint64_t accepted = 0;               // connections, ever
  uint64_t refused = 0;                // of these, closed at once because there were too many
  int64_t connections = 0;             // open now
  int64_t in_flight = 0;               // requests begun and not yet fully handed to the kernel
  std::array<uint64_t, 5> by_class{};  // answers: [0] 1xx .. [4] 5xx
  uint64_t bytes_in = 0;               // of requests, heads included
  uint64_t bytes_out = 0;              // of answers, heads included
  uint64_t malformed = 0;              // requests whose framing was refused
  uint64_t timeouts = 0;               // connections closed because the client was too slow
  uint64_t dropped = 0;                // answers whose client had gone
  int64_t body_bytes = 0;              // of whole bodies held in memory now
};

}  // namespace tidings::http
