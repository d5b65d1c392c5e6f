#include "pipeline/feeder.h"

#include <atomic>
#include <mutex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/scratch_campaign.h"

namespace tidings::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class FeederTest : public ::testing::Test {
 protected:
  // A vendor that answers on the spot. `say`: the verdict on one message.
  VendorOptions Vendor(const std::string& name, std::function<Verdict(const Message&)> say) {
    VendorOptions vendor;
    vendor.name = name;
    vendor.breaker.failures = 1000;
    vendor.runner = [name] { return name + " 2.1"; };
    vendor.submit = [this, say](const Batch& batch, std::function<void(Result<Outcome>)> done) {
      Outcome outcome;
      for (const auto& message : std::get<std::vector<Message>>(batch.items)) {
        outcome.verdicts.push_back(say(message));
        std::lock_guard lock(mutex_);
        ++seen_[message.id];
        attempts_[message.id].push_back(static_cast<int>(message.attempt));
        last_ = message;
      }
      done(std::move(outcome));
    };
    return vendor;
  }
  static Verdict Yes(const Message&) { return {}; }

  void Start(std::vector<VendorOptions> vendors) {
    vendors_ = std::make_unique<Vendors>(Clock::System(), std::move(vendors));
    options_.queue = kDeliverQueue;
    options_.owner = "test";
    auto feeder = Feeder::Start(shop_.pool, *vendors_, options_);
    ASSERT_TRUE(feeder) << feeder.error().message;
    feeder_ = std::move(*feeder);
  }

  int64_t Open() {
    return shop_.Number(
        "select (select count(*) from chunks where queue = 'campaigns/email' and "
        "state < 2) + (select count(*) from retries)");
  }
  bool Finished() {
    return ScratchCampaigns::Eventually([this] { return Open() == 0; });
  }
  int64_t Counter(const std::string& column) {
    return shop_.Number("select " + column + " from campaigns");
  }

  ScratchCampaigns shop_;
  std::mutex mutex_;
  std::map<std::string, int> seen_;                   // by message id: how often a vendor got it
  std::map<std::string, std::vector<int>> attempts_;  // by message id
  Message last_;
  std::unique_ptr<Vendors> vendors_;
  FeederOptions options_;
  std::unique_ptr<Feeder> feeder_;  // goes first
};

TEST_F(FeederTest, DeliversACampaign) {
  shop_.AddCustomers(2500);
  Id id = shop_.Launch(1000);
  Start({Vendor("mail", Yes)});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(Counter("sent"), 2500);
  EXPECT_EQ(Counter("failed"), 0);
  EXPECT_EQ(seen_.size(), 2500u);
  EXPECT_EQ(last_.campaign_id, id.ToString());
  EXPECT_EQ(last_.channel, "email");
  EXPECT_EQ(last_.subject, "Hi");
  EXPECT_THAT(last_.text, testing::StartsWith("Hello Person "));
  EXPECT_THAT(last_.recipient, testing::EndsWith("@example.com"));
  EXPECT_EQ(last_.id, last_.idempotency_key);
  EXPECT_EQ(shop_.Number("select sum(accepted) from dispatches"), 2500);
  EXPECT_EQ(shop_.Text("select distinct vendor || ' ' || version from dispatches"), "mail 2.1");
}

TEST_F(FeederTest, IsWokenByALaunch) {
  shop_.AddCustomers(10);
  Start({Vendor("mail", Yes)});
  std::this_thread::sleep_for(milliseconds(600));  // its pauses have grown to the longest
  auto begun = std::chrono::steady_clock::now();
  shop_.Launch();
  feeder_->Wake();
  ASSERT_TRUE(ScratchCampaigns::Eventually([this] { return Counter("sent") == 10; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(2000));
}

TEST_F(FeederTest, TriesAgainLaterAndGivesUpInTheEnd) {
  shop_.AddCustomers(30);
  shop_.Launch();
  options_.retry = {.attempts = 3, .first = milliseconds(10), .longest = milliseconds(20)};
  Start({Vendor("mail", [](const Message& m) -> Verdict {
    if (m.recipient.starts_with("person1@")) return {VerdictCode::kRetry, {}, "busy", ""};
    if (m.recipient.starts_with("person2@") && m.attempt < 3) {
      return {VerdictCode::kRetry, {}, "not yet", ""};
    }
    if (m.recipient.starts_with("person3@")) return {VerdictCode::kReject, {}, "no box", ""};
    return {};
  })});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(Counter("sent"), 28);
  EXPECT_EQ(Counter("failed"), 2);
  EXPECT_EQ(shop_.Number("select count(*) from dead_letters"), 1);
  EXPECT_EQ(shop_.Text("select error from dead_letters"), "busy");
  EXPECT_EQ(shop_.Number("select attempt from dead_letters"), 3);
  EXPECT_EQ(shop_.Number("select count(*) from messages where status = 3 and reason = 'no box'"),
            1);
  for (const auto& [id, attempts] : attempts_) {
    for (size_t i = 0; i < attempts.size(); ++i) EXPECT_EQ(attempts[i], static_cast<int>(i) + 1);
  }
}

TEST_F(FeederTest, BuriesThePoisonMessageWithItsPayload) {
  shop_.AddCustomers(200);
  shop_.Launch();
  auto vendor = Vendor("mail", Yes);
  vendor.submit = [accept = vendor.submit](const Batch& batch, auto done) {
    for (const auto& m : std::get<std::vector<Message>>(batch.items)) {
      if (m.recipient.starts_with("person77@")) {
        return done(Fail(Code::kInvalidArgument, "cannot be encoded"));
      }
    }
    accept(batch, done);
  };
  Start({vendor});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(Counter("sent"), 199);
  EXPECT_EQ(Counter("failed"), 1);
  EXPECT_EQ(shop_.Text("select payload->>'recipient' from dead_letters"), "person77@example.com");
  EXPECT_EQ(shop_.Text("select payload->>'text' from dead_letters"), "Hello Person 77");
  EXPECT_EQ(shop_.Text("select error from dead_letters"), "cannot be encoded");
}

TEST_F(FeederTest, SendsAgainWhatWasNotCommitted) {
  shop_.AddCustomers(300);
  shop_.Launch(100);
  options_.lease = milliseconds(700);
  std::atomic<int> commits = 0;
  options_.before_commit = [&] { return ++commits != 1; };  // the first one dies
  Start({Vendor("mail", Yes)});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(Counter("sent"), 300) << "the counters say nothing of it";
  int twice = 0;
  for (const auto& [id, count] : seen_) twice += count == 2;
  EXPECT_EQ(twice, 100);
  for (const auto& [id, attempts] : attempts_) {
    EXPECT_EQ(attempts[0], 1);
    if (attempts.size() > 1) {
      EXPECT_EQ(attempts[1], 2) << "marked as the second attempt";
    }
  }
  EXPECT_EQ(shop_.Number("select max(attempt) from chunks"), 2);
  EXPECT_EQ(shop_.Number("select count(*) from dispatches"), 3) << "each chunk was booked once";
}

TEST_F(FeederTest, DoesNotSendWhatAReceiptHasSettled) {
  shop_.AddCustomers(10);
  shop_.Launch();
  shop_.Run("update messages set status = 2, facts = 2 where n <= 4");
  Start({Vendor("mail", Yes)});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(seen_.size(), 6u);
}

TEST_F(FeederTest, BooksNothingOfALeaseThatItLost) {
  shop_.AddCustomers(50);
  shop_.Launch();
  std::atomic<bool> stolen = false;
  options_.lanes = 1;
  options_.before_commit = [&] {
    if (!stolen.exchange(true))
      shop_.Run("update chunks set epoch = epoch + 1, lease_until = now()");
    return true;
  };
  Start({Vendor("mail", Yes)});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(Counter("sent"), 50);
  EXPECT_EQ(shop_.Number("select sum(accepted) from dispatches"), 50);
}

TEST_F(FeederTest, RenewsALeaseWhileVendorsAreSlow) {
  shop_.AddCustomers(20);
  shop_.Launch();
  options_.lease = milliseconds(900);
  options_.lanes = 2;
  auto vendor = Vendor("slow", Yes);
  std::vector<std::thread> threads;
  vendor.submit = [&threads, accept = vendor.submit](const Batch& batch, auto done) {
    threads.emplace_back([=] {
      std::this_thread::sleep_for(milliseconds(2500));
      accept(batch, done);
    });
  };
  Start({vendor});
  ASSERT_TRUE(Finished());
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(shop_.Number("select attempt from chunks where queue = 'campaigns/email'"), 1);
  for (const auto& [id, count] : seen_) EXPECT_EQ(count, 1) << id;
}

TEST_F(FeederTest, FindsTheMessageThatKillsItsHost) {
  shop_.AddCustomers(64);
  shop_.Launch();
  options_.lease = milliseconds(20);
  options_.lanes = 1;
  // The host "dies" whenever it has this message: nothing of the lease is ever committed.
  std::atomic<bool> deadly = false;
  options_.before_commit = [&] { return !deadly.exchange(false); };
  Start({Vendor("mail", [&](const Message& m) -> Verdict {
    if (m.recipient.starts_with("person7@")) deadly = true;
    return {};
  })});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(Counter("sent"), 63);
  EXPECT_EQ(Counter("failed"), 1);
  EXPECT_EQ(shop_.Text("select payload->>'recipient' from dead_letters"), "person7@example.com");
  EXPECT_THAT(shop_.Text("select error from dead_letters"), HasSubstr("the host was lost"));
  EXPECT_EQ(shop_.Number("select count(*) from chunks where queue = 'campaigns/email'"), 7)
      << "by halving";
}

TEST_F(FeederTest, GivesBackWhatItCannotFinish) {
  shop_.AddCustomers(100);
  shop_.Launch();
  options_.retry.attempts = 1;
  auto vendor = Vendor("limited", Yes);
  vendor.rate = 0.001;  // one message, then none for a quarter of an hour
  Start({vendor});
  ASSERT_TRUE(ScratchCampaigns::Eventually([this] {
    std::lock_guard lock(mutex_);
    return seen_.size() == 1;
  }));
  feeder_.reset();
  EXPECT_EQ(Counter("sent"), 1) << "what the vendor took is booked";
  EXPECT_EQ(shop_.Number("select count(*) from retries where attempt = 0"), 99) << "never tried";
  seen_.clear();
  Start({Vendor("mail", Yes)});
  ASSERT_TRUE(Finished());
  EXPECT_EQ(Counter("sent"), 100);
  EXPECT_EQ(seen_.size(), 99u);
}

TEST_F(FeederTest, SharesTheWorkWithOtherHosts) {
  shop_.AddCustomers(3000);
  shop_.Launch(100);
  shop_.Launch(100);
  Start({Vendor("mail", Yes)});
  auto other_vendors =
      std::make_unique<Vendors>(Clock::System(), std::vector<VendorOptions>{Vendor("mail", Yes)});
  auto other = Feeder::Start(shop_.pool, *other_vendors, options_).value();
  ASSERT_TRUE(Finished());
  EXPECT_EQ(shop_.Number("select sum(sent) from campaigns"), 6000);
  EXPECT_EQ(seen_.size(), 6000u);
  for (const auto& [id, count] : seen_) EXPECT_EQ(count, 1) << id;
}

}  // namespace
}  // namespace tidings::pipeline
