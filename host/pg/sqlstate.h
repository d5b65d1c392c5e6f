// What PostgreSQL's errors mean to us. For use inside host/pg only.
#pragma once

#include <string_view>

#include "base/result.h"

namespace tidings::pg {

struct ServerError {
  std::string_view state;  // SQLSTATE, "" where the error is not the server's
  std::string_view message, detail, hint, context;
  bool cancelled = false;  // we had asked to stop
  bool lost = false;       // the connection is gone
};

// "<message>. <detail> Hint: <hint> (SQLSTATE 23505)", with the code of connection.h's table.
Error ToError(const ServerError& error);

// The code for a connection that could not be made, by libpq's message (it gives no SQLSTATE).
Code ConnectFailure(std::string_view reason);

// The prepared statement is not there (26000) or returns other columns than it did (0A000).
bool StatementIsStale(const ServerError& error);

}  // namespace tidings::pg
