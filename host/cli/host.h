// A whole running host: the parts in the order in which they stand on each other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "cli/locations.h"
#include "pg/pool.h"
#include "pipeline/engine.h"

namespace tidings::cli {

struct HostOptions {
  Locations locations;
  std::string address = "127.0.0.1";
  int port = 8080;  // 0: any free one
  std::vector<std::string>
      allow;  // "host:port" that plugins and scripts may call though it is local
  const Clock* clock = &Clock::System();
};

// Thread-safe but for Drain.
class Host {
 public:
  // Opens the database, migrates, loads plugins and configuration, starts the engine and serves
  // HTTP. Fails with what to mend; nothing keeps running then. Refuses any address but loopback,
  // because there are no accounts yet.
  static Result<std::unique_ptr<Host>> Start(HostOptions options);
  ~Host();

  const std::string& url() const;  // "http://127.0.0.1:8080"
  pg::Pool& pool();
  pipeline::Engine& engine();
  bool embedded_database() const;

  // Finishes the calls and the work under way, for at most `limit`, and stops.
  void Drain(Duration limit);

 private:
  class Parts;
  explicit Host(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tidings::cli
