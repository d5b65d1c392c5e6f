// What tests on a database share.
#pragma once

#include <memory>
#include <stdexcept>

#include "pg/connection.h"
#include "pg/scratch.h"

namespace tidings::pg {

// The value, or an exception, which fails the test with the error.
template <class T>
T Got(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// One database for all tests of the process that leave it as they found it.
inline const ScratchDatabase& SharedDatabase() {
  static const ScratchDatabase database;
  return database;
}

inline Connection Connect(const ScratchDatabase& database, const SessionOptions& options = {}) {
  return Got(Connection::Open(database.conninfo(), options));
}

}  // namespace tidings::pg
