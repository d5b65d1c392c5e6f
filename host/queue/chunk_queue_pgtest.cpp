#include "queue/chunk_queue.h"

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pg/testing.h"
#include "pg/transaction.h"

namespace tidings::queue {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char kQueue[] = "campaigns/email";

using pg::Got;

class ChunkQueueTest : public testing::Test {
 protected:
  void SetUp() override { Got(connection_.Script("truncate chunks, retries, dead_letters")); }

  static pg::Connection Connect() { return pg::Connect(pg::SharedDatabase()); }

  // Runs `body` in a transaction of its own and commits.
  template <class Body>
  auto Committed(Body body) {
    auto transaction = pg::Transaction::Begin(connection_);
    auto result = body(*transaction);
    EXPECT_TRUE(transaction->Commit());
    return result;
  }

  void Add(const Id& source, int audience, int chunk_size) {
    Got(Committed([&](auto& transaction) {
      return ChunkQueue::Add(transaction, source, kQueue, audience, chunk_size);
    }));
  }
  std::optional<Chunk> Lease(Duration lease = minutes(1)) {
    return Got(ChunkQueue::Lease(connection_, kQueue, "test", lease));
  }
  bool Finish(const Chunk& chunk) {
    return Got(
        Committed([&](auto& transaction) { return ChunkQueue::Finish(transaction, chunk); }));
  }
  void AddRetries(const Id& source, const std::vector<FailedAttempt>& failed) {
    Got(Committed([&](auto& transaction) {
      return ChunkQueue::AddRetries(transaction, source, kQueue, failed);
    }));
  }
  std::vector<Retry> LeaseRetries(int limit = 100, Duration lease = minutes(1)) {
    return Got(ChunkQueue::LeaseRetries(connection_, kQueue, "w1", limit, lease));
  }
  Backlog Depth() { return Got(ChunkQueue::Depth(connection_, kQueue)); }
  std::optional<Duration> NextDue() { return Got(ChunkQueue::NextDue(connection_, kQueue)); }

  static std::vector<int> NumbersOf(const std::vector<Retry>& retries) {
    std::vector<int> numbers;
    for (const auto& retry : retries) numbers.push_back(retry.n);
    return numbers;
  }

  pg::Connection connection_ = Connect();
  Id source_ = IdSource::System().Next();
};

TEST_F(ChunkQueueTest, CutsAnAudienceWithoutGapsOrOverlaps) {
  for (auto [audience, size, chunks] :
       {std::tuple(0, 10, 0), std::tuple(1, 10, 1), std::tuple(10, 10, 1), std::tuple(11, 10, 2),
        std::tuple(25, 1, 25), std::tuple(2'000'000'000, 1'500'000'000, 2)}) {
    Id source = IdSource::System().Next();
    Add(source, audience, size);
    int next = 1, found = 0;
    while (auto chunk = Lease()) {
      EXPECT_EQ(chunk->source, source);
      EXPECT_EQ(chunk->no, ++found);
      EXPECT_EQ(chunk->lo, next);
      EXPECT_LE(chunk->size(), size);
      next = chunk->hi + 1;
      EXPECT_TRUE(Finish(*chunk));
    }
    EXPECT_EQ(found, chunks) << audience;
    EXPECT_EQ(next, audience + 1);
  }
}

TEST_F(ChunkQueueTest, RefusesSizesThatMakeNoChunks) {
  for (auto [audience, size] : {std::pair(-1, 10), std::pair(10, 0), std::pair(10, -5)}) {
    auto added = Committed([&](auto& transaction) {
      return ChunkQueue::Add(transaction, source_, kQueue, audience, size);
    });
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Code::kInvalidArgument);
  }
}

TEST_F(ChunkQueueTest, AddsASourceOnce) {
  Add(source_, 10, 5);
  auto transaction = pg::Transaction::Begin(connection_);
  auto again = ChunkQueue::Add(*transaction, source_, kQueue, 10, 5);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kAlreadyExists);
}

TEST_F(ChunkQueueTest, KeepsQueuesApart) {
  Add(source_, 10, 5);
  EXPECT_FALSE(Got(ChunkQueue::Lease(connection_, "campaigns/sms", "test", minutes(1))));
  EXPECT_TRUE(Lease());
}

TEST_F(ChunkQueueTest, LetsTwoCampaignsGoOnSideBySide) {
  Id first = IdSource::System().Next(), second = IdSource::System().Next();
  Add(first, 30, 10);
  Add(second, 30, 10);
  std::vector<std::pair<int, bool>> order;
  while (auto chunk = Lease()) order.push_back({chunk->no, chunk->source == second});
  EXPECT_THAT(order, ElementsAre(std::pair(1, false), std::pair(1, true), std::pair(2, false),
                                 std::pair(2, true), std::pair(3, false), std::pair(3, true)));
}

TEST_F(ChunkQueueTest, GivesALapsedLeaseToAnotherAndFencesTheFirstOff) {
  Add(source_, 5, 5);
  auto slow = Lease(milliseconds(30));
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->attempt, 1);
  EXPECT_FALSE(Lease());  // it is leased
  std::this_thread::sleep_for(milliseconds(60));
  auto quick = Lease();
  ASSERT_TRUE(quick);
  EXPECT_EQ(quick->no, slow->no);
  EXPECT_GT(quick->epoch, slow->epoch);
  EXPECT_EQ(quick->attempt, 2);

  EXPECT_FALSE(Finish(*slow));
  EXPECT_FALSE(Got(ChunkQueue::Renew(connection_, *slow, minutes(1))));
  EXPECT_FALSE(Got(ChunkQueue::Release(connection_, *slow)));
  EXPECT_FALSE(Got(Committed([&](auto& t) { return ChunkQueue::Split(t, *slow); })));
  EXPECT_TRUE(Finish(*quick));
  EXPECT_FALSE(Finish(*quick)) << "a chunk is finished once";
}

TEST_F(ChunkQueueTest, CountsALapsedLeaseThatNobodyTook) {
  Add(source_, 5, 5);
  auto chunk = Lease(milliseconds(1));
  std::this_thread::sleep_for(milliseconds(5));
  EXPECT_TRUE(Finish(*chunk));
}

TEST_F(ChunkQueueTest, RenewsAndReleases) {
  Add(source_, 5, 5);
  auto chunk = Lease(milliseconds(40));
  EXPECT_TRUE(Got(ChunkQueue::Renew(connection_, *chunk, minutes(1))));
  std::this_thread::sleep_for(milliseconds(60));
  EXPECT_FALSE(Lease());
  EXPECT_TRUE(Got(ChunkQueue::Release(connection_, *chunk)));
  auto again = Lease();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempt, 1) << "a chunk given back has not been tried";
  EXPECT_GT(again->epoch, chunk->epoch);
}

TEST_F(ChunkQueueTest, FindsOneRowByHalving) {
  constexpr int kPoison = 77;
  Add(source_, 100, 100);
  int leases = 0, finished = 0;
  while (auto chunk = Lease()) {
    ++leases;
    bool bad = chunk->lo <= kPoison && kPoison <= chunk->hi;
    if (bad && chunk->size() > 1) {
      EXPECT_TRUE(Got(Committed([&](auto& t) { return ChunkQueue::Split(t, *chunk); })));
      continue;
    }
    EXPECT_TRUE(!bad || chunk->lo == kPoison);
    finished += chunk->size();
    EXPECT_TRUE(Finish(*chunk));
  }
  EXPECT_EQ(finished, 100);
  EXPECT_LT(leases, 18);
  auto one = Committed([&](auto& t) { return ChunkQueue::Split(t, Chunk{.lo = 1, .hi = 1}); });
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, Code::kInvalidArgument);
}

TEST_F(ChunkQueueTest, NeverHandsAChunkToTwo) {
  constexpr int kWorkers = 8, kSources = 3, kChunks = 60;
  for (int i = 0; i < kSources; ++i) Add(IdSource::System().Next(), kChunks * 5, 5);
  std::mutex mutex;
  std::map<std::pair<Id, int>, int> leases;
  std::atomic<int> finished = 0;
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&] {
      auto connection = Connect();
      while (auto chunk = Got(ChunkQueue::Lease(connection, kQueue, "worker", minutes(1)))) {
        {
          std::lock_guard lock(mutex);
          ++leases[{chunk->source, chunk->no}];
        }
        auto transaction = pg::Transaction::Begin(connection);
        finished += Got(ChunkQueue::Finish(*transaction, *chunk));
        EXPECT_TRUE(transaction->Commit());
      }
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(leases.size(), size_t{kSources * kChunks});
  for (auto& [chunk, times] : leases) EXPECT_EQ(times, 1);
  EXPECT_EQ(finished, kSources * kChunks);
}

// Leases so short that they lapse all the time: every chunk is finished once, by its last holder.
TEST_F(ChunkQueueTest, FinishesOnceUnderLapsingLeases) {
  constexpr int kChunks = 40;
  Add(source_, kChunks, 1);
  std::atomic<int> finished = 0, fenced = 0;
  std::vector<std::thread> workers;
  for (int i = 0; i < 6; ++i) {
    workers.emplace_back([&, i] {
      auto connection = Connect();
      Random random(static_cast<uint64_t>(i));
      while (finished < kChunks) {
        auto chunk = Got(ChunkQueue::Lease(connection, kQueue, "worker", milliseconds(3)));
        if (!chunk) continue;
        std::this_thread::sleep_for(std::chrono::microseconds(random.Below(5000)));
        auto transaction = pg::Transaction::Begin(connection);
        bool ours = Got(ChunkQueue::Finish(*transaction, *chunk));
        EXPECT_TRUE(!ours || transaction->Commit());
        ++(ours ? finished : fenced);
      }
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(finished, kChunks);
  auto done = Got(connection_.Execute("select count(*) from chunks where state = 2"));
  EXPECT_EQ(done.Int(0, 0), kChunks);
}

TEST_F(ChunkQueueTest, HandsOutRetriesWhenTheyAreDue) {
  AddRetries(source_,
             {{3, 1, seconds(0), "busy"}, {1, 1, seconds(0), "busy"}, {2, 1, minutes(5), "busy"}});
  auto retries = LeaseRetries();
  EXPECT_THAT(NumbersOf(retries), ElementsAre(1, 3));
  EXPECT_EQ(retries[0].source, source_);
  EXPECT_EQ(retries[0].queue, kQueue);
  EXPECT_EQ(retries[0].attempt, 1);
  EXPECT_THAT(LeaseRetries(), ElementsAre()) << "leased, or not due";
}

TEST_F(ChunkQueueTest, HandsOutRetriesOfOneSourceAtATimeLongestDueFirst) {
  Id other = IdSource::System().Next();
  AddRetries(other, {{7, 1, -seconds(5), "late"}});
  AddRetries(source_,
             {{1, 1, -seconds(1), "x"}, {2, 1, -seconds(9), "x"}, {3, 1, -seconds(3), "x"}});
  EXPECT_THAT(NumbersOf(LeaseRetries(2)), ElementsAre(2, 3));
  EXPECT_THAT(NumbersOf(LeaseRetries(2)), ElementsAre(7));
  EXPECT_THAT(NumbersOf(LeaseRetries(2)), ElementsAre(1));
}

TEST_F(ChunkQueueTest, FencesRetriesOff) {
  AddRetries(source_, {{1, 1, seconds(0), "x"}, {2, 1, seconds(0), "x"}});
  auto slow = LeaseRetries(100, milliseconds(10));
  ASSERT_EQ(slow.size(), 2u);
  std::this_thread::sleep_for(milliseconds(30));
  auto quick = LeaseRetries(1);
  ASSERT_EQ(quick.size(), 1u);
  auto transaction = pg::Transaction::Begin(connection_);
  EXPECT_FALSE(Got(ChunkQueue::FinishRetries(*transaction, slow))) << "one of two was taken over";
  ASSERT_TRUE(transaction->Rollback());
  EXPECT_TRUE(Got(Committed([&](auto& t) { return ChunkQueue::FinishRetries(t, quick); })));
  EXPECT_EQ(Depth().waiting + Depth().due, 1);
}

TEST_F(ChunkQueueTest, PutsOffWhatFailsAgain) {
  AddRetries(source_, {{1, 1, seconds(0), "busy"}});
  auto retries = LeaseRetries();
  std::vector<FailedAttempt> failed = {{1, 2, milliseconds(30), "still busy"}};
  auto put_off = [&](auto& t) { return ChunkQueue::PutOffRetries(t, retries, failed); };
  EXPECT_TRUE(Got(Committed(put_off)));
  EXPECT_FALSE(Got(Committed(put_off))) << "putting off ends the lease";
  EXPECT_TRUE(LeaseRetries().empty());
  std::this_thread::sleep_for(milliseconds(50));
  auto again = LeaseRetries();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].attempt, 2);
  EXPECT_GT(again[0].epoch, retries[0].epoch);
}

TEST_F(ChunkQueueTest, RefusesRetriesOfSeveralSources) {
  std::vector<Retry> mixed = {{source_, kQueue, 1, 1, 1}, {Id(), kQueue, 1, 1, 1}};
  auto finished = Committed([&](auto& t) { return ChunkQueue::FinishRetries(t, mixed); });
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, Code::kInvalidArgument);
  auto uneven = Committed([&](auto& t) { return ChunkQueue::PutOffRetries(t, mixed, {}); });
  ASSERT_FALSE(uneven);
  EXPECT_THAT(uneven.error().message, HasSubstr("2 retries, but 0 failed attempts"));
}

TEST_F(ChunkQueueTest, NeverHandsARetryToTwo) {
  std::vector<FailedAttempt> failed;
  for (int n = 1; n <= 500; ++n) failed.push_back({n, 1, seconds(0), "busy"});
  AddRetries(source_, failed);
  AddRetries(IdSource::System().Next(), failed);
  std::mutex mutex;
  std::map<std::pair<Id, int>, int> leases;
  std::vector<std::thread> workers;
  for (int i = 0; i < 6; ++i) {
    workers.emplace_back([&] {
      auto connection = Connect();
      for (int empty = 0; empty < 3;) {
        auto retries = Got(ChunkQueue::LeaseRetries(connection, kQueue, "w1", 7, minutes(1)));
        empty += retries.empty();
        std::lock_guard lock(mutex);
        for (auto& retry : retries) ++leases[{retry.source, retry.n}];
      }
    });
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(leases.size(), 1000u);
  for (auto& [retry, times] : leases) EXPECT_EQ(times, 1);
}

TEST_F(ChunkQueueTest, BuriesWhateverTheTextHolds) {
  std::string broken("vendor said \xff and \0 then left", 29);
  std::vector<DeadLetter> letters = {{4, 5, broken, R"({"to": "\u0000a", "path": "\\u0000"})"}};
  auto bury = [&](auto& t) { return ChunkQueue::Bury(t, source_, kQueue, letters); };
  Got(Committed(bury));
  Got(Committed(bury));  // once more changes nothing
  auto rows = Got(connection_.Execute(
      "select n, attempt, error, payload->>'to', payload->>'path' from dead_letters"));
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.Int(0, 0), 4);
  EXPECT_EQ(rows.Int(0, 1), 5);
  EXPECT_EQ(rows.Text(0, 2), "vendor said \xEF\xBF\xBD and \xEF\xBF\xBD then left");
  EXPECT_EQ(rows.Text(0, 3),
            "\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(rows.Text(0, 4), "\\u0000");
  EXPECT_EQ(Depth().dead, 1);
}

TEST_F(ChunkQueueTest, TellsTheDepth) {
  Add(source_, 25, 10);
  AddRetries(source_, {{1, 1, seconds(0), "x"}, {2, 1, minutes(1), "x"}, {3, 1, minutes(1), "x"}});
  auto lapsed = Lease(milliseconds(1));
  auto chunk = Lease();
  std::this_thread::sleep_for(milliseconds(5));
  auto depth = Depth();
  EXPECT_EQ(depth.ready, 2);  // the third, and the lapsed first
  EXPECT_EQ(depth.ready_rows, 15);
  EXPECT_EQ(depth.leased, 1);
  EXPECT_EQ(depth.due, 1);
  EXPECT_EQ(depth.waiting, 2);
  EXPECT_EQ(depth.dead, 0);
}

TEST_F(ChunkQueueTest, TellsHowLongToWait) {
  EXPECT_FALSE(NextDue());
  AddRetries(source_, {{1, 1, seconds(30), "x"}});
  EXPECT_GT(*NextDue(), seconds(25));
  EXPECT_LE(*NextDue(), seconds(30));
  Add(source_, 5, 5);
  EXPECT_EQ(*NextDue(), Duration(0));
  auto chunk = Lease(seconds(10));
  EXPECT_GT(*NextDue(), seconds(5));
  EXPECT_LE(*NextDue(), seconds(10));
  EXPECT_TRUE(Finish(*chunk));
  EXPECT_GT(*NextDue(), seconds(20));
}

TEST_F(ChunkQueueTest, TakesBackWhatWasNotCommitted) {
  Add(source_, 5, 5);
  auto chunk = Lease();
  {
    auto transaction = pg::Transaction::Begin(connection_);
    EXPECT_TRUE(Got(ChunkQueue::Finish(*transaction, *chunk)));
  }  // the host dies before the commit
  EXPECT_EQ(Depth().leased, 1);
  EXPECT_TRUE(Finish(*chunk));
}

}  // namespace
}  // namespace tidings::queue
