// Connections that are shared by threads.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "pg/connection.h"

namespace tidings::pg {

class Pool;

// A connection for as long as the object lives; then it goes back to the pool. A transaction left
// open is rolled back, a broken connection thrown away. Session settings (SET without LOCAL),
// temporary tables and advisory locks stay with the connection: clean up what you set. Move-only.
class Lease {
 public:
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&& other) noexcept;
  ~Lease();

  Connection* operator->() { return connection_.get(); }
  Connection& operator*() { return *connection_; }

 private:
  friend class Pool;
  Lease(Pool& pool, std::unique_ptr<Connection> connection);

  Pool* pool_;
  std::unique_ptr<Connection> connection_;
};

// Opens up to `size` connections, each when it is first needed. Thread-safe. Must outlive its
// leases.
class Pool {
 public:
  Pool(std::string conninfo, int size, SessionOptions options = {});
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // A healthy connection: one whose server has hung up is replaced by a new one here. Fails with
  // kTimeout when all are leased for longer than `wait`, kUnavailable when the server is away or
  // the pool is closed.
  Result<Lease> Acquire(Duration wait = std::chrono::seconds(10));

  // Acquire fails from now on; idle connections are closed, leased ones when they come back.
  void Close();

  int size() const { return size_; }
  int leased();  // at this moment
  const std::string& conninfo() const { return conninfo_; }

 private:
  friend class Lease;
  void Return(std::unique_ptr<Connection> connection);
  Result<std::unique_ptr<Connection>> TakeIdle(Duration wait);  // null: open a new one

  // Constant after construction.
  const std::string conninfo_;
  const int size_;
  const SessionOptions options_;

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_; last in, first out
  int leased_ = 0;                                 // guarded by mutex_
  bool closed_ = false;                            // guarded by mutex_
};

}  // namespace tidings::pg
