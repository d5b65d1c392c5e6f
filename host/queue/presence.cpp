#include "queue/presence.h"

namespace tidings::queue {
namespace {

constexpr const char kLock[] =
    "select pg_advisory_lock_shared(hashtextextended('tidings owner ' || $1::text, 0))";

}  // namespace

Result<Presence> Presence::Announce(const std::string& conninfo, const std::string& owner) {
  TRY_ASSIGN(auto connection, pg::Connection::Open(conninfo));
  TRY(connection.Execute(kLock, pg::Params().Text(owner)));
  return Presence(std::move(connection));
}

// An advisory lock on a bigint stands in pg_locks as its two halves. The epoch of a retry says that
// its lease is over, as its state does for a chunk.
constexpr const char kRelease[] = R"(
  with there as materialized (
    select (classid::bigint << 32) | objid::bigint as key from pg_locks
     where locktype = 'advisory' and objsubid = 1 and granted
       and database = (select oid from pg_database where datname = current_database())),
  given_back as (
    update chunks set state = 0, owner = null, lease_until = null
     where state = 1
       and hashtextextended('tidings owner ' || owner, 0) not in (select key from there)
    returning 1),
  due_again as (
    update retries
       set next_at = statement_timestamp() + least(losses, 12) * interval '5 seconds',
           losses = losses + 1, owner = null, epoch = epoch + 1
     where owner is not null
       and hashtextextended('tidings owner ' || owner, 0) not in (select key from there)
    returning 1)
  select (select count(*) from given_back), (select count(*) from due_again))";
Result<Presence::Released> Presence::ReleaseOfTheDead() {
  TRY_ASSIGN(auto rows, connection_.Execute(kRelease));
  return Released{rows.Int(0, 0), rows.Int(0, 1)};
}

}  // namespace tidings::queue
