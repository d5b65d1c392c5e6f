#include "crm/campaign_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "crm/receipt_booking.h"

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kPending = MessageStatus::kPending;
constexpr auto kSent = MessageStatus::kSent;
constexpr auto kDelivered = MessageStatus::kDelivered;
constexpr auto kFailed = MessageStatus::kFailed;

std::vector<int> Numbers(const auto& items) {
  std::vector<int> numbers;
  for (const auto& item : items) numbers.push_back(item.n);
  return numbers;
}

TEST(Settle, CountsWhatVendorsSaid) {
  std::vector<Attempted> messages = {{1, 1}, {2, 1}, {3, 1}, {4, 1}};
  std::vector<Verdict> verdicts = {{1, Answer::kAccepted, {}, ""},
                                   {2, Answer::kRetry, std::chrono::seconds(7), "busy"},
                                   {3, Answer::kRejected, {}, "INVALID_EMAIL"},
                                   {9, Answer::kAccepted, {}, ""}};
  auto settlement = Settle(messages, verdicts, {}, RetryPolicy());
  EXPECT_EQ(settlement.counts, (Counts{1, 0, 1}));
  EXPECT_THAT(Numbers(settlement.failed), ElementsAre(3));
  EXPECT_THAT(Numbers(settlement.again), ElementsAre(2, 4));
  EXPECT_EQ(settlement.again[0].after, std::chrono::seconds(7));
  EXPECT_EQ(settlement.again[1].error, "the worker gave no answer for this message");
}

TEST(Settle, TheLastAttemptIsBuried) {
  std::vector<Attempted> messages = {{1, 4}, {2, 5}};
  std::vector<Verdict> verdicts = {{1, Answer::kRetry, {}, "busy"},
                                   {2, Answer::kRetry, {}, "busy"}};
  auto settlement = Settle(messages, verdicts, {}, RetryPolicy());
  EXPECT_EQ(settlement.counts, (Counts{0, 0, 1}));
  EXPECT_THAT(Numbers(settlement.again), ElementsAre(1));
  EXPECT_THAT(Numbers(settlement.dead), ElementsAre(2));
  EXPECT_THAT(Numbers(settlement.failed), ElementsAre(2));
}

TEST(Settle, AReceiptThatCameFirstCounts) {
  MessageStates states = {
      {1, {kDelivered, 2}}, {2, {kSent, 1}}, {3, {kDelivered, 2}}, {4, {kFailed, 0}}};
  std::vector<Attempted> messages = {{1, 1}, {2, 1}, {3, 1}, {4, 1}};
  std::vector<Verdict> verdicts = {{1, Answer::kAccepted, {}, ""},
                                   {2, Answer::kRetry, {}, "busy"},
                                   {3, Answer::kRejected, {}, "no"},
                                   {4, Answer::kRejected, {}, "no"}};
  auto settlement = Settle(messages, verdicts, states, RetryPolicy());
  EXPECT_EQ(settlement.counts, (Counts{0, -1, 1}));
  EXPECT_THAT(Numbers(settlement.failed), ElementsAre(3));
  EXPECT_THAT(settlement.again, IsEmpty());
}

TEST(BackOffTest, DoublesUpToTheLongestAndSpreads) {
  RetryPolicy policy{5, std::chrono::seconds(1), std::chrono::seconds(5)};
  EXPECT_EQ(BackOff(policy, 1, 0), std::chrono::seconds(1));
  EXPECT_EQ(BackOff(policy, 2, 0), std::chrono::seconds(2));
  EXPECT_EQ(BackOff(policy, 3, 97), std::chrono::seconds(4));
  EXPECT_EQ(BackOff(policy, 9, 0), std::chrono::seconds(5));
  EXPECT_GT(BackOff(policy, 1, 50), std::chrono::seconds(1));
  EXPECT_LT(BackOff(policy, 1, 96), std::chrono::milliseconds(1200));
}

Receipt Of(ReceiptStatus status) {
  Receipt receipt;
  receipt.status = status;
  return receipt;
}
const Receipt kSaysSent = Of(ReceiptStatus::kSent), kSaysDelivered = Of(ReceiptStatus::kDelivered),
              kSaysFailed = Of(ReceiptStatus::kFailed);

TEST(PlanBookingTest, EachFactOnce) {
  MessageStates states = {{1, {kPending, 0}}, {2, {kDelivered, 2}}};
  std::vector<ReceiptFor> receipts = {{1, &kSaysDelivered}, {1, &kSaysDelivered}, {1, &kSaysSent},
                                      {2, &kSaysDelivered}, {2, &kSaysFailed},    {3, &kSaysSent}};
  auto booking = PlanBooking(receipts, states);
  std::vector<ReceiptOutcome> outcomes;
  for (const auto& receipt : receipts) outcomes.push_back(receipt.outcome);
  EXPECT_THAT(outcomes, ElementsAre(ReceiptOutcome::kAccepted, ReceiptOutcome::kDuplicate,
                                    ReceiptOutcome::kAccepted, ReceiptOutcome::kDuplicate,
                                    ReceiptOutcome::kAccepted, ReceiptOutcome::kUnknown));
  EXPECT_EQ(booking.counts, (Counts{0, 0, 1}));
  EXPECT_EQ(booking.after.at(1).status, kDelivered);
  EXPECT_EQ(booking.after.at(1).facts, 3);
  EXPECT_EQ(booking.after.at(2).status, kFailed);
  EXPECT_THAT(booking.first, ElementsAre(1));
}

// However receipts are ordered, repeated and cut into calls, rows and counters end up the same.
TEST(PlanBookingTest, OrderDoesNotMatter) {
  Random random(7);
  for (int round = 0; round < 500; ++round) {
    std::vector<ReceiptFor> all;
    for (int i = 0; i < 12; ++i) {
      const Receipt* kinds[] = {&kSaysSent, &kSaysDelivered, &kSaysFailed};
      all.push_back({static_cast<int>(random.Below(4)), kinds[random.Below(3)]});
    }
    auto replay = [&](size_t step) {
      MessageStates states = {{0, {}}, {1, {}}, {2, {}}, {3, {kFailed, 0}}};
      Counts counts;
      for (size_t at = 0; at < all.size(); at += step) {
        auto booking =
            PlanBooking(std::span(all).subspan(at, std::min(step, all.size() - at)), states);
        counts.delivered += booking.counts.delivered;
        counts.failed += booking.counts.failed;
        for (const auto& [n, state] : booking.after) states[n] = state;
      }
      std::vector<int> result = {static_cast<int>(counts.delivered),
                                 static_cast<int>(counts.failed)};
      for (const auto& [n, state] : states)
        result.push_back(static_cast<int>(state.status) * 8 + state.facts);
      return result;
    };
    auto expected = replay(all.size());
    for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random.Below(i)]);
    EXPECT_EQ(replay(1 + random.Below(5)), expected);
  }
}

TEST(ParseMessageIdTest, TakesOursAndNothingElse) {
  std::string campaign = "0190c1d2-0000-7000-8000-000000000001";
  auto parsed = ParseMessageId(campaign + ".17");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->first.ToString(), campaign);
  EXPECT_EQ(parsed->second, 17);
  for (const char* bad :
       {"", ".", ".1", "17", "0190c1d2-0000-7000-8000-000000000001",
        "0190c1d2-0000-7000-8000-000000000001.", "0190c1d2-0000-7000-8000-000000000001.0",
        "0190c1d2-0000-7000-8000-000000000001.-1", "0190c1d2-0000-7000-8000-000000000001.1x",
        "0190c1d2-0000-7000-8000-000000000001.99999999999",
        "0190c1d2-0000-7000-8000-00000000000g.1"}) {
    EXPECT_FALSE(ParseMessageId(bad)) << bad;
  }
}

}  // namespace
}  // namespace tidings::crm
