// Crews, ticked by hand with a made-up time.
#include "pipeline/crew.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "bus/context.h"
#include "pipeline/test_items.h"

namespace tidings::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class CrewTest : public ::testing::Test {
 protected:
  void Start(CrewOptions options, const std::string& text) {
    EXPECT_TRUE(WriteFile(folder_.path() / "writer.lua", text));
    options.spec.name = "test/insight";
    options.spec.kind = StageKind::kSummarize;
    options.spec.script = "writer.lua";
    options.spec.scripts = folder_.path();
    options.spec.timeout = seconds(5);
    options.endpoint = "inproc://crew";
    DispatcherOptions dispatcher;
    dispatcher.name = "test/insight";
    dispatcher.endpoints = {"inproc://crew"};
    dispatcher_ = Dispatcher::Start(bus_, dispatcher).value();
    crew_ = std::make_unique<Crew>(bus_, *dispatcher_, options);
  }

  void Break(const std::string& text = "return nonsense(") {
    EXPECT_TRUE(WriteFile(folder_.path() / "writer.lua", text));
  }

  // Ticks at the made-up time until the condition holds.
  template <class Condition>
  bool Until(Condition condition) {
    for (int i = 0; i < 5000; ++i) {
      crew_->Tick(now_);
      if (condition(dispatcher_->Status(), crew_->Status())) return true;
      std::this_thread::sleep_for(milliseconds(1));
    }
    return false;
  }
  void TickFor(milliseconds time) {
    for (auto end = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < end;
         std::this_thread::sleep_for(milliseconds(1))) {
      crew_->Tick(now_);
    }
  }

  std::future<Result<Outcome>> Order(const std::string& facts = "{}") {
    return dispatcher_->Submit(TaskBatch(facts), {});
  }

  static constexpr char kGood[] =
      R"(return summarize { name = "w", write = function(t)
           for i = 1, (t.facts.work or 0) do end
           return "x" end })";

  TempDir folder_;
  bus::Context bus_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Crew> crew_;
  std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
};

TEST_F(CrewTest, KeepsTheMinimum) {
  Start({.min_workers = 2, .max_workers = 3}, kGood);
  EXPECT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 2; }));
  TickFor(milliseconds(30));
  EXPECT_EQ(crew_->Status().workers, 2);
}

TEST_F(CrewTest, GrowsWithTheBacklogAndShrinksWithoutIt) {
  Start({.min_workers = 1, .max_workers = 3, .idle = seconds(30)}, kGood);
  ASSERT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 1; }));
  std::vector<std::future<Result<Outcome>>> orders;
  for (int i = 0; i < 40; ++i) orders.push_back(Order(R"({"work": 1000000})"));
  EXPECT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 3; }));
  for (auto& order : orders) EXPECT_TRUE(order.get());
  TickFor(milliseconds(20));
  EXPECT_EQ(crew_->Status().workers, 3) << "not at once";
  for (int left : {2, 1}) {
    now_ += seconds(31);
    EXPECT_TRUE(Until([&](const auto&, const auto& c) { return c.workers == left; }));
  }
  now_ += seconds(100);
  TickFor(milliseconds(20));
  EXPECT_EQ(crew_->Status().workers, 1);
  EXPECT_EQ(crew_->Status().restarts, 0);
  EXPECT_EQ(dispatcher_->Status().lost_workers, 0);
}

TEST_F(CrewTest, FallsAsleepAndWakesUp) {
  Start({.min_workers = 0, .max_workers = 1, .idle = seconds(30)}, kGood);
  ASSERT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 1; })) << "a trial";
  now_ += seconds(31);
  ASSERT_TRUE(Until([](const auto&, const auto& c) { return c.workers == 0; }));
  auto order = Order();
  EXPECT_TRUE(Until([](const auto& d, const auto&) { return d.outcomes == 1; }));
  EXPECT_TRUE(order.get());
}

TEST_F(CrewTest, BacksOffAndCountsAsFailing) {
  Start({.min_workers = 1,
         .max_workers = 1,
         .first = milliseconds(200),
         .longest = seconds(10),
         .failing = 3},
        "return nonsense(");
  auto restarts = [](int count) {
    return [count](const auto&, const auto& c) { return c.restarts == count; };
  };
  ASSERT_TRUE(Until(restarts(1)));
  EXPECT_THAT(crew_->Status().last_error, HasSubstr("writer.lua:1"));
  now_ += milliseconds(199);
  TickFor(milliseconds(20));
  EXPECT_EQ(crew_->Status().restarts, 1) << "too early";
  now_ += milliseconds(1);
  ASSERT_TRUE(Until(restarts(2)));
  now_ += milliseconds(399);
  TickFor(milliseconds(20));
  EXPECT_EQ(crew_->Status().restarts, 2) << "twice as long";
  EXPECT_FALSE(crew_->Status().failing);
  now_ += milliseconds(1);
  ASSERT_TRUE(Until(restarts(3)));
  crew_->Tick(now_);
  EXPECT_TRUE(crew_->Status().failing);
  auto order = Order();
  ASSERT_TRUE(Until([](const auto& d, const auto&) { return d.batches == 1; }));
  auto outcome = order.get();
  ASSERT_FALSE(outcome) << "nobody will ever take it";
  EXPECT_EQ(outcome.error().code, Code::kUnavailable);
  EXPECT_THAT(outcome.error().message, HasSubstr("test/insight is failing"));
}

TEST_F(CrewTest, RecoversWhenWhatWasBrokenIsMended) {
  Start({.min_workers = 1, .max_workers = 1, .first = milliseconds(10), .failing = 2},
        "return nonsense(");
  for (int i = 0; i < 2; ++i) {
    now_ += seconds(31);
    ASSERT_TRUE(Until([i](const auto&, const auto& c) { return c.restarts == i + 1; }));
  }
  Break(kGood);
  now_ += seconds(31);
  ASSERT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 1; }));
  auto order = Order();
  ASSERT_TRUE(Until([](const auto& d, const auto& c) { return d.outcomes == 1 && !c.failing; }));
  EXPECT_TRUE(order.get());
}

TEST_F(CrewTest, ReplacesAWorkerThatIsStuck) {
  Start({.min_workers = 1, .max_workers = 1, .first = milliseconds(10)}, kGood);
  ASSERT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 1; }));
  crew_->Stuck("test-insight-1");
  ASSERT_TRUE(Until([](const auto&, const auto& c) { return c.restarts == 1; }));
  EXPECT_THAT(crew_->Status().last_error, HasSubstr("did not stop"));
  now_ += seconds(1);
  EXPECT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 1; }));
}

TEST_F(CrewTest, Drains) {
  Start({.min_workers = 2, .max_workers = 2}, kGood);
  ASSERT_TRUE(Until([](const auto& d, const auto&) { return d.workers == 2; }));
  crew_->Drain();
  EXPECT_TRUE(Until([this](const auto&, const auto&) { return crew_->Gone(); }));
  TickFor(milliseconds(20));
  EXPECT_EQ(crew_->Status().workers, 0);
}

}  // namespace
}  // namespace tidings::pipeline
