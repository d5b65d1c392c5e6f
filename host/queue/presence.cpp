#include "queue/presence.h"

namespace tidings::queue {
namespace {

constexpr const char kLock[] =
    "select pg_advisory_lock_shared(hashtextextended('tidings owner ' || $1::text, 0))";

// An advisory lock on a bigint stands in pg_locks as its two halves.
constexpr const char kRelease[] = R"(
  with there as materialized (
    select (classid::bigint << 32) | objid::bigint as key from pg_locks
     where locktype = 'advisory' and objsubid = 1 and granted
       and database = (select oid from pg_database where datname = current_database()))
  update chunks set state = 0, owner = null, lease_until = null
   where state = 1
     and hashtextextended('tidings owner ' || owner, 0) not in (select key from there))";

}  // namespace

Result<Presence> Presence::Announce(const std::string& conninfo, const std::string& owner) {
  TRY_ASSIGN(auto connection, pg::Connection::Open(conninfo));
  TRY(connection.Execute(kLock, pg::Params().Text(owner)));
  return Presence(std::move(connection));
}

Result<int64_t> Presence::ReleaseOfTheDead() {
  TRY_ASSIGN(auto rows, connection_.Execute(kRelease));
  return rows.affected();
}

}  // namespace tidings::queue
