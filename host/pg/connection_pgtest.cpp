#include "pg/connection.h"

#include <thread>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pg/testing.h"
#include "pg/transaction.h"

namespace tidings::pg {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class ConnectionTest : public testing::Test {
 protected:
  int64_t Count(std::string_view sql) { return Got(connection_.Execute(sql)).Int(0, 0); }

  // Ends the backend of `connection` from another session, and waits until it is gone.
  void Terminate(Connection& connection) {
    auto other = Connect(database_);
    Got(other.Execute("select pg_terminate_backend($1, 5000)",
                      Params().Int(connection.backend_pid())));
  }

  void SetUp() override { Got(connection_.Script("drop table if exists t")); }

  const ScratchDatabase& database_ = SharedDatabase();
  Connection connection_ = Connect(database_);
};

TEST_F(ConnectionTest, SetsTheSessionUp) {
  constexpr const char kSettings[] = R"(
    select current_setting('timezone'), current_setting('datestyle'),
           current_setting('application_name'), current_setting('client_encoding'),
           current_setting('statement_timeout'), current_setting('lock_timeout'))";
  auto connection = Connect(
      database_, {.statement_timeout = std::chrono::seconds(7), .lock_timeout = milliseconds(900)});
  auto rows = Got(connection.Execute(kSettings));
  std::string settings;
  for (int i = 0; i < rows.columns(); ++i) settings += fmt::format("{};", rows.Text(0, i));
  EXPECT_EQ(settings, "UTC;ISO, YMD;tidings;UTF8;7s;900ms;");
}

TEST_F(ConnectionTest, PreparesAStatementOnce) {
  for (int i = 0; i < 5; ++i) {
    auto rows = Got(connection_.Execute("select $1::int + 1", Params().Int(i)));
    EXPECT_EQ(rows.Int(0, 0), i + 1);
  }
  EXPECT_EQ(
      Count("select count(*) from pg_prepared_statements where statement like 'select $1::int%'"),
      1);
}

TEST_F(ConnectionTest, KeepsABoundedNumberOfStatements) {
  for (int i = 0; i < 450; ++i) {
    EXPECT_EQ(Got(connection_.Execute(fmt::format("select {}", i))).Int(0, 0), i);
  }
  EXPECT_LT(Count("select count(*) from pg_prepared_statements"), 210);
}

TEST_F(ConnectionTest, PreparesAgainWhatTheServerHasLost) {
  Got(connection_.Execute("select 1 as one"));
  Got(connection_.Script("deallocate all"));
  EXPECT_EQ(Got(connection_.Execute("select 1 as one")).Int(0, 0), 1);

  Got(connection_.Script("create table t (a int); insert into t values (1)"));
  EXPECT_EQ(Got(connection_.Execute("select * from t")).columns(), 1);
  Got(connection_.Script("alter table t add b int"));
  EXPECT_EQ(Got(connection_.Execute("select * from t")).columns(), 2);
}

TEST_F(ConnectionTest, MapsErrorsToCodes) {
  Got(connection_.Script(R"(
    create table t (id int primary key, amount numeric(4, 2) not null check (amount >= 0));
    insert into t values (1, 1))"));
  struct {
    const char* sql;
    Code code;
    const char* part;
  } cases[] = {
      {"insert into t values (1, 1)", Code::kAlreadyExists,
       "duplicate key value violates unique constraint \"t_pkey\". Key (id)=(1) already exists. "
       "(SQLSTATE 23505)"},
      {"insert into t values (2, -1)", Code::kInvalidArgument, "t_amount_check"},
      {"insert into t values (2, null)", Code::kInvalidArgument, "null value in column \"amount\""},
      {"insert into t values (2, 1234)", Code::kInvalidArgument, "22003"},
      {"select 'x'::int", Code::kInvalidArgument, "22P02"},
      {"select 1 / 0", Code::kInvalidArgument, "division by zero"},
      {"selekt", Code::kInternal, "syntax error at or near \"selekt\""},
      {"select lenght('x')", Code::kInternal,
       "Hint: No function matches the given name and argument types"},
      {"set statement_timeout = 20; select pg_sleep(5)", Code::kTimeout, "57014"},
      {"do $$ begin raise sqlstate '40001'; end $$", Code::kConflict, "40001"},
      {"do $$ begin raise sqlstate '40P01'; end $$", Code::kConflict, "40P01"},
      {"do $$ begin raise sqlstate '42501'; end $$", Code::kPermissionDenied, "42501"},
      {"do $$ begin raise sqlstate '53100'; end $$", Code::kResourceExhausted, "53100"},
      {"do $$ begin raise sqlstate '08006'; end $$", Code::kUnavailable, "08006"},
  };
  for (const auto& c : cases) {
    auto done = connection_.Script(c.sql);
    ASSERT_FALSE(done) << c.sql;
    EXPECT_EQ(done.error().code, c.code) << c.sql << ": " << done.error().message;
    EXPECT_THAT(done.error().message, HasSubstr(c.part)) << c.sql;
  }
}

TEST_F(ConnectionTest, NamesTheLineOfAScript) {
  auto done = connection_.Script("select 1;\n-- äöü €\nselect 2;\nselect x;\n");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("line 4: column \"x\" does not exist"));
}

TEST_F(ConnectionTest, GoesOnAfterAnError) {
  EXPECT_FALSE(connection_.Execute("select $1::int", Params().Text("x")));
  EXPECT_EQ(Got(connection_.Execute("select $1::int", Params().Text("7"))).Int(0, 0), 7);
}

TEST_F(ConnectionTest, RefusesANulByte) {
  auto done = connection_.Execute("select $1::text, $2::text",
                                  Params().Text("fine").Text(std::string_view("a\0b", 3)));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInvalidArgument);
  EXPECT_THAT(done.error().message, HasSubstr("parameter $2 holds a NUL byte"));
}

TEST_F(ConnectionTest, SaysThatTheServerIsAway) {
  struct {
    std::string conninfo;
    Code code;
    const char* part;
  } cases[] = {
      {"host=/nonexistent dbname=x", Code::kUnavailable, "cannot connect to PostgreSQL"},
      {"host=127.0.0.1 port=1 dbname=x", Code::kUnavailable, "refused"},
      {"nonsense", Code::kInvalidArgument, "missing \"=\" after \"nonsense\""},
      {database_.conninfo() + " dbname=nowhere", Code::kNotFound, "\"nowhere\" does not exist"},
  };
  for (const auto& c : cases) {
    auto connection = Connection::Open(c.conninfo);
    ASSERT_FALSE(connection) << c.conninfo;
    EXPECT_EQ(connection.error().code, c.code) << connection.error().message;
    EXPECT_THAT(connection.error().message, HasSubstr(c.part));
  }
}

TEST_F(ConnectionTest, NoticesATerminatedBackend) {
  EXPECT_TRUE(connection_.Healthy());
  Terminate(connection_);
  auto done = connection_.Execute("select 1");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kUnavailable);
  EXPECT_FALSE(connection_.Healthy());
}

TEST_F(ConnectionTest, NoticesATerminatedBackendWithoutUsingIt) {
  Terminate(connection_);
  for (int i = 0; i < 200 && connection_.Healthy(); ++i) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_FALSE(connection_.Healthy());
}

TEST_F(ConnectionTest, IsCancelledFromAnotherThread) {
  std::thread canceller([&] {
    std::this_thread::sleep_for(milliseconds(50));
    connection_.Cancel();
  });
  auto done = connection_.Execute("select pg_sleep(20)");
  canceller.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kCancelled);
  EXPECT_EQ(Count("select 1"), 1);
}

TEST_F(ConnectionTest, GivesUpWaitingForALock) {
  Got(connection_.Script("create table t (a int)"));
  auto transaction = Got(Transaction::Begin(connection_));
  Got(transaction.Execute("lock table t"));
  auto other = Connect(database_, {.lock_timeout = milliseconds(30)});
  auto done = other.Execute("select * from t");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kTimeout);
}

TEST_F(ConnectionTest, StreamsRows) {
  int64_t sum = 0, rows = 0;
  Got(connection_.Stream("select i from generate_series(1, $1::int) i", Params().Int(10'000),
                         [&](const Rows& row) -> Status {
                           EXPECT_EQ(row.size(), 1);
                           sum += row.Int(0, 0);
                           ++rows;
                           return {};
                         }));
  EXPECT_EQ(rows, 10'000);
  EXPECT_EQ(sum, 50'005'000);
}

TEST_F(ConnectionTest, StopsAStreamThatIsNotWanted) {
  int rows = 0;
  auto done =
      connection_.Stream("select generate_series(1, 100000000)", {}, [&](const Rows&) -> Status {
        if (++rows < 10) return {};
        return Fail(Code::kResourceExhausted, "enough");
      });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "enough");
  EXPECT_EQ(rows, 10);
  EXPECT_EQ(Count("select 1"), 1);
}

TEST_F(ConnectionTest, TellsTheErrorInAStream) {
  int rows = 0;
  auto done = connection_.Stream("select 10 / (3 - i) from generate_series(1, 5) i", {},
                                 [&](const Rows&) -> Status {
                                   ++rows;
                                   return {};
                                 });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInvalidArgument);
  EXPECT_EQ(rows, 2);
}

TEST_F(ConnectionTest, StreamsInBlocks) {
  auto transaction = Got(Transaction::Begin(connection_));
  std::vector<int> sizes;
  int64_t sum = 0;
  auto add = [&](Rows rows) -> Status {
    sizes.push_back(rows.size());
    for (int i = 0; i < rows.size(); ++i) sum += rows.Int(i, 0);
    return {};
  };
  const char* kSelect = "select i from generate_series(1, $1::int) i";
  Got(connection_.StreamBlocks(kSelect, Params().Int(10), 4, add));
  EXPECT_EQ(sizes, (std::vector{4, 4, 2}));
  EXPECT_EQ(sum, 55);
  Got(connection_.StreamBlocks("select 'x', i from generate_series(1, $1::int) i", Params().Int(3),
                               4, [&](Rows rows) -> Status {
                                 EXPECT_EQ(rows.Text(2, 0), "x");
                                 EXPECT_EQ(rows.Int(2, 1), 3);
                                 return {};
                               }));
  auto stopped = connection_.StreamBlocks(kSelect, Params().Int(10), 4, [](Rows) -> Status {
    return Fail(Code::kInvalidArgument, "enough");
  });
  EXPECT_EQ(stopped.error().message, "enough");
  EXPECT_FALSE(
      connection_.StreamBlocks("select 1 / (i - 2) from generate_series(1, 3) i", {}, 4, add));
  Got(transaction.Rollback());
}

TEST_F(ConnectionTest, CopiesOut) {
  std::string text;
  Got(connection_.CopyOut("copy (select i, 'é' from generate_series(1, 3) i) to stdout",
                          [&](std::string_view data) -> Status {
                            text += data;
                            return {};
                          }));
  EXPECT_EQ(text, "1\té\n2\té\n3\té\n");
}

TEST_F(ConnectionTest, RefusesACopyThroughTheWrongDoor) {
  Got(connection_.Script("create table t (a int)"));
  auto keep = [](std::string_view) -> Status { return {}; };
  EXPECT_FALSE(connection_.Execute("copy t from stdin"));
  EXPECT_FALSE(connection_.Execute("copy t to stdout"));
  EXPECT_FALSE(connection_.BeginCopyIn("copy t from stdin"));
  EXPECT_FALSE(connection_.BeginCopyIn("select 1"));
  EXPECT_FALSE(connection_.CopyOut("select 1", keep));
  EXPECT_FALSE(connection_.CopyOut("copy t from stdin", keep));
  EXPECT_EQ(Count("select 1"), 1);
}

TEST_F(ConnectionTest, RollsBackUnlessCommitted) {
  Got(connection_.Script("create table t (a int)"));
  {
    auto transaction = Got(Transaction::Begin(connection_));
    Got(transaction.Execute("insert into t values (1)"));
  }
  EXPECT_EQ(Count("select count(*) from t"), 0);
  auto transaction = Got(Transaction::Begin(connection_));
  Got(transaction.Execute("insert into t values (1)"));
  auto moved = std::move(transaction);
  Got(moved.Commit());
  EXPECT_EQ(Count("select count(*) from t"), 1);
  EXPECT_FALSE(moved.Commit());
  EXPECT_FALSE(moved.Execute("select 1"));
}

TEST_F(ConnectionTest, HoldsOneTransactionAtATime) {
  auto transaction = Got(Transaction::Begin(connection_));
  EXPECT_FALSE(Transaction::Begin(connection_));
}

TEST_F(ConnectionTest, DoesNotCallAFailedTransactionCommitted) {
  auto transaction = Got(Transaction::Begin(connection_));
  EXPECT_FALSE(transaction.Execute("select 1 / 0"));
  auto committed = transaction.Commit();
  ASSERT_FALSE(committed);
  EXPECT_THAT(committed.error().message, HasSubstr("rolled back"));
  EXPECT_FALSE(connection_.InTransaction());
}

TEST_F(ConnectionTest, TellsThatACommitGotLost) {
  auto transaction = Got(Transaction::Begin(connection_));
  Terminate(connection_);
  auto committed = transaction.Commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, Code::kUnavailable);
}

TEST_F(ConnectionTest, RunsATransactionAgainAfterAConflict) {
  int runs = 0;
  Got(InTransaction(connection_, [&](Transaction& transaction) -> Status {
    if (++runs < 3) TRY(transaction.Execute("do $$ begin raise sqlstate '40001'; end $$"));
    return {};
  }));
  EXPECT_EQ(runs, 3);
  auto never = InTransaction(
      connection_, [&](Transaction&) { return Status(Fail(Code::kConflict, "again")); }, 2);
  EXPECT_FALSE(never);
  EXPECT_FALSE(connection_.InTransaction());
}

TEST_F(ConnectionTest, SeesOneStateUnderRepeatableRead) {
  Got(connection_.Script("create table t (a int)"));
  auto other = Connect(database_);
  auto transaction = Got(Transaction::Begin(other, Isolation::kRepeatableRead));
  EXPECT_EQ(Got(transaction.Execute("select count(*) from t")).Int(0, 0), 0);
  Got(connection_.Script("insert into t values (1)"));
  EXPECT_EQ(Got(transaction.Execute("select count(*) from t")).Int(0, 0), 0);
}

}  // namespace
}  // namespace tidings::pg
