// The totals of a customer follow the orders exactly: the triggers of sql/0001_core.sql, from one
// connection and from many.
#include <atomic>
#include <future>
#include <thread>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "pg/testing.h"
#include "pg/transaction.h"

namespace tidings::pg {
namespace {

constexpr int kCustomers = 12;
constexpr const char* kStatuses[] = {"COMPLETED", "COMPLETED", "PENDING", "CANCELLED", "REFUNDED"};

// Customers and orders have small numbers here, and these ids.
std::string IdOf(int64_t number) { return fmt::format("00000000-0000-7000-8000-{:012x}", number); }

// Customers whose totals are not what their orders and opening figures say.
constexpr const char kWrong[] = R"(
  select c.id, c.total_spend, c.visit, c.order_count, c.last_order_date, d.*
    from customers c
    join (select k.id, k.opening_spend + coalesce(sum(o.amount), 0) as spend, count(o.id) as orders,
                 k.opening_visit + count(o.id) as visit,
                 greatest(k.opening_last_order_date, max(o.order_date)) as latest
            from customers k
            left join orders o on o.customer_id = k.id and o.status = 'COMPLETED'
           group by k.id) d on d.id = c.id
   where (c.total_spend, c.visit, c.order_count, c.last_order_date)
         is distinct from (d.spend, d.visit, d.orders, d.latest))";

constexpr const char kAddCustomers[] = R"(
  insert into customers (id, opening_spend, opening_visit, opening_last_order_date,
                         total_spend, visit, last_order_date)
  select id, spend, visit, latest, spend, visit, latest
    from (select ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id,
                 i * 1.25 as spend, i as visit,
                 case i % 3 when 0 then timestamptz '2020-01-01' + i * interval '1 day' end as latest
            from generate_series(1, $1::int) as i) as k)";

class Totals : public testing::Test {
 protected:
  void SetUp() override {
    Do(connection_, "truncate customers, orders");
    Do(connection_, kAddCustomers, Params().Int(kCustomers));
  }

  static Connection Connect() { return pg::Connect(SharedDatabase()); }

  static void Do(Connection& connection, std::string_view sql, const Params& params = {}) {
    auto done = connection.Execute(sql, params);
    ASSERT_TRUE(done) << sql << ": " << done.error().message;
  }

  void ExpectExact() {
    auto wrong = connection_.Execute(kWrong);
    ASSERT_TRUE(wrong) << wrong.error().message;
    for (int row = 0; row < wrong->size(); ++row) {
      std::string line;
      for (int column = 0; column < wrong->columns(); ++column) {
        line += fmt::format(" {}={}", wrong->Name(column), wrong->Text(row, column));
      }
      ADD_FAILURE() << "wrong totals:" << line;
    }
  }

  Connection connection_ = Connect();
};

// Two moves may give one customer the same order twice, which the primary key refuses.
bool DoneOrRefused(const Status& status) {
  return status || status.error().code == Code::kAlreadyExists;
}

// Random changes of orders, as statements of one kind each. `first` keeps the order numbers of
// several of these apart.
class Changes {
 public:
  Changes(Connection& connection, uint64_t seed, int64_t first)
      : connection_(connection), random_(seed), first_(first) {}

  // One statement; fails with what PostgreSQL says.
  Status One() {
    switch (random_.Below(8)) {
      case 0: return InsertOne();
      case 1: return InsertMany();
      case 2:
        return Run("update orders set status = $3 where id = $1 or id = $2",
                   Params().Text(Order()).Text(Order()).Text(AnyStatus()));
      case 3:
        return Run("update orders set amount = amount + $3::numeric where id between $1 and $2",
                   Range().Amount(AnyAmount()));
      case 4:
        return Run("update orders set order_date = $3 where id = $1 or id = $2",
                   Params().Text(Order()).Text(Order()).Timestamp(AnyDate()));
      case 5:
        return Run("update orders set customer_id = $3 where id between $1 and $2",
                   Range().Text(AnyCustomer()));
      case 6: return Run("delete from orders where id = $1", Params().Text(Order()));
      default: return Run("delete from orders where id between $1 and $2", Range());
    }
  }

  Status InsertOne() { return Insert(1); }
  Status InsertMany() { return Insert(10 + random_.Below(40)); }
  Status DeleteAll() {
    return Run("delete from orders where id between $1 and $2",
               Params().Text(IdOf(first_)).Text(IdOf(first_ + last_)));
  }

 private:
  // Some orders come again, with another customer, amount or status. In a transaction, the
  // customers are locked first, as the stores do it.
  Status Insert(uint64_t count) {
    std::vector<std::string> customers, ids, statuses;
    std::vector<Money> amounts;
    std::vector<std::optional<Time>> dates;
    for (uint64_t i = 0; i < count; ++i) {
      auto id = last_ > 0 && random_.Chance(0.3) ? Order() : IdOf(first_ + ++last_);
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;  // once a statement
      ids.push_back(id);
      customers.push_back(AnyCustomer());
      statuses.push_back(AnyStatus());
      amounts.push_back(AnyAmount());
      dates.push_back(AnyDate());
    }
    constexpr const char kInsert[] = R"(
      insert into orders (customer_id, id, amount, status, order_date)
      select u.customer::uuid, u.id::uuid, u.amount, u.status, u.order_date
        from unnest($1::text[], $2::text[], $3::numeric[], $4::text[], $5::timestamptz[])
             as u(customer, id, amount, status, order_date)
      on conflict (customer_id, id) do update
         set amount = excluded.amount, status = excluded.status, order_date = excluded.order_date)";
    TRY(Run("select lock_customers($1::text[]::uuid[])", Params().TextArray(customers)));
    return Run(kInsert, Params()
                            .TextArray(customers)
                            .TextArray(ids)
                            .AmountArray(amounts)
                            .TextArray(statuses)
                            .TimestampArray(dates));
  }

  Status Run(const char* sql, const Params& params) {
    auto done = connection_.Execute(sql, params);
    return done ? Status() : Fail(done.error());
  }
  int64_t Number() { return first_ + static_cast<int64_t>(random_.Below(last_ + 1)); }
  std::string Order() { return IdOf(Number()); }
  Params Range() {
    auto from = Number();
    return Params().Text(IdOf(from)).Text(IdOf(from + static_cast<int64_t>(random_.Below(20))));
  }
  std::string AnyCustomer() { return IdOf(1 + static_cast<int64_t>(random_.Below(kCustomers))); }
  std::string AnyStatus() { return kStatuses[random_.Below(std::size(kStatuses))]; }
  Money AnyAmount() { return {static_cast<int64_t>(random_.Below(2'000'000)) - 500'000}; }
  Time AnyDate() { return Time(std::chrono::seconds(1'500'000'000 + random_.Below(200'000'000))); }

  Connection& connection_;
  Random random_;
  int64_t first_;
  int64_t last_ = 0;
};

TEST_F(Totals, FollowEveryKindOfChange) {
  auto order = [&](const char* sql) {
    Do(connection_, sql);
    ExpectExact();
  };
  auto totals = [&] {
    auto rows = connection_.Execute(
        "select total_spend, visit, order_count, last_order_date from customers where id = $1",
        Params().Text(IdOf(1)));
    return fmt::format("{} {} {} {}", rows->Text(0, 0), rows->Text(0, 1), rows->Text(0, 2),
                       rows->Text(0, 3));
  };
  EXPECT_EQ(totals(), "1.2500 1 0 ");
  order(R"(insert into orders (customer_id, id, amount, status, order_date) values
           ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-00000000000a',
            10.0001, 'COMPLETED', '2026-01-02'),
           ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-00000000000b',
            99, 'PENDING', '2026-05-01'))");
  EXPECT_EQ(totals(), "11.2501 2 1 2026-01-02 00:00:00+00");
  order("update orders set status = 'COMPLETED' where status = 'PENDING'");
  EXPECT_EQ(totals(), "110.2501 3 2 2026-05-01 00:00:00+00");
  order("update orders set amount = amount - 0.0001 where amount < 50");
  EXPECT_EQ(totals(), "110.2500 3 2 2026-05-01 00:00:00+00");
  order("update orders set status = 'REFUNDED' where amount = 99");
  EXPECT_EQ(totals(), "11.2500 2 1 2026-01-02 00:00:00+00");
  order(R"(insert into orders (customer_id, id, amount, status, order_date) values
           ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-00000000000a',
            20, 'COMPLETED', '2025-01-02'),
           ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-00000000000c',
            3, 'COMPLETED', '2025-05-01')
           on conflict (customer_id, id) do update
              set amount = excluded.amount, order_date = excluded.order_date)");
  EXPECT_EQ(totals(), "24.2500 3 2 2025-05-01 00:00:00+00");
  order("delete from orders where status = 'COMPLETED'");
  EXPECT_EQ(totals(), "1.2500 1 0 ");
}

TEST_F(Totals, AreExactAfterRandomChanges) {
  Changes changes(connection_, 1, 1000);
  for (int i = 0; i < 400; ++i) {
    auto done = changes.One();
    ASSERT_TRUE(DoneOrRefused(done)) << done.error().message;
    if (i % 20 == 0) ExpectExact();
  }
  ExpectExact();
  ASSERT_TRUE(changes.DeleteAll());
  ExpectExact();
}

TEST_F(Totals, LeaveACustomerAloneWhenNothingThatCountsChanges) {
  Changes changes(connection_, 2, 1000);
  ASSERT_TRUE(changes.InsertMany());
  auto version = [&] {
    auto rows =
        connection_.Execute("select string_agg(xmin::text, ' ' order by id) from customers");
    return std::string(rows->Text(0, 0));
  };
  auto before = version();
  Do(connection_, "update orders set attributes = '{\"a\": 1}'");
  Do(connection_, "update orders set amount = 5 where status <> 'COMPLETED'");
  Do(connection_, "update orders set amount = amount");
  EXPECT_EQ(version(), before);
}

// The one that would be lost: while a change looks at the orders of a customer, another transaction
// has a new one that is not yet committed.
TEST_F(Totals, CountAnOrderThatIsCommittedWhileAnotherChanges) {
  for (auto change :
       {"update orders set status = 'REFUNDED' where id = $1",
        "update orders set amount = 7 where id = $1", "delete from orders where id = $1"}) {
    auto other = Connect();
    constexpr const char kInsert[] = R"(
      insert into orders (customer_id, id, amount, status, order_date)
      values ($1, $2, $3, 'COMPLETED', $4))";
    auto row = [](int64_t id, int64_t units, const char* date) {
      return Params().Text(IdOf(1)).Text(IdOf(id)).Amount({units}).Text(date);
    };
    Do(connection_, "delete from orders");
    Do(connection_, kInsert, row(1, 100'000, "2026-02-02"));
    auto inserting = Transaction::Begin(connection_);
    ASSERT_TRUE(inserting->Execute(kInsert, row(2, 500'000, "2026-01-01")));
    auto changing = std::async(std::launch::async, [&] {
      return other.Execute(change, Params().Text(IdOf(1))).has_value();
    });
    constexpr const char kWaiting[] =
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = $1";
    auto watcher = Connect();
    for (int i = 0; i < 500; ++i) {
      if (watcher.Execute(kWaiting, Params().Int(other.backend_pid()))->Int(0, 0)) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ASSERT_TRUE(inserting->Commit());
    EXPECT_TRUE(changing.get());
    ExpectExact();
  }
}

// Transactions of several statements may deadlock with one another; they are run again, as
// everywhere, and some give up half way.
TEST_F(Totals, AreExactAfterConcurrentTransactions) {
  std::atomic<int> committed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      auto connection = Connect();
      Do(connection, "set deadlock_timeout = '20ms'");
      auto seed = static_cast<uint64_t>(100 + t);
      // Pairs of threads work on the same orders.
      Changes changes(connection, seed, 1'000'000 * (1 + t / 2));
      Random random(seed);
      for (int i = 0; i < 60; ++i) {
        auto done = InTransaction(
            connection,
            [&](Transaction&) -> Status {
              for (auto n = 1 + random.Below(3); n > 0; --n) TRY(changes.One());
              return random.Chance(0.1) ? Fail(Code::kCancelled, "given up") : Status();
            },
            50);
        committed += done.has_value();
        bool expected = DoneOrRefused(done) || done.error().code == Code::kCancelled;
        EXPECT_TRUE(expected) << done.error().message;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GT(committed, 200);
  ExpectExact();
}

// One statement touches many customers, in whatever order its rows have; the locks are taken in the
// order of the ids, so that no two statements wait for each other.
TEST_F(Totals, NeverDeadlockBetweenSingleStatements) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      auto connection = Connect();
      Changes changes(connection, static_cast<uint64_t>(t), 1'000'000 * (1 + t));
      for (int i = 0; i < 100; ++i) {
        auto one = [&](Transaction&) { return i % 25 == 24 ? changes.DeleteAll() : changes.One(); };
        auto done = InTransaction(connection, one, 1);
        EXPECT_TRUE(DoneOrRefused(done)) << done.error().message;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ExpectExact();
}

}  // namespace
}  // namespace tidings::pg
