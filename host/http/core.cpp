#include "http/core.h"

namespace tidings::http {

Counters CounterCells::Snapshot() const {
  Counters now;
  now.accepted = accepted;
  now.refused = refused;
  now.connections = connections;
  now.in_flight = in_flight;
  for (size_t i = 0; i < by_class.size(); ++i) now.by_class[i] = by_class[i];
  now.bytes_in = bytes_in;
  now.bytes_out = bytes_out;
  now.malformed = malformed;
  now.timeouts = timeouts;
  now.dropped = dropped;
  now.body_bytes = body_bytes;
  return now;
}

Core::Core(Options given, Router given_router)
    : options(std::move(given)),
      router(std::move(given_router)),
      defaults(options.default_headers),
      max_connections(options.max_connections),
      blocking(options.blocking_threads, options.blocking_queue),
      uploads(options.upload_threads, options.blocking_queue) {}

}  // namespace tidings::http
