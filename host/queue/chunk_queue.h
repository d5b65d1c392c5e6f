// Durable work in PostgreSQL: chunks of rows, leased whole.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace tidings::pg {
class Connection;
class Transaction;
}  // namespace tidings::pg

namespace tidings::queue {

// A lease on the rows lo..hi (both included) of one source for one queue.
struct Chunk {
  Id source;          // the campaign
  std::string queue;  // "pipeline/stage"
  int no = 0;         // 1, 2, ... within source and queue
  int lo = 0;
  int hi = 0;
  int epoch = 0;    // of this lease; every lease has a higher one
  int attempt = 0;  // 1 for the first lease

  int size() const { return hi - lo + 1; }
};

// A lease on one message that waits for another attempt.
struct Retry {
  Id source;
  std::string queue;
  int n = 0;
  int attempt = 0;  // attempts made so far
  int epoch = 0;    // of this lease
};

// A message that was not delivered and is to be tried again `after` this long.
struct FailedAttempt {
  int n = 0;
  int attempt = 0;  // attempts made so far, this one included
  Duration after{0};
  std::string error;
};

// A message that was given up, with what is needed to understand it and do it again.
struct DeadLetter {
  int n = 0;
  int attempt = 0;
  std::string error;
  std::string payload = "{}";  // JSON
};

struct Backlog {
  int64_t ready = 0;       // chunks that can be leased now, lapsed leases included
  int64_t ready_rows = 0;  // the rows in them
  int64_t leased = 0;      // chunks being worked on
  int64_t due = 0;         // retries that can be leased now
  int64_t waiting = 0;     // retries whose time has not come, leased ones included
  int64_t dead = 0;        // dead letters
};

// Has no state: the truth is in the tables chunks, retries and dead_letters. Thread-safe; each call
// works on the connection or transaction it is given. Time is the database's. What takes a
// Transaction belongs to the work it closes: both are committed, or neither.
//
// Leases are fenced: a worker whose lease ran out and was given to another is told so (`false`) by
// every call that would write, and must then roll back.
class ChunkQueue {
 public:
  // Cuts rows 1..audience into chunks of at most `chunk_size`. Nothing when audience is 0. Fails
  // with kAlreadyExists when the source has chunks in this queue.
  static Status Add(pg::Transaction& transaction, const Id& source, std::string_view queue,
                    int audience, int chunk_size);

  // A chunk that is ready or whose lease has run out, or none. Lowest `no` first, so that several
  // campaigns go on side by side. `owner` is known to Presence.
  static Result<std::optional<Chunk>> Lease(pg::Connection& connection, std::string_view queue,
                                            std::string_view owner, Duration lease);

  // The chunk is done. A lease that ran out but was not taken over still counts.
  static Result<bool> Finish(pg::Transaction& transaction, const Chunk& chunk);
  static Result<bool> Renew(pg::Connection& connection, const Chunk& chunk, Duration lease);
  // Back to ready at once, and the attempt is not counted.
  static Result<bool> Release(pg::Connection& connection, const Chunk& chunk);
  // Back to ready as two halves, so that a message that kills its worker is found by halving. Fails
  // with kInvalidArgument when the chunk has but one row.
  static Result<bool> Split(pg::Transaction& transaction, const Chunk& chunk);

  // Messages to be tried again later; one that waits already is put off anew.
  static Status AddRetries(pg::Transaction& transaction, const Id& source, std::string_view queue,
                           std::span<const FailedAttempt> failed);

  // Up to `limit` retries that are due, longest due first, all of one source; empty when none is.
  static Result<std::vector<Retry>> LeaseRetries(pg::Connection& connection, std::string_view queue,
                                                 std::string_view owner, int limit, Duration lease);
  // These retries are settled, whichever way. `false` when a single one was fenced off.
  static Result<bool> FinishRetries(pg::Transaction& transaction, std::span<const Retry> retries);
  // These failed once more: `failed[i]` is about `retries[i]`. `false` as above.
  static Result<bool> PutOffRetries(pg::Transaction& transaction, std::span<const Retry> retries,
                                    std::span<const FailedAttempt> failed);

  static Status Bury(pg::Transaction& transaction, const Id& source, std::string_view queue,
                     std::span<const DeadLetter> letters);

  static Result<Backlog> Depth(pg::Connection& connection, std::string_view queue);
  // How long, by the database's clock, until something can be leased; 0 when it can be now, none
  // when nothing is there to wait for.
  static Result<std::optional<Duration>> NextDue(pg::Connection& connection,
                                                 std::string_view queue);
};

}  // namespace tidings::queue
