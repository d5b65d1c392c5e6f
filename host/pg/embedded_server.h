// A PostgreSQL of our own, for hosts that were given no DATABASE_URL.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace tidings::pg {

struct EmbeddedOptions {
  std::filesystem::path data_folder;  // holds cluster/, socket/, postgres.log and two lock files
  std::string user;        // whom to run as when we are root; "" = "tidings", else "postgres"
  std::string bin_folder;  // where postgres and initdb are; "" = look for them
  bool durable = true;     // false: no fsync, for scratch data only
  Duration start_limit = std::chrono::minutes(5);  // recovery after a crash may take a while
};

// A running server on a Unix socket that only its own user (and root) can reach. Never runs as
// root.
//
// The data folder is made when it is not there, by initdb in a sibling that is renamed into place:
// a half-made cluster is never used. The server outlives a crash of this process; the next Start on
// the folder finds it and goes on with it. Several hosts on one folder share one server: each holds
// hosts.lock shared, and the last one to stop stops the server.
//
// Move-only. Start and Stop may be called by any thread, one at a time.
class EmbeddedServer {
 public:
  // Returns when the server takes connections and the database `tidings` exists. Fails with
  // kNotFound (PostgreSQL is not installed; says what to install), kPermissionDenied (the user
  // cannot use the folder), kUnavailable (with the last lines of postgres.log).
  static Result<EmbeddedServer> Start(const EmbeddedOptions& options);

  EmbeddedServer(EmbeddedServer&&) noexcept;
  EmbeddedServer& operator=(EmbeddedServer&&) noexcept;
  ~EmbeddedServer();  // stops; a failure is logged

  const std::string& conninfo() const;
  std::string ConninfoOf(const std::string& database) const;  // same server, another database
  int pid() const;                                            // of the postmaster
  bool Running();       // false once the server has died; Start then makes a new one
  bool reused() const;  // it was running already when Start was called

  // Ends the server (connections are cut off, committed work is safe), unless another host uses it.
  // Safe to call again.
  Status Stop();

 private:
  struct State;
  explicit EmbeddedServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace tidings::pg
