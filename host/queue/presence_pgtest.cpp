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
  static int64_t ReleasedSoon(Presence& presence) {
    for (int i = 0; i < 500; ++i) {
      if (auto released = Got(presence.ReleaseOfTheDead())) return released;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return 0;
  }
  bool Lease(const std::string& owner) {
    return Got(ChunkQueue::Lease(connection_, kQueue, owner, std::chrono::minutes(1))).has_value();
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
    EXPECT_EQ(Got(me.ReleaseOfTheDead()), 0) << "it lives";
    EXPECT_FALSE(Lease("me"));
  }
  EXPECT_EQ(ReleasedSoon(me), 2);
  EXPECT_TRUE(Lease("me"));
  EXPECT_TRUE(Lease("me"));
  EXPECT_FALSE(Lease("me"));
}

// The one who was thought dead, and was not, may not write any more.
TEST_F(PresenceTest, KeepsTheFence) {
  auto me = Announce("me");
  auto chunk = Got(ChunkQueue::Lease(connection_, kQueue, "unannounced", std::chrono::minutes(1)));
  EXPECT_EQ(Got(me.ReleaseOfTheDead()), 1);
  auto transaction = pg::Transaction::Begin(connection_);
  EXPECT_FALSE(Got(ChunkQueue::Finish(*transaction, *chunk)));
}

}  // namespace
}  // namespace tidings::queue
