// Databases for tests. In a library of its own (tidings_pg_scratch), linked by tests only; every
// *_pgtest links it.
#pragma once

#include <string>

namespace tidings::pg {

// An empty, migrated database that goes with the object. The first one in a process starts a
// private server without fsync in a temporary folder; it ends with the process, however that ends.
// Each further database is a copy of the first one's and costs some 30 ms.
//
// Throws std::runtime_error, which fails the test, when there is no PostgreSQL. Thread-safe.
class ScratchDatabase {
 public:
  ScratchDatabase();
  ~ScratchDatabase();  // cuts off whoever is still connected
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;

  const std::string& conninfo() const { return conninfo_; }

 private:
  std::string name_;
  std::string conninfo_;
};

}  // namespace tidings::pg
