#include "pipeline/chunk_delivery.h"

#include <algorithm>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_items.h"

namespace tidings::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

// A vendor that answers on the spot, as `answer` says for the n-th batch.
struct FakeVendor {
  std::string name;
  std::function<Result<Outcome>(const std::vector<Message>&)> answer;
  std::vector<std::vector<std::string>> batches;  // ids it was given

  VendorOptions Options(BreakerOptions breaker = {}) {
    VendorOptions options;
    options.name = name;
    options.breaker = breaker;
    options.runner = [this] { return name + " 1.0"; };
    options.submit = [this](const Batch& batch, std::function<void(Result<Outcome>)> done) {
      const auto& messages = std::get<std::vector<Message>>(batch.items);
      auto& ids = batches.emplace_back();
      for (const auto& message : messages) ids.push_back(message.id);
      done(answer(messages));
    };
    return options;
  }
  size_t messages() const {
    size_t count = 0;
    for (const auto& batch : batches) count += batch.size();
    return count;
  }
};

Result<Outcome> All(const std::vector<Message>& messages, VerdictCode code,
                    const std::string& reason = "") {
  Outcome outcome;
  outcome.verdicts.assign(messages.size(), {code, {}, reason, ""});
  return outcome;
}
auto Accept() {
  return [](const std::vector<Message>& m) { return All(m, VerdictCode::kAccept); };
}
auto FailWith(Code code, const std::string& message) {
  return [=](const std::vector<Message>&) -> Result<Outcome> { return Fail(code, message); };
}

class ChunkDelivery : public ::testing::Test {
 protected:
  Delivered Deliver(std::vector<VendorOptions> vendors, int count) {
    vendors_ = std::make_unique<Vendors>(clock_, std::move(vendors));
    std::vector<int> numbers;
    for (int n = 1; n <= count; ++n) numbers.push_back(n);
    auto messages = std::get<std::vector<Message>>(MessageBatch(count).items);
    return DeliverMessages(*vendors_, messages, numbers, clock_.Now(), route_, options_);
  }

  // How many verdicts of each kind; every n must have exactly one.
  std::map<crm::Answer, int> Count(const Delivered& delivered, int count) {
    std::map<crm::Answer, int> answers;
    std::set<int> seen;
    for (const auto& verdict : delivered.verdicts) {
      ++answers[verdict.answer];
      EXPECT_TRUE(seen.insert(verdict.n).second) << "two verdicts for " << verdict.n;
      EXPECT_TRUE(verdict.answer == crm::Answer::kAccepted || !verdict.reason.empty());
    }
    EXPECT_EQ(seen.size(), static_cast<size_t>(count));
    return answers;
  }

  FixedClock clock_{Time(seconds(1'000'000))};
  std::unique_ptr<Vendors> vendors_;
  Route route_;
  DeliveryOptions options_{.batch = 100};
};

TEST_F(ChunkDelivery, HandsOverInBatches) {
  FakeVendor vendor{"a", Accept(), {}};
  auto delivered = Deliver({vendor.Options()}, 250);
  EXPECT_EQ(Count(delivered, 250)[crm::Answer::kAccepted], 250);
  ASSERT_EQ(vendor.batches.size(), 3u);
  EXPECT_EQ(vendor.batches[2].size(), 50u);
  ASSERT_EQ(delivered.dispatches.size(), 3u);
  EXPECT_EQ(delivered.dispatches[1].lo, 101);
  EXPECT_EQ(delivered.dispatches[1].hi, 200);
  EXPECT_EQ(delivered.dispatches[1].vendor, "a");
  EXPECT_EQ(delivered.dispatches[1].version, "1.0");
  EXPECT_EQ(delivered.dispatches[1].accepted, 100);
}

TEST_F(ChunkDelivery, GoesToTheNextVendorWithinTheLease) {
  struct Case {
    const char* what;
    std::function<Result<Outcome>(const std::vector<Message>&)> first;
  };
  for (const auto& [what, first] : std::vector<Case>{
           {"away", FailWith(Code::kUnavailable, "away")},
           {"retry", [](const auto& m) { return All(m, VerdictCode::kRetry, "busy"); }}}) {
    FakeVendor a{"a", first, {}}, b{"b", Accept(), {}};
    auto delivered = Deliver({a.Options({.failures = 100}), b.Options()}, 200);
    EXPECT_EQ(Count(delivered, 200)[crm::Answer::kAccepted], 200) << what;
    EXPECT_EQ(a.messages(), 200u) << what;
    EXPECT_EQ(b.messages(), 200u) << what;
  }
}

TEST_F(ChunkDelivery, RetriesWhatNoVendorTakes) {
  FakeVendor a{"a", FailWith(Code::kUnavailable, "a is away"), {}};
  FakeVendor b{"b", [](const auto& m) { return All(m, VerdictCode::kRetry, "b is busy"); }, {}};
  auto delivered = Deliver({a.Options(), b.Options()}, 10);
  EXPECT_EQ(Count(delivered, 10)[crm::Answer::kRetry], 10);
  EXPECT_EQ(delivered.verdicts[0].reason, "b is busy");
}

TEST_F(ChunkDelivery, NeverTakesADoubtfulMessageElsewhere) {
  for (Code code : {Code::kTimeout, Code::kInternal, Code::kCancelled}) {
    FakeVendor a{"a", FailWith(code, "lost"), {}}, b{"b", Accept(), {}};
    auto delivered = Deliver({a.Options(), b.Options()}, 10);
    EXPECT_EQ(Count(delivered, 10)[crm::Answer::kRetry], 10);
    EXPECT_EQ(b.messages(), 0u);
    EXPECT_EQ(delivered.verdicts[0].reason, "unknown: lost");
    EXPECT_EQ(delivered.verdicts[0].retry_after, seconds(30));
    EXPECT_EQ(delivered.dispatches[0].retried, 10);
  }
}

TEST_F(ChunkDelivery, FindsTheMessageThatBreaksItsBatch) {
  auto poisoned = [](const std::vector<Message>& messages) -> Result<Outcome> {
    for (const auto& m : messages) {
      if (m.id.ends_with(".37") || m.id.ends_with(".88")) {
        return Fail(Code::kInvalidArgument, "cannot read this");
      }
    }
    return All(messages, VerdictCode::kAccept);
  };
  FakeVendor a{"a", poisoned, {}}, b{"b", Accept(), {}};
  auto delivered = Deliver({a.Options(), b.Options()}, 100);
  auto answers = Count(delivered, 100);
  EXPECT_EQ(answers[crm::Answer::kAccepted], 98);
  EXPECT_EQ(answers[crm::Answer::kRejected], 2);
  ASSERT_EQ(delivered.poison.size(), 2u);
  std::sort(delivered.poison.begin(), delivered.poison.end(),
            [](const Poison& x, const Poison& y) { return x.n < y.n; });
  EXPECT_EQ(delivered.poison[0].n, 37);
  EXPECT_EQ(delivered.poison[1].n, 88);
  EXPECT_EQ(delivered.poison[0].reason, "cannot read this");
  EXPECT_EQ(delivered.poison[0].message.recipient, "person37@example.com");
  EXPECT_EQ(b.messages(), 0u);
  EXPECT_LE(a.batches.size(), 30u) << "by halving";
}

TEST_F(ChunkDelivery, KeepsRefusalsApartFromTrouble) {
  FakeVendor a{"a",
               [](const std::vector<Message>& m) {
                 auto outcome = All(m, VerdictCode::kAccept);
                 outcome->verdicts[0] = {VerdictCode::kReject, {}, "no such address", ""};
                 outcome->verdicts[1] = {VerdictCode::kDrop, {}, "", ""};
                 outcome->verdicts[2] = {VerdictCode::kRetry, seconds(7), "later", ""};
                 return outcome;
               },
               {}};
  auto delivered = Deliver({a.Options()}, 4);
  auto answers = Count(delivered, 4);
  EXPECT_EQ(answers[crm::Answer::kRejected], 2);
  EXPECT_EQ(delivered.verdicts[0].reason, "no such address");
  EXPECT_EQ(delivered.verdicts[1].reason, "refused without a reason");
  EXPECT_EQ(delivered.verdicts[2].retry_after, seconds(7));
  EXPECT_TRUE(delivered.poison.empty());
  EXPECT_EQ(delivered.dispatches[0].rejected, 2);
}

TEST_F(ChunkDelivery, PassesOverAVendorWhoseBreakerIsOpen) {
  FakeVendor a{"a", FailWith(Code::kUnavailable, "away"), {}}, b{"b", Accept(), {}};
  auto delivered = Deliver({a.Options({.failures = 2}), b.Options()}, 1000);
  EXPECT_EQ(Count(delivered, 1000)[crm::Answer::kAccepted], 1000);
  EXPECT_LE(a.batches.size(), 11u);
  EXPECT_EQ(vendors_->Status()[0].breaker, "open");
}

TEST_F(ChunkDelivery, WaitsForTheOnlyVendorRatherThanUseUpAttempts) {
  int answered = 0;
  FakeVendor a{"a", {}, {}};
  a.answer = [&](const std::vector<Message>& m) -> Result<Outcome> {
    if (++answered <= 3) return Fail(Code::kUnavailable, "away");
    return All(m, VerdictCode::kAccept);
  };
  options_.go_on = [&] {
    clock_.Advance(milliseconds(500));
    return true;
  };
  options_.batch = 10;
  auto vendor = a.Options({.failures = 1, .pause = seconds(1)});
  vendor.in_flight = 10;
  auto delivered = Deliver({vendor}, 50);
  auto answers = Count(delivered, 50);
  EXPECT_EQ(answers[crm::Answer::kRetry], 30) << "those that found out";
  EXPECT_EQ(answers[crm::Answer::kAccepted], 20) << "the others never left";
}

TEST_F(ChunkDelivery, GivesUpWhatHasNoVerdictWhenAskedTo) {
  FakeVendor a{"a", Accept(), {}};
  auto vendor = a.Options();
  vendor.rate = 100;
  int looks = 0;
  options_.go_on = [&] { return ++looks <= 2; };
  auto delivered = Deliver({vendor}, 100);
  EXPECT_EQ(delivered.verdicts.size(), 10u) << "a tenth of a second's worth";
  EXPECT_EQ(delivered.unsent.size(), 90u);
}

TEST_F(ChunkDelivery, KeepsToTheRate) {
  FakeVendor a{"a", Accept(), {}};
  auto vendor = a.Options();
  vendor.rate = 1000;
  Time begun = clock_.Now();
  options_.go_on = [&] {
    clock_.Advance(milliseconds(10));
    return true;
  };
  auto delivered = Deliver({vendor}, 500);
  EXPECT_EQ(Count(delivered, 500)[crm::Answer::kAccepted], 500);
  EXPECT_GE(clock_.Now() - begun, milliseconds(390));
  EXPECT_LE(clock_.Now() - begun, milliseconds(700));
}

TEST_F(ChunkDelivery, FollowsTheRoute) {
  FakeVendor a{"a", FailWith(Code::kUnavailable, "away"), {}}, b{"b", Accept(), {}};
  route_ = [](const Message& message) -> Result<std::vector<size_t>> {
    if (message.id.ends_with(".1")) return std::vector<size_t>{1};
    if (message.id.ends_with(".2")) return std::vector<size_t>{1, 0};
    if (message.id.ends_with(".3")) return std::vector<size_t>{0};
    if (message.id.ends_with(".4")) return std::vector<size_t>{};
    return Fail(Code::kInvalidArgument, "route.lua:3: no");
  };
  auto delivered = Deliver({a.Options(), b.Options()}, 5);
  std::map<int, crm::Verdict> by_number;
  for (const auto& verdict : delivered.verdicts) by_number[verdict.n] = verdict;
  EXPECT_EQ(by_number[1].answer, crm::Answer::kAccepted);
  EXPECT_EQ(by_number[2].answer, crm::Answer::kAccepted);
  EXPECT_EQ(by_number[3].answer, crm::Answer::kRetry) << "it has no second vendor";
  EXPECT_EQ(by_number[4].reason, "the route script chose no vendor");
  EXPECT_EQ(by_number[5].reason, "route.lua:3: no");
  EXPECT_EQ(delivered.poison.size(), 2u) << "a script that fails, fails closed";
}

TEST_F(ChunkDelivery, SurvivesAnAnswerThatDoesNotFit) {
  FakeVendor a{"a", [](const auto&) { return Result<Outcome>(Outcome()); }, {}};
  auto delivered = Deliver({a.Options()}, 3);
  EXPECT_EQ(Count(delivered, 3)[crm::Answer::kRetry], 3);
}

TEST_F(ChunkDelivery, TakesAnswersFromAnyThread) {
  std::vector<std::thread> threads;
  FakeVendor a{"a", Accept(), {}};
  auto vendor = a.Options();
  vendor.submit = [&](const Batch& batch, std::function<void(Result<Outcome>)> done) {
    size_t size = batch.size();
    threads.emplace_back([done, size] {
      std::this_thread::sleep_for(milliseconds(5));
      done(All(std::vector<Message>(size), VerdictCode::kAccept));
    });
  };
  auto delivered = Deliver({vendor}, 1000);
  EXPECT_EQ(Count(delivered, 1000)[crm::Answer::kAccepted], 1000);
  for (auto& thread : threads) thread.join();
}

TEST_F(ChunkDelivery, HasNothingToDoWithoutMessages) {
  FakeVendor a{"a", Accept(), {}};
  auto delivered = Deliver({a.Options()}, 0);
  EXPECT_TRUE(delivered.unsent.empty());
  EXPECT_TRUE(delivered.verdicts.empty());
}

}  // namespace
}  // namespace tidings::pipeline
