#include "pipeline/vendors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Result<Outcome> Answered(VerdictCode code, size_t count) {
  Outcome outcome;
  outcome.verdicts.assign(count, {code, {}, "", ""});
  return outcome;
}

Result<Outcome> Away() { return Fail(Code::kUnavailable, "away"); }

class BreakerTest : public ::testing::Test {
 protected:
  void FailTimes(int count) {
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(breaker_.Begin());
      breaker_.Failed();
    }
  }
  FixedClock clock_{Time(seconds(1'000'000))};
  Breaker breaker_{clock_, {.failures = 3, .pause = seconds(2), .longest = seconds(5)}};
};

TEST_F(BreakerTest, OpensAfterFailuresInARow) {
  FailTimes(2);
  breaker_.Succeeded();
  FailTimes(2);
  EXPECT_EQ(breaker_.state(), Breaker::State::kClosed);
  FailTimes(1);
  EXPECT_EQ(breaker_.state(), Breaker::State::kOpen);
  EXPECT_FALSE(breaker_.Begin());
}

TEST_F(BreakerTest, LetsOneTryAfterAWhile) {
  FailTimes(3);
  clock_.Advance(seconds(2));
  EXPECT_EQ(breaker_.state(), Breaker::State::kHalfOpen);
  EXPECT_TRUE(breaker_.Begin());
  EXPECT_FALSE(breaker_.Begin()) << "one only";
  breaker_.Succeeded();
  EXPECT_EQ(breaker_.state(), Breaker::State::kClosed);
}

TEST_F(BreakerTest, WaitsLongerEachTimeTheTrialFails) {
  FailTimes(3);
  for (auto pause : {seconds(2), seconds(4), seconds(5), seconds(5)}) {
    clock_.Advance(pause - milliseconds(1));
    EXPECT_FALSE(breaker_.Begin()) << pause.count();
    clock_.Advance(milliseconds(1));
    EXPECT_TRUE(breaker_.Begin()) << pause.count();
    breaker_.Failed();
  }
}

TEST_F(BreakerTest, IsNotOpenedFurtherByStragglers) {
  FailTimes(3);
  breaker_.Failed();  // was under way when it opened
  clock_.Advance(seconds(2));
  EXPECT_EQ(breaker_.state(), Breaker::State::kHalfOpen);
}

TEST(TokenBucket, LetsTheRateThroughAndNoMore) {
  for (double rate : {3.0, 100.0, 12345.0}) {
    FixedClock clock(Time(seconds(1'000'000)));
    TokenBucket bucket(clock, rate);
    double sent = 0;
    for (int i = 0; i < 10'000; ++i) {
      sent += static_cast<double>(bucket.Take(1000));
      clock.Advance(milliseconds(1));
    }
    EXPECT_LE(sent, rate * 10 + std::max(1.0, rate / 10)) << rate;
    EXPECT_GE(sent, rate * 9.8) << rate;
  }
}

TEST(TokenBucket, GivesPortionsWorthABatch) {
  FixedClock clock(Time(seconds(1'000'000)));
  TokenBucket bucket(clock, 1000);
  EXPECT_EQ(bucket.Take(5000), 100u) << "a tenth of a second's worth at once";
  clock.Advance(milliseconds(10));
  EXPECT_EQ(bucket.Take(5000), 0u) << "ten are not worth it";
  EXPECT_EQ(bucket.Take(7), 7u) << "unless no more are wanted";
  clock.Advance(milliseconds(60));
  EXPECT_EQ(bucket.Take(5000), 63u);
}

TEST(TokenBucket, KnowsNoLimitWithoutARate) {
  TokenBucket bucket(Clock::System(), std::nullopt);
  EXPECT_EQ(bucket.Take(1'000'000), 1'000'000u);
}

TEST(Vendors, KeepToWhatMayBeInFlight) {
  FixedClock clock(Time(seconds(1'000'000)));
  Vendors vendors(clock, {{.name = "a", .in_flight = 10}});
  EXPECT_EQ(vendors.Admit(0, 7).messages, 7u);
  EXPECT_EQ(vendors.Admit(0, 7).messages, 3u);
  auto none = vendors.Admit(0, 7);
  EXPECT_EQ(none.messages, 0u);
  EXPECT_FALSE(none.away);
  vendors.Settle(0, 3, Answered(VerdictCode::kAccept, 3));
  EXPECT_EQ(vendors.Admit(0, 7).messages, 3u);
}

TEST(Vendors, TellTheVendorsTroubleFromAMessages) {
  struct Case {
    const char* what;
    Result<Outcome> result;
    bool opens;
  };
  Outcome mixed = *Answered(VerdictCode::kRetry, 2);
  mixed.verdicts[0].code = VerdictCode::kAccept;
  for (const auto& [what, result, opens] : std::vector<Case>{
           {"accepted", Answered(VerdictCode::kAccept, 2), false},
           {"rejected", Answered(VerdictCode::kReject, 2), false},
           {"mixed", mixed, false},
           {"all to be retried", Answered(VerdictCode::kRetry, 2), true},
           {"away", Away(), true},
           {"lost", Fail(Code::kTimeout, "lost"), true},
           {"invalid", Fail(Code::kInvalidArgument, "bad message"), false},
       }) {
    FixedClock clock(Time(seconds(1'000'000)));
    Vendors vendors(clock, {{.name = "a", .breaker = {.failures = 2}}});
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(vendors.Admit(0, 2).messages, 2u) << what;
      vendors.Settle(0, 2, result);
    }
    EXPECT_EQ(vendors.AllAway(), opens) << what;
    EXPECT_EQ(vendors.Admit(0, 2).away, opens) << what;
  }
}

TEST(Vendors, SendFewMessagesToTryAVendorAgain) {
  FixedClock clock(Time(seconds(1'000'000)));
  Vendors vendors(clock, {{.name = "a", .breaker = {.failures = 1, .pause = seconds(1)}}});
  vendors.Admit(0, 500);
  vendors.Settle(0, 500, Away());
  EXPECT_TRUE(vendors.Admit(0, 500).away);
  clock.Advance(seconds(1));
  EXPECT_FALSE(vendors.AllAway());
  EXPECT_EQ(vendors.Admit(0, 500).messages, 10u);
  EXPECT_TRUE(vendors.Admit(0, 500).away) << "the trial is under way";
  EXPECT_EQ(vendors.Status()[0].breaker, "half-open");
  vendors.Settle(0, 10, Answered(VerdictCode::kAccept, 10));
  EXPECT_EQ(vendors.Admit(0, 500).messages, 500u);
}

TEST(Vendors, CountWhatTheySaid) {
  Vendors vendors(Clock::System(), {{.name = "a"}, {.name = "b"}});
  vendors.Admit(1, 3);
  Outcome outcome = *Answered(VerdictCode::kAccept, 3);
  outcome.verdicts[1].code = VerdictCode::kRetry;
  outcome.verdicts[2].code = VerdictCode::kReject;
  EXPECT_EQ(vendors.Status()[1].in_flight, 3);
  vendors.Settle(1, 3, outcome);
  auto status = vendors.Status()[1];
  EXPECT_EQ(status.name, "b");
  EXPECT_EQ(status.accepted, 1);
  EXPECT_EQ(status.retried, 1);
  EXPECT_EQ(status.rejected, 1);
  EXPECT_EQ(status.in_flight, 0);
  EXPECT_EQ(status.breaker, "closed");
  EXPECT_EQ(vendors.Find("b"), 1u);
  EXPECT_EQ(vendors.Find("c"), std::nullopt);
  EXPECT_THAT(vendors.names(), testing::ElementsAre("a", "b"));
}

}  // namespace
}  // namespace tidings::pipeline
