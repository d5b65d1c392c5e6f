#include "queue/chunk_queue.h"

#include <algorithm>

#include <fmt/core.h>

#include "pg/connection.h"
#include "pg/transaction.h"

namespace tidings::queue {
namespace {

pg::Params KeyOf(const Chunk& chunk) {
  return pg::Params().Uuid(chunk.source).Text(chunk.queue).Int(chunk.no).Int(chunk.epoch);
}

int IntAt(const pg::Rows& rows, int row, int column) {
  return static_cast<int>(rows.Int(row, column));
}

std::vector<int32_t> Numbers(std::span<const Retry> retries, int Retry::*field) {
  std::vector<int32_t> numbers;
  for (const auto& retry : retries) numbers.push_back(retry.*field);
  return numbers;
}

// FailedAttempts, column by column, as parameters of one statement.
struct Columns {
  std::vector<int32_t> n, attempt;
  std::vector<int64_t> after;  // microseconds
  std::vector<std::string> error;
};

Columns ColumnsOf(std::span<const FailedAttempt> failed) {
  Columns columns;
  for (const auto& one : failed) {
    columns.n.push_back(one.n);
    columns.attempt.push_back(one.attempt);
    columns.after.push_back(one.after.count());
    columns.error.push_back(pg::Storable(one.error));
  }
  return columns;
}

Status CheckOneSource(std::span<const Retry> retries) {
  for (const auto& retry : retries) {
    if (retry.source != retries[0].source || retry.queue != retries[0].queue) {
      return Fail(Code::kInvalidArgument,
                  "the retries of one call must be of one source and queue");
    }
  }
  return {};
}

}  // namespace

constexpr const char kAdd[] = R"(
  insert into chunks (source, queue, no, lo, hi)
  select $1, $2, i, (i - 1) * $4::bigint + 1, least(i * $4::bigint, $3::bigint)
    from generate_series(1, ($3::bigint + $4::bigint - 1) / $4::bigint) as i)";
Status ChunkQueue::Add(pg::Transaction& transaction, const Id& source, std::string_view queue,
                       int audience, int chunk_size) {
  if (audience < 0 || chunk_size < 1) {
    return Fail(Code::kInvalidArgument,
                fmt::format("cannot cut {} rows into chunks of {}", audience, chunk_size));
  }
  TRY(transaction.Execute(kAdd,
                          pg::Params().Uuid(source).Text(queue).Int(audience).Int(chunk_size)));
  return {};
}

constexpr const char kLease[] = R"(
  update chunks
     set state = 1, owner = $2, epoch = epoch + 1, attempt = attempt + 1,
         lease_until = statement_timestamp() + $3::interval
   where (source, queue, no) =
         (select source, queue, no from chunks
           where queue = $1 and state < 2 and (state = 0 or lease_until < statement_timestamp())
           order by no, source limit 1 for update skip locked)
  returning source, queue, no, lo, hi, epoch, attempt)";
Result<std::optional<Chunk>> ChunkQueue::Lease(pg::Connection& connection, std::string_view queue,
                                               std::string_view owner, Duration lease) {
  TRY_ASSIGN(auto rows,
             connection.Execute(kLease, pg::Params().Text(queue).Text(owner).Interval(lease)));
  if (rows.empty()) return std::nullopt;
  return Chunk{rows.Uuid(0, 0),   std::string(rows.Text(0, 1)),
               IntAt(rows, 0, 2), IntAt(rows, 0, 3),
               IntAt(rows, 0, 4), IntAt(rows, 0, 5),
               IntAt(rows, 0, 6)};
}

constexpr const char kFinish[] = R"(
  update chunks set state = 2, done_at = statement_timestamp(), lease_until = null
   where source = $1 and queue = $2 and no = $3 and epoch = $4 and state = 1)";
Result<bool> ChunkQueue::Finish(pg::Transaction& transaction, const Chunk& chunk) {
  TRY_ASSIGN(auto rows, transaction.Execute(kFinish, KeyOf(chunk)));
  return rows.affected() == 1;
}

constexpr const char kRenew[] = R"(
  update chunks set lease_until = statement_timestamp() + $5::interval
   where source = $1 and queue = $2 and no = $3 and epoch = $4 and state = 1)";
Result<bool> ChunkQueue::Renew(pg::Connection& connection, const Chunk& chunk, Duration lease) {
  TRY_ASSIGN(auto rows, connection.Execute(kRenew, KeyOf(chunk).Interval(lease)));
  return rows.affected() == 1;
}

constexpr const char kRelease[] = R"(
  update chunks set state = 0, owner = null, lease_until = null, attempt = attempt - 1
   where source = $1 and queue = $2 and no = $3 and epoch = $4 and state = 1)";
Result<bool> ChunkQueue::Release(pg::Connection& connection, const Chunk& chunk) {
  TRY_ASSIGN(auto rows, connection.Execute(kRelease, KeyOf(chunk)));
  return rows.affected() == 1;
}

// Two chunks of one source that are split at once take turns over the next number.
constexpr const char kLockNumbers[] =
    "select pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))";
constexpr const char kSplit[] = R"(
  with cut as (
    update chunks set hi = $5, state = 0, owner = null, lease_until = null
     where source = $1 and queue = $2 and no = $3 and epoch = $4 and state = 1
    returning source, queue, attempt)
  insert into chunks (source, queue, no, lo, hi, attempt)
  select source, queue,
         (select max(no) + 1 from chunks where source = $1 and queue = $2),
         $5::int + 1, $6, attempt
    from cut)";
Result<bool> ChunkQueue::Split(pg::Transaction& transaction, const Chunk& chunk) {
  if (chunk.size() < 2) {
    return Fail(Code::kInvalidArgument,
                fmt::format("a chunk of {} row has no halves", chunk.size()));
  }
  TRY(transaction.Execute(kLockNumbers, pg::Params().Uuid(chunk.source).Text(chunk.queue)));
  int middle = chunk.lo + chunk.size() / 2 - 1;
  TRY_ASSIGN(auto rows, transaction.Execute(kSplit, KeyOf(chunk).Int(middle).Int(chunk.hi)));
  return rows.affected() == 1;
}

constexpr const char kAddRetries[] = R"(
  insert into retries (source, queue, n, attempt, next_at, error)
  select $1, $2, u.n, u.attempt, statement_timestamp() + u.after * interval '1 microsecond', u.error
    from unnest($3::int[], $4::int[], $5::bigint[], $6::text[]) as u(n, attempt, after, error)
   order by u.n
  on conflict (source, queue, n) do update
     set attempt = excluded.attempt, next_at = excluded.next_at, error = excluded.error,
         owner = null, losses = 0, epoch = retries.epoch + 1)";
Status ChunkQueue::AddRetries(pg::Transaction& transaction, const Id& source,
                              std::string_view queue, std::span<const FailedAttempt> failed) {
  if (failed.empty()) return {};
  auto columns = ColumnsOf(failed);
  TRY(transaction.Execute(kAddRetries, pg::Params()
                                           .Uuid(source)
                                           .Text(queue)
                                           .IntArray(columns.n)
                                           .IntArray(columns.attempt)
                                           .BigArray(columns.after)
                                           .TextArray(columns.error)));
  return {};
}

// The first CTE finds the source, past those whose due rows others are just leasing.
constexpr const char kLeaseRetries[] = R"(
  with first as materialized (
    select source from retries where queue = $1 and next_at <= statement_timestamp()
     order by next_at limit 1 for update skip locked),
  due as materialized (
    select source, queue, n from retries
     where queue = $1 and next_at <= statement_timestamp() and source = (select source from first)
     order by next_at, n limit $2 for update skip locked)
  update retries r
     set next_at = statement_timestamp() + $3::interval, owner = $4, epoch = epoch + 1
    from due where r.source = due.source and r.queue = due.queue and r.n = due.n
  returning r.source, r.queue, r.n, r.attempt, r.epoch)";
Result<std::vector<Retry>> ChunkQueue::LeaseRetries(pg::Connection& connection,
                                                    std::string_view queue, std::string_view owner,
                                                    int limit, Duration lease) {
  auto params = pg::Params().Text(queue).Int(limit).Interval(lease).Text(owner);
  TRY_ASSIGN(auto rows, connection.Execute(kLeaseRetries, params));
  std::vector<Retry> retries;
  for (int i = 0; i < rows.size(); ++i) {
    retries.push_back({rows.Uuid(i, 0), std::string(rows.Text(i, 1)), IntAt(rows, i, 2),
                       IntAt(rows, i, 3), IntAt(rows, i, 4)});
  }
  std::sort(retries.begin(), retries.end(), [](auto& a, auto& b) { return a.n < b.n; });
  return retries;
}

constexpr const char kFinishRetries[] = R"(
  delete from retries r using unnest($3::int[], $4::int[]) as u(n, epoch)
   where r.source = $1 and r.queue = $2 and r.n = u.n and r.epoch = u.epoch)";
Result<bool> ChunkQueue::FinishRetries(pg::Transaction& transaction,
                                       std::span<const Retry> retries) {
  if (retries.empty()) return true;
  TRY(CheckOneSource(retries));
  TRY_ASSIGN(auto rows,
             transaction.Execute(kFinishRetries, pg::Params()
                                                     .Uuid(retries[0].source)
                                                     .Text(retries[0].queue)
                                                     .IntArray(Numbers(retries, &Retry::n))
                                                     .IntArray(Numbers(retries, &Retry::epoch))));
  return rows.affected() == static_cast<int64_t>(retries.size());
}

// Raises the epoch, so that the lease is over.
constexpr const char kPutOffRetries[] = R"(
  update retries r
     set attempt = u.attempt, error = u.error, owner = null, losses = 0, epoch = r.epoch + 1,
         next_at = statement_timestamp() + u.after * interval '1 microsecond'
    from unnest($3::int[], $4::int[], $5::int[], $6::bigint[], $7::text[])
         as u(n, epoch, attempt, after, error)
   where r.source = $1 and r.queue = $2 and r.n = u.n and r.epoch = u.epoch)";
Result<bool> ChunkQueue::PutOffRetries(pg::Transaction& transaction, std::span<const Retry> retries,
                                       std::span<const FailedAttempt> failed) {
  if (retries.size() != failed.size()) {
    return Fail(Code::kInvalidArgument,
                fmt::format("{} retries, but {} failed attempts", retries.size(), failed.size()));
  }
  if (retries.empty()) return true;
  TRY(CheckOneSource(retries));
  auto columns = ColumnsOf(failed);
  TRY_ASSIGN(auto rows,
             transaction.Execute(kPutOffRetries, pg::Params()
                                                     .Uuid(retries[0].source)
                                                     .Text(retries[0].queue)
                                                     .IntArray(Numbers(retries, &Retry::n))
                                                     .IntArray(Numbers(retries, &Retry::epoch))
                                                     .IntArray(columns.attempt)
                                                     .BigArray(columns.after)
                                                     .TextArray(columns.error)));
  return rows.affected() == static_cast<int64_t>(retries.size());
}

constexpr const char kBury[] = R"(
  insert into dead_letters (source, queue, n, attempt, error, payload)
  select $1, $2, u.n, u.attempt, u.error, u.payload::jsonb
    from unnest($3::int[], $4::int[], $5::text[], $6::text[]) as u(n, attempt, error, payload)
   order by u.n
  on conflict (source, queue, n) do update
     set attempt = excluded.attempt, error = excluded.error, payload = excluded.payload,
         created_at = statement_timestamp())";
Status ChunkQueue::Bury(pg::Transaction& transaction, const Id& source, std::string_view queue,
                        std::span<const DeadLetter> letters) {
  if (letters.empty()) return {};
  std::vector<int32_t> n, attempt;
  std::vector<std::string> error, payload;
  for (const auto& letter : letters) {
    n.push_back(letter.n);
    attempt.push_back(letter.attempt);
    error.push_back(pg::Storable(letter.error));
    payload.push_back(pg::StorableJson(letter.payload));
  }
  TRY(transaction.Execute(kBury, pg::Params()
                                     .Uuid(source)
                                     .Text(queue)
                                     .IntArray(n)
                                     .IntArray(attempt)
                                     .TextArray(error)
                                     .TextArray(payload)));
  return {};
}

constexpr const char kDepth[] = R"(
  with open as (
    select state = 0 or lease_until < statement_timestamp() as ready, hi - lo + 1 as size
      from chunks where queue = $1 and state < 2)
  select (select count(*) from open where ready),
         (select coalesce(sum(size), 0)::bigint from open where ready),
         (select count(*) from open where not ready),
         (select count(*) from retries where queue = $1 and next_at <= statement_timestamp()),
         (select count(*) from retries where queue = $1 and next_at > statement_timestamp()),
         (select count(*) from dead_letters where queue = $1))";
Result<Backlog> ChunkQueue::Depth(pg::Connection& connection, std::string_view queue) {
  TRY_ASSIGN(auto rows, connection.Execute(kDepth, pg::Params().Text(queue)));
  return Backlog{rows.Int(0, 0), rows.Int(0, 1), rows.Int(0, 2),
                 rows.Int(0, 3), rows.Int(0, 4), rows.Int(0, 5)};
}

constexpr const char kNextDue[] = R"(
  with due as (
    select min(case state when 0 then '-infinity' else lease_until end) as at
      from chunks where queue = $1 and state < 2
    union all
    select min(next_at) from retries where queue = $1)
  select case when min(at) <= statement_timestamp() then 0
              else ceil(extract(epoch from min(at) - statement_timestamp()) * 1000000)::bigint end
    from due)";
Result<std::optional<Duration>> ChunkQueue::NextDue(pg::Connection& connection,
                                                    std::string_view queue) {
  TRY_ASSIGN(auto rows, connection.Execute(kNextDue, pg::Params().Text(queue)));
  if (rows.IsNull(0, 0)) return std::nullopt;
  return Duration(rows.Int(0, 0));
}

}  // namespace tidings::queue
