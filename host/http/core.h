// What the parts of one server share. Internal to this folder.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "http/counters.h"
#include "http/inbox.h"
#include "http/pool.h"
#include "http/server.h"
#include "http/wire.h"

namespace tidings::http {

using Steady = std::chrono::steady_clock;

// Counters as they are counted. Thread-safe.
struct CounterCells {
  std::atomic<uint64_t> accepted = 0, refused = 0, bytes_in = 0, bytes_out = 0, malformed = 0,
                        timeouts = 0, dropped = 0;
  std::atomic<int64_t> connections = 0, in_flight = 0, body_bytes = 0;
  std::array<std::atomic<uint64_t>, 5> by_class{};

  Counters Snapshot() const;
};

// Lives as long as the Server or one of its workers. Everything but the atomics is constant once
// the server has started.
struct Core {
  Core(Options given, Router given_router);

  const Options options;
  const Router router;
  const DefaultHeaders defaults;
  int max_connections;  // what the options say, or less where the process may not open as many
  CounterCells cells;
  std::atomic<bool> draining = false;
  Pool blocking;  // last: their jobs use what is above
  Pool uploads;
};

// What a worker lends to its connections: used on its thread only.
struct Station {
  std::shared_ptr<Core> core;
  std::shared_ptr<Inbox> inbox;
  Steady::time_point now = Steady::now();  // of this round of events
  std::string date;                        // of the Date header, for this second
  uint64_t last_exchange = 0;              // numbers given out so far
  std::array<char, 64 << 10> scratch;      // to read into
};

}  // namespace tidings::http
