// Who is there: tells the leases of a host that works from those of one that was killed.
#pragma once

#include <string>

#include "base/result.h"
#include "pg/connection.h"

namespace tidings::queue {

// As long as the object lives, the owner of that name is there. It is an advisory lock on a
// connection of its own, so PostgreSQL itself notices when the process ends, however it ends. Where
// the connection is lost, leases run out by their time alone.
class Presence {
 public:
  // `owner` must be no other process's. Fails where the database cannot be reached.
  static Result<Presence> Announce(const std::string& conninfo, const std::string& owner);

  // What was given back.
  struct Released {
    int64_t chunks = 0, retries = 0;
  };
  // Gives back everything that is leased to an owner who is not there: it can be leased again now,
  // not when its lease runs out. A retry that was lost before waits for longer each time, so that
  // one that takes its host down leaves the next host time for other work. For a host that starts.
  Result<Released> ReleaseOfTheDead();

 private:
  explicit Presence(pg::Connection connection) : connection_(std::move(connection)) {}
  pg::Connection connection_;
};

}  // namespace tidings::queue
