// One session with PostgreSQL. host/pg is the only folder that includes libpq.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pg/copy.h"
#include "pg/params.h"
#include "pg/rows.h"

struct pg_conn;    // libpq's PGconn
struct pg_cancel;  // libpq's PGcancel

namespace tidings::pg {

// How a session is set up, beyond timezone UTC, ISO dates and application_name `tidings`.
struct SessionOptions {
  Duration statement_timeout{0};  // 0: none
  Duration lock_timeout{0};       // 0: none
};

// In which form the server sends rows. Binary is about twice as quick to send and read, but
// Rows::Text works on text and json columns only.
enum class Format { kText = 0, kBinary = 1 };

// Move-only. One thread at a time, except Cancel, which any thread may call while the object lives
// and is not being moved.
//
// Errors carry PostgreSQL's message, detail, hint and SQLSTATE, and map to codes so: 23505
// kAlreadyExists; other 22 and 23 kInvalidArgument; 40 (serialization, deadlock) kConflict, worth
// trying again; 08, 57P and a lost connection kUnavailable; 57014 kTimeout, or kCancelled after
// Cancel; 55P03 (lock_timeout) kTimeout; 42501 and 28 kPermissionDenied; 3D000 kNotFound; 53
// kResourceExhausted; anything else kInternal, which means a wrong statement.
class Connection {
 public:
  // `conninfo` is a URL or "key=value ..." of libpq; waits 10 s unless it says connect_timeout.
  static Result<Connection> Open(const std::string& conninfo, const SessionOptions& options = {});

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  // One statement. Prepared at the first use of this text on this connection and reused after, so
  // texts should be constants; some 200 are kept.
  Result<Rows> Execute(std::string_view sql, const Params& params = {},
                       Format format = Format::kText);

  // Like Execute, but hands over each row as it comes (a Rows of size 1), so that memory stays
  // flat. When `row` fails, the statement is cancelled and its error returned. `row` must not use
  // this connection.
  Status Stream(std::string_view sql, const Params& params,
                const std::function<Status(Rows row)>& row, Format format = Format::kBinary);

  // Like Stream, but hands over up to `size` rows at once, in results that other threads may read
  // while more are on their way. Within a transaction only.
  Status StreamBlocks(std::string_view sql, const Params& params, int size,
                      const std::function<Status(Rows rows)>& block);

  // Several statements without parameters; one implicit transaction unless they say otherwise.
  Status Script(std::string_view sql);

  // `sql` is "COPY table (columns) FROM STDIN (FORMAT binary)". The connection does nothing else
  // until the CopyIn is finished or gone.
  Result<CopyIn> BeginCopyIn(std::string_view sql);

  // `sql` is "COPY ... TO STDOUT"; each line or binary block goes to `data` as it comes.
  Status CopyOut(std::string_view sql, const std::function<Status(std::string_view data)>& data);

  void Cancel();         // asks the server to stop what is running; does nothing when idle
  bool Healthy();        // false once the server has hung up; costs one poll, no round trip
  bool InTransaction();  // also true in one that has failed
  bool Reset();          // rolls back what was left open; false when the connection is of no use
  int backend_pid() const;

 private:
  friend class CopyIn;
  friend class Transaction;
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  struct FreeCancel {
    void operator()(pg_cancel* cancel) const;
  };
  struct State;  // prepared statements and the cancel flag, at a fixed address

  explicit Connection(pg_conn* connection);
  Status SetUp(const SessionOptions& options);
  Result<std::string> Prepared(std::string_view sql);
  Status Send(const std::string& name, const Params& params, Format format);
  Result<Rows> Run(std::string_view sql, const Params& params, Format format);
  Result<Rows> Command(const char* sql);  // simple protocol, not prepared
  Result<Rows> Take(pg_result* result);   // the rows, or the error in it
  Error LastError(const pg_result* result);
  bool Forget(std::string_view sql);
  void Drain();

  std::unique_ptr<pg_conn, Finish> connection_;
  std::unique_ptr<State> state_;
};

}  // namespace tidings::pg
