#include "bench/ceiling.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <fmt/core.h>

#include "base/id.h"
#include "pg/connection.h"
#include "pg/copy.h"
#include "pg/transaction.h"

namespace tidings::bench {
namespace {

using Steady = std::chrono::steady_clock;

double Seconds(Steady::time_point since) {
  return std::chrono::duration<double>(Steady::now() - since).count();
}

// ------------------------------------------------------------------ customers

constexpr const char* kCustomerTables = R"(
  drop schema if exists ceiling cascade;
  create schema ceiling;
  create table ceiling.customers (id uuid primary key, name text, email text unique,
    phone text unique, city text, visit bigint) with (fillfactor = 70);
  create temporary table if not exists stage (id uuid, name text, email text, phone text, city text,
    visit bigint);
)";

constexpr const char* kUpsert = R"(
  insert into ceiling.customers as c select id, name, email, phone, city, visit from stage
  on conflict (id) do update set name = excluded.name, email = excluded.email,
    phone = excluded.phone, city = excluded.city, visit = excluded.visit
  where (c.name, c.email, c.phone, c.city, c.visit) is distinct from
        (excluded.name, excluded.email, excluded.phone, excluded.city, excluded.visit)
)";

Status StageRows(pg::Connection& connection, int from, int to) {
  TRY_ASSIGN(auto copy, connection.BeginCopyIn("copy stage from stdin (format binary)"));
  for (int i = from; i < to; ++i) {
    copy.Uuid(IdSource::System().Next());
    copy.Text(fmt::format("Customer Number {}", i));
    copy.Text(fmt::format("customer{}@example.com", i));
    copy.Text(fmt::format("+4917{:09}", i));
    copy.Text("Springfield");
    copy.BigInt(i % 50);
    TRY(copy.EndRow());
  }
  return copy.Finish().map([](int64_t) {});
}

Status UpsertStage(pg::Connection& connection, int from, int to) {
  TRY_ASSIGN(auto transaction, pg::Transaction::Begin(connection));
  TRY(connection.Execute("truncate stage"));
  TRY(StageRows(connection, from, to));
  TRY(connection.Execute(kUpsert));
  return transaction.Commit();
}

// ------------------------------------------------------------------ a campaign

constexpr const char* kCampaignTables = R"(
  drop schema if exists ceiling cascade;
  create schema ceiling;
  create table ceiling.customer (id uuid primary key, name text, email text, phone text, city text);
  create table ceiling.campaign (id int primary key, sent bigint default 0, delivered bigint default 0,
    failed bigint default 0) with (fillfactor = 50);
  create table ceiling.chunk (campaign_id int, chunk_no int, lo bigint, hi bigint,
    state smallint default 0, owner text, lease_until timestamptz, attempt int default 0,
    primary key (campaign_id, chunk_no));
  create table ceiling.message (id bigint primary key, campaign_id int, customer_id uuid,
    status smallint default 0, done_at timestamptz) with (fillfactor = 70);
  insert into ceiling.campaign values (1);
)";

constexpr const char* kFillCampaign = R"(
  with c as (insert into ceiling.customer
    select gen_random_uuid(), 'Customer Number ' || i, 'customer' || i || '@example.com',
           '+4917' || i, 'Springfield' from generate_series(1, $1::int) i returning id)
  insert into ceiling.message (id, campaign_id, customer_id)
  select row_number() over (), 1, id from c
)";

constexpr const char* kFillChunks = R"(
  insert into ceiling.chunk (campaign_id, chunk_no, lo, hi)
  select 1, n, n * 5000 + 1, least((n + 1) * 5000, $1::int)
  from generate_series(0, ($1::int - 1) / 5000) n
)";

constexpr const char* kClaim = R"(
  update ceiling.chunk set state = 1, owner = $1, lease_until = now() + interval '60s',
    attempt = attempt + 1
  where (campaign_id, chunk_no) = (select campaign_id, chunk_no from ceiling.chunk
    where campaign_id = 1 and (state = 0 or state = 1 and lease_until < now())
    order by chunk_no limit 1 for update skip locked) returning chunk_no, lo, hi
)";

constexpr const char* kLoad = R"(
  select m.id, c.name, c.email, c.city from ceiling.message m
  join ceiling.customer c on c.id = m.customer_id where m.id between $1::bigint and $2::bigint
)";

constexpr const char* kBookSent = R"(
  with k as (update ceiling.chunk set state = 2 where campaign_id = 1 and chunk_no = $1::int)
  update ceiling.campaign set sent = sent + $2::bigint where id = 1
)";

constexpr const char* kBookReceipts = R"(
  with x as (update ceiling.message m set status = u.s, done_at = now()
    from unnest($1::bigint[], $2::smallint[]) u(id, s)
    where m.id = u.id and m.status < 3 returning m.status)
  update ceiling.campaign set delivered = delivered + (select count(*) from x where status = 3),
    failed = failed + (select count(*) from x where status = 4) where id = 1
)";

constexpr const char* kPlanner =
    "set max_parallel_workers_per_gather = 0; set enable_hashjoin = off; "
    "set enable_mergejoin = off; set enable_seqscan = off";

struct Work {
  int64_t chunk = 0;
  std::vector<int64_t> ids;
  std::vector<int16_t> statuses;
  size_t rendered_bytes = 0;  // keeps the rendering from being optimised away
};

// What one thread hands to the next.
class Handover {
 public:
  void Put(std::optional<Work> work) {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    filled_.notify_one();
  }
  std::optional<Work> Take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return !queue_.empty(); });
    auto work = std::move(queue_.front());
    queue_.pop_front();
    return work;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::optional<Work>> queue_;  // guarded by mutex_; none = the end
};

Work RenderAndSend(int64_t chunk, const pg::Rows& rows) {
  Work work;
  work.chunk = chunk;
  for (int r = 0; r < rows.size(); ++r) {
    auto text = fmt::format("Dear {}, we miss you in {}. To: {}", rows.Text(r, 1), rows.Text(r, 3),
                            rows.Text(r, 2));
    work.rendered_bytes += text.size();
    work.ids.push_back(rows.Int(r, 0));
    work.statuses.push_back(rows.Int(r, 0) % 10 == 0 ? 4 : 3);
  }
  return work;
}

Status ClaimAndSend(pg::Connection& connection, Handover& sent) {
  for (;;) {
    TRY_ASSIGN(auto chunk, connection.Execute(kClaim, pg::Params().Text("bench")));
    if (chunk.size() == 0) return {};
    TRY_ASSIGN(auto rows,
               connection.Execute(kLoad, pg::Params().Int(chunk.Int(0, 1)).Int(chunk.Int(0, 2))));
    sent.Put(RenderAndSend(chunk.Int(0, 0), rows));
  }
}

Status BookSent(pg::Connection& connection, Handover& sent, Handover& receipts) {
  while (auto work = sent.Take()) {
    auto params = pg::Params().Int(work->chunk).Int(static_cast<int64_t>(work->ids.size()));
    TRY(connection.Execute(kBookSent, params));
    receipts.Put(std::move(work));
  }
  return {};
}

Status BookReceipts(pg::Connection& connection, Handover& receipts) {
  while (auto work = receipts.Take()) {
    TRY(connection.Execute(kBookReceipts,
                           pg::Params().BigArray(work->ids).SmallArray(work->statuses)));
  }
  return {};
}

Status RunCampaign(const std::string& conninfo) {
  std::vector<pg::Connection> connections;
  for (int i = 0; i < 3; ++i) {
    TRY_ASSIGN(auto connection, pg::Connection::Open(conninfo));
    TRY(connection.Script(kPlanner));
    connections.push_back(std::move(connection));
  }
  Handover sent, receipts;
  Status first, second, third;
  std::thread sender([&] {
    first = ClaimAndSend(connections[0], sent);
    sent.Put({});
  });
  std::thread booker([&] {
    second = BookSent(connections[1], sent, receipts);
    receipts.Put({});
  });
  third = BookReceipts(connections[2], receipts);
  sender.join();
  booker.join();
  TRY(first);
  TRY(second);
  return third;
}

Status CheckCounters(pg::Connection& connection, int messages) {
  TRY_ASSIGN(auto rows, connection.Execute(
                            "select sent, delivered + failed from ceiling.campaign where id = 1"));
  if (rows.Int(0, 0) == messages && rows.Int(0, 1) == messages) return {};
  return Fail(Code::kInternal, "the ceiling's own counters are wrong");
}

}  // namespace

Result<double> StagedUpsertRate(const std::string& conninfo, int rows) {
  TRY_ASSIGN(auto connection, pg::Connection::Open(conninfo));
  TRY(connection.Script(kCustomerTables));
  auto start = Steady::now();
  for (int from = 0; from < rows; from += 50000) {
    TRY(UpsertStage(connection, from, std::min(rows, from + 50000)));
  }
  double rate = rows / Seconds(start);
  TRY(connection.Script("drop schema ceiling cascade"));
  return rate;
}

Result<double> CampaignRate(const std::string& conninfo, int messages) {
  TRY_ASSIGN(auto connection, pg::Connection::Open(conninfo));
  TRY(connection.Script(kCampaignTables));
  TRY(connection.Execute(kFillCampaign, pg::Params().Int(messages)));
  TRY(connection.Execute(kFillChunks, pg::Params().Int(messages)));
  TRY(connection.Script("analyze ceiling.message; analyze ceiling.customer; checkpoint"));
  auto start = Steady::now();
  TRY(RunCampaign(conninfo));
  double rate = messages / Seconds(start);
  TRY(CheckCounters(connection, messages));
  TRY(connection.Script("drop schema ceiling cascade"));
  return rate;
}

}  // namespace tidings::bench
