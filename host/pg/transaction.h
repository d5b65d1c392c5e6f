// A transaction that rolls back unless it is committed.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "pg/connection.h"

namespace tidings::pg {

enum class Isolation { kReadCommitted, kRepeatableRead, kSerializable };

// Move-only; same thread as its connection, which must outlive it. One at a time per connection.
class Transaction {
 public:
  static Result<Transaction> Begin(Connection& connection,
                                   Isolation isolation = Isolation::kReadCommitted);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();  // rolls back unless committed

  Result<Rows> Execute(std::string_view sql, const Params& params = {},
                       Format format = Format::kText);

  // Fails with kInternal when a statement had failed and the caller went on (PostgreSQL then rolls
  // back), with kUnavailable when the connection is lost on the way: it may have been committed.
  Status Commit();
  Status Rollback();

  Connection& connection() { return *connection_; }

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;  // null once moved from
  bool open_ = true;
};

// Begins, runs `body`, commits; rolls back when the body fails. Begins again, up to `attempts`
// times, when body or commit fail with kConflict (deadlock or serialization), so the body must be
// able to run again.
Status InTransaction(Connection& connection, const std::function<Status(Transaction&)>& body,
                     int attempts = 5);

}  // namespace tidings::pg
