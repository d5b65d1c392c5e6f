#include "queue/presence.h"

#include <thread>

#include <gtest/gtest.h>

#include "pg/testing.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"

namespace tidings::queue {
namespace {

using pg::Got;

constexpr const char kQueue[] = "campaigns/email";

class PresenceTest : public testing::Test {
 protected:
  void SetUp() override {
    Got(connection_.Script("truncate chunks, retries, dead_letters"));
    auto transaction = pg::Transaction::Begin(connection_);
    Got(ChunkQueue::Add(*transaction, IdSource::System().Next(), kQueue, 30, 10));
    Got(transaction->Commit());
  }

  static Presence Announce(const std::string& owner) {
    return Got(Presence::Announce(pg::SharedDatabase().conninfo(), owner));
  }
  // PostgreSQL takes a moment to notice that a connection has gone.
  static Presence::Released ReleasedSoon(Presence& presence) {
    for (int i = 0; i < 500; ++i) {
      auto released = Got(presence.ReleaseOfTheDead());
      if (released.chunks + released.retries > 0) return released;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
  }
  bool Lease(const std::string& owner) {
    return Got(ChunkQueue::Lease(connection_, kQueue, owner, std::chrono::minutes(1))).has_value();
  }

  void AddRetries(std::span<const FailedAttempt> failed) {
    auto transaction = pg::Transaction::Begin(connection_);
    Got(ChunkQueue::AddRetries(*transaction, IdSource::System().Next(), kQueue, failed));
    Got(transaction->Commit());
  }
  std::vector<Retry> LeaseRetries(const std::string& owner, int limit = 10) {
    return Got(ChunkQueue::LeaseRetries(connection_, kQueue, owner, limit, std::chrono::hours(1)));
  }

  pg::Connection connection_ = pg::Connect(pg::SharedDatabase());
};

TEST_F(PresenceTest, GivesBackWhatTheDeadHeldAndNothingElse) {
  auto me = Announce("me");
  {
    auto dead = Announce("dead");
    EXPECT_TRUE(Lease("dead"));
    EXPECT_TRUE(Lease("me"));
    EXPECT_TRUE(Lease("dead"));
    EXPECT_EQ(Got(me.ReleaseOfTheDead()).chunks, 0) << "it lives";
    EXPECT_FALSE(Lease("me"));
  }
  EXPECT_EQ(ReleasedSoon(me).chunks, 2);
  EXPECT_TRUE(Lease("me"));
  EXPECT_TRUE(Lease("me"));
  EXPECT_FALSE(Lease("me"));
}

// The one who was thought dead, and was not, may not write any more.
TEST_F(PresenceTest, KeepsTheFence) {
  auto me = Announce("me");
  auto chunk = Got(ChunkQueue::Lease(connection_, kQueue, "unannounced", std::chrono::minutes(1)));
  EXPECT_EQ(Got(me.ReleaseOfTheDead()).chunks, 1);
  auto transaction = pg::Transaction::Begin(connection_);
  EXPECT_FALSE(Got(ChunkQueue::Finish(*transaction, *chunk)));
}

TEST_F(PresenceTest, GivesBackSingleMessages) {
  auto me = Announce("me");
  AddRetries(std::vector<FailedAttempt>{{1, 1, Duration(), "x"},
                                        {2, 1, Duration(), "x"},
                                        {3, 1, Duration(), "x"},
                                        {4, 1, std::chrono::hours(1), "not due"}});
  std::vector<Retry> of_the_dead;
  {
    auto dead = Announce("dead");
    of_the_dead = LeaseRetries("dead", 2);
    ASSERT_EQ(of_the_dead.size(), 2u);
    EXPECT_EQ(LeaseRetries("me").size(), 1u);
    EXPECT_EQ(Got(me.ReleaseOfTheDead()).retries, 0) << "it lives";
  }
  EXPECT_EQ(ReleasedSoon(me).retries, 2);
  auto transaction = pg::Transaction::Begin(connection_);
  EXPECT_FALSE(Got(ChunkQueue::FinishRetries(*transaction, of_the_dead))) << "the lease is over";
  Got(transaction->Rollback());
  auto mine = LeaseRetries("me");
  ASSERT_EQ(mine.size(), 2u);
  EXPECT_EQ(mine[0].attempt, 1);
}

// The first time it may be chance; then it may be what takes its host down.
TEST_F(PresenceTest, PutsOffWhatIsLostAgain) {
  auto me = Announce("me");
  AddRetries(std::vector<FailedAttempt>{{1, 1, Duration(), "x"}});
  EXPECT_EQ(LeaseRetries("gone").size(), 1u);
  EXPECT_EQ(Got(me.ReleaseOfTheDead()).retries, 1);
  EXPECT_EQ(LeaseRetries("gone as well").size(), 1u) << "at once";
  EXPECT_EQ(Got(me.ReleaseOfTheDead()).retries, 1);
  EXPECT_EQ(LeaseRetries("me").size(), 0u);
  Got(connection_.Script("delete from chunks"));
  auto due = Got(ChunkQueue::NextDue(connection_, kQueue));
  EXPECT_GT(*due, Duration());
  EXPECT_LE(*due, std::chrono::seconds(5));
}

// What waits for its time waits on, whoever had it before.
TEST_F(PresenceTest, LeavesWhatWaitsForItsTime) {
  AddRetries(std::vector<FailedAttempt>{{1, 1, Duration(), "x"}});
  auto retries = LeaseRetries("gone");
  auto transaction = pg::Transaction::Begin(connection_);
  std::vector<FailedAttempt> failed{{1, 2, std::chrono::hours(1), "x"}};
  EXPECT_TRUE(Got(ChunkQueue::PutOffRetries(*transaction, retries, failed)));
  Got(transaction->Commit());
  EXPECT_EQ(Got(Announce("me").ReleaseOfTheDead()).retries, 0);
}

}  // namespace
}  // namespace tidings::queue
