#include "pg/transaction.h"

#include <utility>

#include "base/log.h"

namespace tidings::pg {
namespace {

const char* BeginStatement(Isolation isolation) {
  switch (isolation) {
    case Isolation::kRepeatableRead: return "begin isolation level repeatable read";
    case Isolation::kSerializable: return "begin isolation level serializable";
    case Isolation::kReadCommitted: break;
  }
  return "begin isolation level read committed";
}

}  // namespace

Result<Transaction> Transaction::Begin(Connection& connection, Isolation isolation) {
  if (connection.InTransaction()) {
    return Fail(Code::kInternal, "the connection has a transaction open already");
  }
  TRY(connection.Command(BeginStatement(isolation)));
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      open_(std::exchange(other.open_, false)) {}

Transaction::~Transaction() {
  if (!open_) return;
  if (auto rolled_back = Rollback(); !rolled_back) {
    log::Debug("pg", "rollback: {}", rolled_back.error().message);
  }
}

Result<Rows> Transaction::Execute(std::string_view sql, const Params& params, Format format) {
  if (!open_) return Fail(Code::kInternal, "the transaction has ended already");
  return connection_->Execute(sql, params, format);
}

Status Transaction::Commit() {
  if (!open_) return Fail(Code::kInternal, "the transaction has ended already");
  open_ = false;
  TRY_ASSIGN(auto rows, connection_->Command("commit"));
  // PostgreSQL answers the commit of a failed transaction with success and the word ROLLBACK.
  if (rows.Command() == "COMMIT") return {};
  return Fail(Code::kInternal, "rolled back, since an earlier statement of it failed");
}

Status Transaction::Rollback() {
  open_ = false;
  TRY(connection_->Command("rollback"));
  return {};
}

Status InTransaction(Connection& connection, const std::function<Status(Transaction&)>& body,
                     int attempts) {
  for (;;) {
    auto outcome = [&]() -> Status {
      TRY_ASSIGN(auto transaction, Transaction::Begin(connection));
      TRY(body(transaction));
      return transaction.Commit();
    }();
    if (outcome || outcome.error().code != Code::kConflict || --attempts <= 0) return outcome;
  }
}

}  // namespace tidings::pg
