// Counters always equal the log: deliverers that crash, stall and lose leases, retries, and vendors
// that send receipts early, late, twice and in disorder, all at once.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "crm/scratch_campaign.h"

namespace tidings::crm {
namespace {

using std::chrono::milliseconds;
using testing::IsEmpty;

constexpr int kAudience = 600, kChunk = 20;

// Receipts on their way.
class Wire {
 public:
  void Put(Receipt receipt) {
    std::lock_guard lock(mutex_);
    receipts_.push_back(std::move(receipt));
  }
  // Some of them, from anywhere in the line.
  std::vector<Receipt> Take(Random& random) {
    std::lock_guard lock(mutex_);
    std::vector<Receipt> taken;
    for (auto most = 1 + random.Below(40); taken.size() < most && !receipts_.empty();) {
      std::swap(receipts_[random.Below(receipts_.size())], receipts_.back());
      taken.push_back(std::move(receipts_.back()));
      receipts_.pop_back();
    }
    return taken;
  }

 private:
  std::mutex mutex_;
  std::vector<Receipt> receipts_;
};

class Chaos {
 public:
  Chaos() : store_(campaign_.pool, {3, milliseconds(1), milliseconds(4)}) {}

  void Run() {
    LoseALease();
    std::vector<std::thread> threads;
    for (uint64_t seed = 1; seed <= 2; ++seed) threads.emplace_back([=, this] { Deliver(seed); });
    for (uint64_t seed = 3; seed <= 5; ++seed) threads.emplace_back([=, this] { Receive(seed); });
    std::thread checker([this] { Check(); });
    threads[0].join();
    threads[1].join();
    delivered_ = true;
    for (size_t i = 2; i < threads.size(); ++i) threads[i].join();
    SettleTheRest();
    finished_ = true;
    checker.join();
  }

  ScratchCampaign& campaign() { return campaign_; }

 private:
  // A worker comes back when its chunk has been given to another, which may happen to the threads
  // below too. What it sent was sent; what it says of it is not booked.
  void LoseALease() {
    auto lost = campaign_.LeaseChunk(milliseconds(1));
    std::this_thread::sleep_for(milliseconds(20));
    auto taken = campaign_.LeaseChunk(milliseconds(1));
    ASSERT_EQ(taken.no, lost.no);
    Random random(6);
    auto verdicts = Ask(*store_.Load(lost), random);
    EXPECT_FALSE(store_.Commit(lost, verdicts, {}).value());
    std::this_thread::sleep_for(milliseconds(20));
  }

  void Deliver(uint64_t seed) {
    Random random(seed);
    while (Step(random)) {
    }
  }

  // False once there is nothing left to deliver.
  bool Step(Random& random) {
    auto chunk = campaign_.LeaseChunk(milliseconds(random.Chance(0.2) ? 1 : 5000));
    if (chunk.hi > 0) {
      auto out = store_.Load(chunk);
      EXPECT_TRUE(out) << out.error().message;
      auto verdicts = Ask(*out, random);
      if (random.Chance(0.1)) {  // the host dies here; its lease is given back
        auto lease = campaign_.pool.Acquire();
        EXPECT_TRUE(queue::ChunkQueue::Release(**lease, chunk));
        return true;
      }
      auto held = store_.Commit(chunk, verdicts, {});
      EXPECT_TRUE(held) << held.error().message;
      return true;
    }
    auto retries = campaign_.LeaseRetries(milliseconds(random.Chance(0.3) ? 1 : 500));
    if (!retries.empty()) {
      auto out = store_.LoadRetries(retries);
      EXPECT_TRUE(out) << out.error().message;
      auto verdicts = Ask(*out, random);
      if (random.Chance(0.1)) return true;  // dies
      auto booked = store_.CommitRetries(retries, verdicts, {});
      EXPECT_TRUE(booked) << booked.error().message;
      return true;
    }
    std::this_thread::sleep_for(milliseconds(2));
    return campaign_.Ask(
               "select count(*) from chunks where state < 2 and queue like '%email' "
               "union all select count(*) from retries") != std::vector<std::string>{"0", "0"};
  }

  std::vector<Verdict> Ask(const Outgoing& out, Random& random) {
    auto verdicts = out.refused;
    for (const auto& message : out.messages) {
      auto dice = random.Below(100);
      if (dice < 65) {
        verdicts.push_back({message.n, Answer::kAccepted, {}, ""});
        Answers(message.n, random);
      } else if (dice < 80) {
        verdicts.push_back({message.n, Answer::kRetry, {}, "busy"});
        if (dice < 70) Answers(message.n, random);  // it had taken it after all
      } else if (dice < 90) {
        verdicts.push_back({message.n, Answer::kRejected, {}, "no"});
        if (dice < 83) Answers(message.n, random);
      }
    }
    if (random.Chance(0.3)) std::this_thread::sleep_for(milliseconds(random.Below(15)));
    return verdicts;
  }

  void Answers(int n, Random& random) {
    for (auto status : {ReceiptStatus::kSent, ReceiptStatus::kDelivered, ReceiptStatus::kFailed}) {
      double chance = status == ReceiptStatus::kDelivered ? 0.7 : 0.3;
      while (random.Chance(chance)) wire_.Put(campaign_.Says(n, status, "why"));
    }
    if (random.Chance(0.05)) wire_.Put(campaign_.Says(kAudience + n, ReceiptStatus::kSent));
  }

  void Receive(uint64_t seed) {
    Random random(seed);
    for (;;) {
      bool last = delivered_;
      auto receipts = wire_.Take(random);
      if (receipts.empty() && last) return;
      auto outcomes = campaign_.book.Book(receipts);
      EXPECT_TRUE(outcomes) << outcomes.error().message;
      if (random.Chance(0.2)) {
        for (const auto& receipt : receipts) wire_.Put(receipt);
      }
      if (receipts.empty()) std::this_thread::sleep_for(milliseconds(1));
    }
  }

  // At every moment, not only at the end.
  void Check() {
    while (!finished_) {
      EXPECT_THAT(campaign_.Ask(kWrongCounters), IsEmpty());
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  void SettleTheRest() {
    std::vector<Receipt> rest;
    for (int n = 1; n <= kAudience; ++n)
      rest.push_back(campaign_.Says(n, ReceiptStatus::kDelivered));
    EXPECT_TRUE(campaign_.book.Book(rest));
  }

  ScratchCampaign campaign_{kAudience, kChunk};
  DeliveryStore store_;
  Wire wire_;
  std::atomic<bool> delivered_ = false, finished_ = false;
};

TEST(Counters, EqualTheLogAtEveryMoment) {
  Chaos chaos;
  chaos.Run();
  auto& campaign = chaos.campaign();
  EXPECT_THAT(campaign.Ask(kWrongCounters), IsEmpty());
  EXPECT_EQ((*campaign.campaigns.Get(campaign.id))["status"], "completed");
  EXPECT_EQ((*campaign.campaigns.Get(campaign.id))["pending"], 0);
  EXPECT_THAT(campaign.Ask("select count(*) from retries"), testing::ElementsAre("0"));
}

}  // namespace
}  // namespace tidings::crm
