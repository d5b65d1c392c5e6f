#include "pipeline/dispatcher.h"

#include <csignal>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/process.h"
#include "bus/poller.h"
#include "pipeline/codec.h"
#include "pipeline/test_items.h"
#include "pipeline/test_runner.h"

namespace tidings::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

WorkerOptions WorkerAt(const std::string& endpoint, const std::string& name) {
  WorkerOptions options;
  options.endpoint = endpoint;
  options.socket.identity = name;
  options.heartbeat = milliseconds(50);
  options.silence = milliseconds(1500);
  return options;
}

// This program started with the variable set is a worker, so that tests can kill one.
const bool kIsWorker = [] {
  const char* endpoint = std::getenv("TIDINGS_TEST_WORKER");
  if (!endpoint) return false;
  bus::Context context;
  Worker worker(context, WorkerAt(endpoint, "process"), [](const std::atomic<bool>* cancelled) {
    return std::make_unique<TestRunner>(cancelled, "1.0");
  });
  ::_exit(worker.Run() ? 0 : 1);
}();

class DispatcherTest : public ::testing::TestWithParam<const char*> {
 protected:
  void Start(bool repeatable = true) {
    DispatcherOptions options;
    options.name = "test/stage";
    options.endpoints = {Endpoint()};
    options.repeatable = repeatable;
    options.heartbeat = milliseconds(50);
    options.silence = milliseconds(1500);
    options.most_losses = 2;
    options.on_stuck = [this](const std::string& worker) {
      std::lock_guard lock(mutex_);
      stuck_.push_back(worker);
    };
    auto started = Dispatcher::Start(context_, options);
    ASSERT_TRUE(started) << started.error().message;
    dispatcher_ = std::move(*started);
  }

  std::string Endpoint() {
    return GetParam() == std::string("inproc") ? "inproc://stage"
           : GetParam() == std::string("tcp")  ? "tcp://127.0.0.1:*"
                                               : "ipc://" + (folder_.path() / "s").string();
  }

  std::unique_ptr<WorkerThread> AddWorker(const std::string& name, uint32_t credit = 1) {
    auto options = WorkerAt(dispatcher_->endpoints()[0], name);
    options.credit = credit;
    return std::make_unique<WorkerThread>(context_, options);
  }

  Process AddProcess() {
    return Process::Start({.command = {"/proc/self/exe"},
                           .environment = {"TIDINGS_TEST_WORKER=" + dispatcher_->endpoints()[0]},
                           .die_with_parent = true})
        .value();
  }

  std::future<Result<Outcome>> Order(const std::string& order, BatchLimits limits = {}) {
    return dispatcher_->Submit(TaskBatch(order), limits);
  }

  static Result<Outcome> Wait(std::future<Result<Outcome>>& future) {
    if (future.wait_for(seconds(20)) == std::future_status::ready) return future.get();
    return Fail(Code::kInternal, "the test waited in vain");
  }
  Result<Outcome> Run(const std::string& order, BatchLimits limits = {}) {
    auto future = Order(order, limits);
    return Wait(future);
  }

  template <class Condition>
  bool Eventually(Condition condition) {
    for (int i = 0; i < 5000; ++i) {
      if (condition(dispatcher_->Status())) return true;
      std::this_thread::sleep_for(milliseconds(1));
    }
    return false;
  }

  size_t stuck() {
    std::lock_guard lock(mutex_);
    return stuck_.size();
  }

  TempDir folder_;
  bus::Context context_;
  std::mutex mutex_;
  std::vector<std::string> stuck_;  // guarded by mutex_
  std::unique_ptr<Dispatcher> dispatcher_;
};

TEST_P(DispatcherTest, RunsBatchesWhicheverComesFirst) {
  Start();
  auto early = Order("echo early");
  auto worker = AddWorker("a");
  auto outcome = Wait(early);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->texts[0].text, "early");
  EXPECT_EQ(outcome->runner, "test_runner 1.0");
  EXPECT_EQ(Run("echo late")->texts[0].text, "late");
  EXPECT_TRUE(Eventually([](const auto& s) { return s.batches == 2 && s.in_flight == 0; }));
  EXPECT_EQ(dispatcher_->Status().runner, "test_runner 1.0");
}

TEST_P(DispatcherTest, CarriesManyBatchesOverSeveralWorkers) {
  Start();
  std::vector<std::unique_ptr<WorkerThread>> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(AddWorker("w" + std::to_string(i), 2));
  std::vector<std::future<Result<Outcome>>> futures;
  for (int i = 0; i < 300; ++i) futures.push_back(Order("echo " + std::to_string(i)));
  for (int i = 0; i < 300; ++i) {
    auto outcome = Wait(futures[i]);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->texts[0].text, std::to_string(i));
  }
}

TEST_P(DispatcherTest, PassesOnWhatTheRunnerSays) {
  Start();
  auto worker = AddWorker("a");
  auto invalid = Run("invalid"), away = Run("away");
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().code, Code::kInvalidArgument);
  EXPECT_EQ(invalid.error().message, "that is no order");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Code::kUnavailable);
  EXPECT_TRUE(Eventually([](const auto& s) { return s.failed_items == 2; }));
  EXPECT_EQ(dispatcher_->Status().last_error, "the vendor is away");
}

TEST_P(DispatcherTest, GivesUpOnAWorkerThatIsTooSlow) {
  Start();
  auto worker = AddWorker("a");
  auto slow = Run("sleep 5000", {.run = milliseconds(60)});
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().code, Code::kTimeout);
  EXPECT_THAT(slow.error().message, HasSubstr("test/stage gave no answer within"));
  // The worker was asked to stop, did, and is of use again.
  auto next = Run("echo again", {.run = seconds(5)});
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(stuck(), 0u);
}

TEST_P(DispatcherTest, ReportsAWorkerThatDoesNotStop) {
  Start();
  auto stubborn = AddWorker("stubborn", 2);
  auto hanging = Order("hang 2500", {.run = milliseconds(50)});
  auto behind = Order("echo behind");
  EXPECT_EQ(Wait(hanging).error().code, Code::kTimeout);
  for (int i = 0; i < 3000 && stuck() == 0; ++i) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(stuck(), 1u);
  auto other = AddWorker("other");
  auto outcome = Wait(behind);
  ASSERT_TRUE(outcome) << "what waited behind it goes to another worker: "
                       << outcome.error().message;
}

TEST_P(DispatcherTest, AbandonsAWorkerThatHangs) {
  Start();
  auto hanging = AddWorker("hanging");
  auto order = Order("hang 1000", {.run = milliseconds(50)});
  EXPECT_EQ(Wait(order).error().code, Code::kTimeout);
  hanging->worker().Abandon();
  dispatcher_->Lost("hanging");
  EXPECT_TRUE(Eventually([](const auto& s) { return s.workers == 0; }));
  auto status = hanging->Join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kCancelled);
}

TEST_P(DispatcherTest, TellsWaitingFromRunning) {
  Start();
  auto nobody = Run("echo x", {.all = milliseconds(40)});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Code::kUnavailable) << "nobody began it";
  EXPECT_THAT(nobody.error().message, HasSubstr("no worker of test/stage was free within"));
  auto worker = AddWorker("a", 2);
  auto first = Order("sleep 400", {.run = seconds(5)});
  auto second = Order("echo x", {.all = milliseconds(100)});
  EXPECT_EQ(Wait(second).error().code, Code::kUnavailable);
  EXPECT_TRUE(Wait(first));
  auto both = Run("sleep 3000", {.run = seconds(10), .all = milliseconds(80)});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, Code::kTimeout) << "a worker had begun it";
  EXPECT_EQ(stuck(), 0u);
  EXPECT_TRUE(Run("echo still of use"));
}

TEST_P(DispatcherTest, FailsWhatWaitsWhenAskedTo) {
  Start();
  auto waiting = Order("echo x");
  dispatcher_->FailWaiting({Code::kUnavailable, "no worker starts"});
  EXPECT_EQ(Wait(waiting).error().message, "no worker starts");
}

TEST_P(DispatcherTest, DrainsWorkersWithoutLosingABatch) {
  Start();
  auto first = AddWorker("a"), second = AddWorker("b");
  ASSERT_TRUE(Eventually([](const auto& s) { return s.workers == 2; }));
  dispatcher_->DrainOne();
  EXPECT_TRUE(Eventually([](const auto& s) { return s.workers == 1; }));
  std::vector<std::future<Result<Outcome>>> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(Order("sleep 1"));
  for (auto& future : futures) EXPECT_TRUE(Wait(future));
  dispatcher_->DrainAll();
  EXPECT_TRUE(first->Join());
  EXPECT_TRUE(second->Join());
  EXPECT_EQ(dispatcher_->Status().lost_workers, 0);
}

TEST_P(DispatcherTest, AnswersEverythingWhenItStops) {
  Start();
  auto worker = AddWorker("a");
  auto running = Order("sleep 300");
  auto waiting = Order("echo x");
  dispatcher_->Stop();
  EXPECT_EQ(Wait(running).error().code, Code::kCancelled);
  EXPECT_EQ(Wait(waiting).error().code, Code::kCancelled);
  EXPECT_EQ(Run("echo x").error().code, Code::kCancelled);
}

TEST_P(DispatcherTest, LearnsWhyAWorkerCannotLoad) {
  Start();
  Worker worker(context_, WorkerAt(dispatcher_->endpoints()[0], "broken"),
                [](const std::atomic<bool>*) -> Result<std::unique_ptr<Runner>> {
                  return Fail(Code::kInvalidArgument, "line 3: unexpected symbol");
                });
  EXPECT_EQ(worker.Run().error().message, "line 3: unexpected symbol");
  EXPECT_TRUE(Eventually([](const auto& s) { return !s.load_error.empty(); }));
  EXPECT_EQ(dispatcher_->Status().load_error, "line 3: unexpected symbol");
  EXPECT_EQ(dispatcher_->Status().workers, 0);
}

TEST_P(DispatcherTest, EndsAWorkerWhoseDispatcherIsGone) {
  Start();
  auto worker = AddWorker("a");
  ASSERT_TRUE(Run("echo x"));
  dispatcher_.reset();
  auto status = worker->Join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kUnavailable);
}

INSTANTIATE_TEST_SUITE_P(Placement, DispatcherTest, ::testing::Values("inproc", "ipc", "tcp"),
                         [](const auto& parameter) { return std::string(parameter.param); });

// A bare DEALER that can break the rules.
class RawWorker {
 public:
  RawWorker(bus::Context& context, const std::string& endpoint, const std::string& name) {
    bus::SocketOptions options;
    options.identity = name;
    socket_.emplace(bus::Socket::Open(context, bus::SocketKind::kDealer, options).value());
    EXPECT_TRUE(socket_->Connect(endpoint));
  }
  void Send(const WireHeader& header, const std::string& body = "") {
    auto frames = bus::MakeFrames(Encode(header));
    if (!body.empty()) frames.emplace_back(std::string_view(body));
    EXPECT_TRUE(socket_->Send(std::move(frames)));
  }
  void SendBytes(std::string_view bytes) { EXPECT_TRUE(socket_->Send(bus::MakeFrames(bytes))); }
  // The next WORK; heartbeats are skipped.
  WireHeader NextWork() {
    for (;;) {
      auto frames = socket_->Receive(seconds(5)).value();
      if (!frames) return {};
      auto header = DecodeHeader((*frames)[0].bytes()).value();
      if (header.kind == WireKind::kWork) return header;
    }
  }
  bool HasWork(milliseconds wait) {
    auto frames = socket_->Receive(wait).value();
    return frames && DecodeHeader((*frames)[0].bytes())->kind == WireKind::kWork;
  }

 private:
  std::optional<bus::Socket> socket_;
};

class LossTest : public DispatcherTest {};

TEST_P(LossTest, GivesARepeatableBatchToAnother) {
  Start();
  RawWorker silent(context_, dispatcher_->endpoints()[0], "silent");
  silent.Send({.kind = WireKind::kReady, .credit = 1});
  auto order = Order("echo x");
  silent.NextWork();
  auto worker = AddWorker("b");
  EXPECT_TRUE(Wait(order)) << "after the silence";
  EXPECT_TRUE(Eventually([](const auto& s) { return s.lost_workers == 1; }));
}

TEST_P(LossTest, NeverRepeatsWhatMayHaveHappened) {
  Start(false);
  RawWorker first(context_, dispatcher_->endpoints()[0], "first");
  first.Send({.kind = WireKind::kReady, .credit = 8});
  auto a = Order("echo a"), b = Order("echo b");
  first.NextWork();
  EXPECT_FALSE(first.HasWork(milliseconds(30))) << "one at a time, whatever credit it claims";
  dispatcher_->Lost("first");
  auto lost = Wait(a);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::kTimeout);
  EXPECT_THAT(lost.error().message, HasSubstr("what it did of it is not known"));
  auto second = AddWorker("second");
  EXPECT_TRUE(Wait(b)) << "this one never left";
}

TEST_P(LossTest, GivesUpABatchThatTakesWorkersDown) {
  Start();
  auto order = Order("crash");
  for (const char* name : {"first", "second"}) {
    RawWorker worker(context_, dispatcher_->endpoints()[0], name);
    worker.Send({.kind = WireKind::kReady, .credit = 1});
    worker.NextWork();
    dispatcher_->Lost(name);
  }
  auto outcome = Wait(order);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kInternal);
  EXPECT_EQ(outcome.error().message, "2 workers of test/stage were lost over this batch");
}

TEST_P(LossTest, KeepsToTheCredit) {
  Start();
  RawWorker worker(context_, dispatcher_->endpoints()[0], "w");
  worker.Send({.kind = WireKind::kReady, .credit = 2});
  std::vector<std::future<Result<Outcome>>> orders;
  for (int i = 0; i < 3; ++i) orders.push_back(Order("echo x"));
  uint64_t first = worker.NextWork().batch;
  worker.NextWork();
  EXPECT_FALSE(worker.HasWork(milliseconds(30)));
  Outcome outcome;
  outcome.verdicts.resize(1);
  worker.Send({.kind = WireKind::kVerdict, .batch = first}, Encode(outcome));
  EXPECT_TRUE(Wait(orders[0]));
  EXPECT_NE(worker.NextWork().batch, first);
}

TEST_P(LossTest, LinesUpSmallBatchesOnly) {
  Start();
  RawWorker worker(context_, dispatcher_->endpoints()[0], "w");
  worker.Send({.kind = WireKind::kReady, .credit = 2});
  auto big = [this] { return dispatcher_->Submit(MessageBatch(5000), BatchLimits()); };
  auto first = big(), second = big();
  worker.NextWork();
  EXPECT_FALSE(worker.HasWork(milliseconds(30)));
  EXPECT_TRUE(Eventually([](const auto& s) { return s.waiting == 1; })) << "a second is wanted";
  RawWorker other(context_, dispatcher_->endpoints()[0], "other");
  other.Send({.kind = WireKind::kReady, .credit = 2});
  other.NextWork();
}

TEST_P(LossTest, SurvivesNonsense) {
  Start();
  RawWorker worker(context_, dispatcher_->endpoints()[0], "w");
  worker.SendBytes("nonsense");
  worker.SendBytes("");
  worker.Send({.kind = WireKind::kVerdict, .batch = 99}, "x");
  worker.Send({.kind = WireKind::kReady, .credit = 1});
  struct Case {
    std::string body, says;
  };
  Outcome beside;
  beside.verdicts.resize(1);
  beside.texts = {{7, "x"}};
  for (const auto& [body, says] : std::vector<Case>{{"garbage", "does not fit its batch"},
                                                    {"", "does not fit its batch"},
                                                    {Encode(Outcome()), "does not fit its batch"},
                                                    {Encode(beside), "does not fit its batch"}}) {
    auto order = Order("echo x");
    worker.Send({.kind = WireKind::kVerdict, .batch = worker.NextWork().batch}, body);
    auto outcome = Wait(order);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, Code::kInternal);
    EXPECT_THAT(outcome.error().message, HasSubstr(says));
  }
}

INSTANTIATE_TEST_SUITE_P(Placement, LossTest, ::testing::Values("inproc", "ipc"),
                         [](const auto& parameter) { return std::string(parameter.param); });

class ProcessTest : public DispatcherTest {};

TEST_P(ProcessTest, OutlivesAWorkerThatIsKilled) {
  ASSERT_FALSE(kIsWorker);
  Start(false);
  Process worker = AddProcess();
  ASSERT_TRUE(Run("echo x"));
  auto order = Order("sleep 10000");
  ASSERT_TRUE(Eventually([](const auto& s) { return s.in_flight == 1; }));
  worker.Signal(SIGKILL);
  EXPECT_EQ(Wait(order).error().code, Code::kTimeout) << "noticed by its silence";
  Process next = AddProcess();
  EXPECT_TRUE(Run("echo y"));
  dispatcher_->DrainAll();
  EXPECT_EQ(next.Wait(seconds(5)), 0);
}

TEST_P(ProcessTest, EndsItsWorkersWhenItIsGone) {
  Start();
  Process worker = AddProcess();
  ASSERT_TRUE(Run("echo x"));
  dispatcher_.reset();
  EXPECT_EQ(worker.Wait(seconds(10)), 1);
}

INSTANTIATE_TEST_SUITE_P(Placement, ProcessTest, ::testing::Values("ipc", "tcp"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace tidings::pipeline
