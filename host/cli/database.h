// The database of an installation.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/locations.h"
#include "pg/embedded_server.h"
#include "pg/pool.h"

namespace tidings::cli {

// The server of DATABASE_URL where that is set, else the embedded one in the data folder, started
// if it does not run and stopped with the last object that uses it. Migrated.
class Database {
 public:
  static Result<std::unique_ptr<Database>> Open(const Locations& locations, int connections = 24);

  pg::Pool& pool() { return *pool_; }
  const std::string& conninfo() const { return pool_->conninfo(); }
  bool embedded() const { return server_.has_value(); }
  int migrations() const { return migrations_; }  // how many Open applied

 private:
  Database() = default;

  std::optional<pg::EmbeddedServer> server_;
  std::unique_ptr<pg::Pool> pool_;  // goes before the server
  int migrations_ = 0;
};

}  // namespace tidings::cli
