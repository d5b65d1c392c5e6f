#include "pg/migrations.h"

#include <atomic>
#include <thread>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "pg/testing.h"

namespace tidings::pg {
namespace {

using testing::HasSubstr;

class Migrations : public testing::Test {
 protected:
  void SetUp() override {
    Got(connection_.Script("drop schema public cascade; create schema public"));
  }
  void Write(const std::string& name, const std::string& sql) {
    Got(WriteFile(folder_.path() / name, sql));
  }
  Result<int> Run() { return Migrate(connection_, folder_.path()); }
  void ExpectFailure(Code code, const std::vector<std::string>& parts) {
    auto migrated = Run();
    ASSERT_FALSE(migrated);
    EXPECT_EQ(migrated.error().code, code) << migrated.error().message;
    for (const auto& part : parts) EXPECT_THAT(migrated.error().message, HasSubstr(part));
  }
  // "0001_a 0002_b": what the database says it has had.
  std::string Applied() {
    auto rows = Got(connection_.Execute(
        "select coalesce(string_agg(name, ' ' order by version), '') from migrations"));
    return std::string(rows.Text(0, 0));
  }
  bool TableExists(const char* name) {
    return !Got(connection_.Execute("select to_regclass($1)", Params().Text(name))).IsNull(0, 0);
  }

  TempDir folder_;
  static const ScratchDatabase& Database() {
    static const ScratchDatabase database;  // not the shared one, as its tables go
    return database;
  }

  const ScratchDatabase& database_ = Database();
  Connection connection_ = Connect(database_);
};

TEST_F(Migrations, AppliesWhatIsNewInOrder) {
  Write("0001_first.sql", "create table a (id int);");
  Write("0002_second.sql", "alter table a add b int; create table b (id int);");
  EXPECT_EQ(Got(Run()), 2);
  EXPECT_EQ(Got(Run()), 0);
  Write("0003_third.sql", "-- nothing but a comment, and ä");
  Write("notes.txt", "not a migration");
  EXPECT_EQ(Got(Run()), 1);
  EXPECT_EQ(Applied(), "0001_first 0002_second 0003_third");
  EXPECT_TRUE(TableExists("b"));
}

TEST_F(Migrations, AreTheOnesOfThisProduct) {
  auto applied = Got(Migrate(connection_, TIDINGS_SOURCE_DIR "/sql"));
  EXPECT_GE(applied, 1);
  EXPECT_EQ(Got(Migrate(connection_, TIDINGS_SOURCE_DIR "/sql")), 0);
  EXPECT_TRUE(TableExists("customers"));
}

TEST_F(Migrations, RecordTheChecksumOfTheFile) {
  Write("0001_a.sql", "select 1;");
  Got(Run());
  auto rows = Got(connection_.Execute("select sha256 from migrations"));
  EXPECT_EQ(rows.Text(0, 0), "354b7196c9ba5fb4b21cf615bb6ec4cd5c07503c34229feef033fc081a8c03f4");
}

TEST_F(Migrations, RefuseAChangedFile) {
  Write("0001_first.sql", "create table a (id int);");
  Write("0002_second.sql", "create table b (id int);");
  Got(Run());
  Write("0001_first.sql", "create table a (id bigint);");
  Write("0003_third.sql", "create table c (id int);");
  ExpectFailure(Code::kConflict, {"migration 0001_first was applied to this database and has been "
                                  "changed since",
                                  "put the file back", "0004_<name>.sql"});
  EXPECT_FALSE(TableExists("c"));
}

TEST_F(Migrations, RefuseARenamedFile) {
  Write("0001_first.sql", "create table a (id int);");
  Got(Run());
  std::filesystem::rename(folder_.path() / "0001_first.sql", folder_.path() / "0001_other.sql");
  ExpectFailure(Code::kConflict, {"0001_first", "now 0001_other"});
}

TEST_F(Migrations, RefuseADatabaseThatIsNewer) {
  Write("0001_first.sql", "create table a (id int);");
  Write("0002_second.sql", "create table b (id int);");
  Got(Run());
  std::filesystem::remove(folder_.path() / "0002_second.sql");
  ExpectFailure(Code::kConflict, {"newer than this Tidings", "0002_second"});
}

TEST_F(Migrations, RefuseBadNumbers) {
  Write("0001_first.sql", "create table a (id int);");
  Write("0003_third.sql", "create table c (id int);");
  ExpectFailure(Code::kConflict, {"0003_third.sql is not migration 0002"});
  std::filesystem::rename(folder_.path() / "0003_third.sql", folder_.path() / "0001_twice.sql");
  ExpectFailure(Code::kConflict, {"0001_twice.sql is not migration 0002"});
  std::filesystem::rename(folder_.path() / "0001_twice.sql", folder_.path() / "2_short.sql");
  ExpectFailure(Code::kConflict, {"2_short.sql is not migration 0002"});
  EXPECT_FALSE(TableExists("a"));
}

TEST_F(Migrations, RefuseALineThatIsMissing) {
  Write("0001_first.sql", "create table a (id int);");
  Write("0002_second.sql", "create table b (id int);");
  Got(Run());
  Got(connection_.Script("delete from migrations where version = 1"));
  ExpectFailure(Code::kConflict, {"no line for 0001_first"});
}

TEST_F(Migrations, TellWhereThereIsNothing) {
  ExpectFailure(Code::kNotFound, {"there is no migration in", folder_.path().string()});
  auto nowhere = Migrate(connection_, folder_.path() / "nowhere");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);
}

TEST_F(Migrations, LeaveNothingHalfDone) {
  Write("0001_first.sql", "create table a (id int);");
  Write("0002_second.sql", "create table b (id int);\ninsert into a values (1);\nselect nonsense;");
  ExpectFailure(Code::kInternal,
                {"migration 0002_second: line 3: column \"nonsense\" does not exist"});
  EXPECT_EQ(Applied(), "0001_first");
  EXPECT_FALSE(TableExists("b"));
  Write("0002_second.sql", "create table b (id int);");
  EXPECT_EQ(Got(Run()), 1);
}

TEST_F(Migrations, RefuseToCommitHalfWay) {
  for (auto sql :
       {"create table b (id int); commit; begin;", "create table b (id int); rollback;"}) {
    Write("0001_first.sql", sql);
    ExpectFailure(Code::kInvalidArgument, {"0001_first", "must not contain COMMIT or ROLLBACK"});
    EXPECT_EQ(Applied(), "");
    Got(connection_.Script("drop table if exists b"));
  }
}

TEST_F(Migrations, SurviveALostConnection) {
  Write("0001_first.sql", "create table a (id int);");
  Write("0002_second.sql", "create table b (id int); select pg_sleep(60);");
  auto admin = Connect(database_);
  std::thread killer([&] {
    constexpr const char kKill[] = R"(
      select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where pid = $1 and wait_event = 'PgSleep')";
    while (Got(admin.Execute(kKill, Params().Int(connection_.backend_pid()))).empty()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  ExpectFailure(Code::kUnavailable, {"migration 0002_second"});
  killer.join();
  connection_ = Connect(database_);
  EXPECT_EQ(Applied(), "0001_first");
  EXPECT_FALSE(TableExists("b"));
  Write("0002_second.sql", "create table b (id int);");
  EXPECT_EQ(Got(Run()), 1) << "the lock went with the connection";
}

TEST_F(Migrations, TakeTurns) {
  constexpr int kFiles = 5;
  for (int i = 1; i <= kFiles; ++i) {
    Write(fmt::format("{:04}_m.sql", i),
          fmt::format("select pg_sleep(0.01); create table t{} (id int);", i));
  }
  std::atomic<int> applied = 0;
  std::vector<std::thread> hosts;
  for (int i = 0; i < 4; ++i) {
    hosts.emplace_back([&] {
      auto connection = Connect(database_);
      applied += Got(Migrate(connection, folder_.path()));
    });
  }
  for (auto& host : hosts) host.join();
  EXPECT_EQ(applied, kFiles);
}

}  // namespace
}  // namespace tidings::pg
