#include "cli/database.h"

#include <cstdlib>

#include "pg/connection.h"
#include "pg/migrations.h"

namespace tidings::cli {

Result<std::unique_ptr<Database>> Database::Open(const Locations& locations, int connections) {
  std::unique_ptr<Database> database(new Database);
  std::string conninfo;
  if (const char* url = std::getenv("DATABASE_URL"); url && *url) {
    conninfo = url;
  } else {
    TRY_ASSIGN(auto server, pg::EmbeddedServer::Start({.data_folder = locations.data}));
    conninfo = server.conninfo();
    database->server_.emplace(std::move(server));
  }
  TRY_ASSIGN(auto connection, pg::Connection::Open(conninfo));
  TRY_ASSIGN(database->migrations_, pg::Migrate(connection, locations.sql));
  database->pool_ = std::make_unique<pg::Pool>(conninfo, connections);
  return database;
}

}  // namespace tidings::cli
