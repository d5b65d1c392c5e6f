#include "pg/pool.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pg/testing.h"
#include "pg/transaction.h"

namespace tidings::pg {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class PoolTest : public testing::Test {
 protected:
  void Terminate(int backend) {
    Got(admin_.Execute("select pg_terminate_backend($1, 5000)", Params().Int(backend)));
  }

  const ScratchDatabase& database_ = SharedDatabase();
  Connection admin_ = Connect(database_);
};

TEST_F(PoolTest, ReusesConnections) {
  Pool pool(database_.conninfo(), 4);
  int first = Got(pool.Acquire())->backend_pid();
  EXPECT_EQ(Got(pool.Acquire())->backend_pid(), first);
  EXPECT_EQ(pool.leased(), 0);
}

TEST_F(PoolTest, GivesEachItsOwn) {
  Pool pool(database_.conninfo(), 2);
  auto one = Got(pool.Acquire());
  auto two = Got(pool.Acquire());
  EXPECT_NE(one->backend_pid(), two->backend_pid());
  EXPECT_EQ(pool.leased(), 2);
}

TEST_F(PoolTest, WaitsForAConnectionAndGivesUp) {
  Pool pool(database_.conninfo(), 1);
  std::optional<Lease> lease = Got(pool.Acquire());
  auto none = pool.Acquire(milliseconds(20));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kTimeout);
  EXPECT_THAT(none.error().message, HasSubstr("all 1 connections were in use for 20 ms"));
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(30));
    lease.reset();
  });
  EXPECT_TRUE(pool.Acquire());
  later.join();
}

TEST_F(PoolTest, ReplacesATerminatedConnection) {
  Pool pool(database_.conninfo(), 1);
  int backend = Got(pool.Acquire())->backend_pid();
  Terminate(backend);
  for (int i = 0; i < 3; ++i) {
    auto lease = Got(pool.Acquire());
    EXPECT_EQ(Got(lease->Execute("select 1")).Int(0, 0), 1);
    EXPECT_NE(lease->backend_pid(), backend);
  }
}

TEST_F(PoolTest, ThrowsAwayAConnectionThatBrokeInUse) {
  Pool pool(database_.conninfo(), 1);
  {
    auto lease = Got(pool.Acquire());
    Terminate(lease->backend_pid());
    EXPECT_FALSE(lease->Execute("select 1"));
  }
  EXPECT_EQ(Got(Got(pool.Acquire())->Execute("select 1")).Int(0, 0), 1);
}

TEST_F(PoolTest, RollsBackWhatWasLeftOpen) {
  Pool pool(database_.conninfo(), 1);
  Got(admin_.Script("drop table if exists t; create table t (a int)"));
  Got(Got(pool.Acquire())->Script("begin; insert into t values (1)"));
  auto lease = Got(pool.Acquire());
  EXPECT_FALSE(lease->InTransaction());
  EXPECT_EQ(Got(lease->Execute("select count(*) from t")).Int(0, 0), 0);
}

TEST_F(PoolTest, TellsThatTheServerIsAwayAndRecovers) {
  Pool pool("host=/nonexistent dbname=x", 1);
  for (int i = 0; i < 3; ++i) {
    auto lease = pool.Acquire(milliseconds(50));
    ASSERT_FALSE(lease);
    EXPECT_EQ(lease.error().code, Code::kUnavailable) << "a place must not get lost";
  }
  EXPECT_EQ(pool.leased(), 0);
}

TEST_F(PoolTest, ClosesForThoseWhoWait) {
  Pool pool(database_.conninfo(), 1);
  auto lease = Got(pool.Acquire());
  std::thread closer([&] {
    std::this_thread::sleep_for(milliseconds(20));
    pool.Close();
  });
  auto none = pool.Acquire();
  closer.join();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kUnavailable);
  EXPECT_EQ(Got(lease->Execute("select 1")).Int(0, 0), 1) << "a lease goes on";
}

TEST_F(PoolTest, MovesLeases) {
  Pool pool(database_.conninfo(), 2);
  auto one = Got(pool.Acquire());
  one = Got(pool.Acquire());
  EXPECT_EQ(pool.leased(), 1);
  Lease other = std::move(one);
  EXPECT_EQ(Got(other->Execute("select 1")).Int(0, 0), 1);
}

TEST_F(PoolTest, ServesManyThreads) {
  Pool pool(database_.conninfo(), 3);
  std::atomic<int64_t> sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto lease = Got(pool.Acquire());
        sum += Got(lease->Execute("select $1::int", Params().Int(i))).Int(0, 0);
        if (i == 25) (void)lease->Execute("select pg_terminate_backend(pg_backend_pid())");
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, 8 * 49 * 50 / 2);
}

}  // namespace
}  // namespace tidings::pg
