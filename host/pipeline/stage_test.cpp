// Stages with real workers: scripts on threads and in processes.
#include "pipeline/stage.h"

#include <csignal>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "bus/context.h"
#include "pipeline/supervisor.h"
#include "pipeline/test_items.h"
#include "pipeline/worker_process.h"
#include "pipeline/writer.h"

namespace tidings::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

// Started as `program worker FILE`, this program is a worker, as the host is.
void BecomeWorkerIfAsked() {
  auto arguments = ReadFile("/proc/self/cmdline").value_or("");
  std::vector<std::string> words;
  for (size_t at = 0; at < arguments.size(); at += words.back().size() + 1) {
    words.emplace_back(arguments.c_str() + at);
  }
  if (words.size() >= 2 && words[1] == "worker") {
    ::_exit(RunWorkerProcess({words.begin() + 2, words.end()}));
  }
}
const bool kNoWorker = (BecomeWorkerIfAsked(), true);

constexpr char kWriter[] = R"(
  return summarize { name = "w", write = function(task)
    if task.facts.spin then while true do end end
    return "hello " .. (task.facts.name or "you")
  end })";

class StageTest : public ::testing::TestWithParam<bool> {
 protected:
  StageTest() {
    hosting_.bus = &bus_;
    hosting_.supervisor = &supervisor_;
    hosting_.run_folder = folder_.path();
    hosting_.program = "/proc/self/exe";
  }

  Result<std::unique_ptr<Stage>> Start(const std::string& text, int min = 1, int max = 2) {
    EXPECT_TRUE(kNoWorker);
    EXPECT_TRUE(WriteFile(folder_.path() / "writer.lua", text));
    StageOptions options;
    options.spec.name = "test/insight";
    options.spec.kind = StageKind::kSummarize;
    options.spec.script = "writer.lua";
    options.spec.scripts = folder_.path();
    options.spec.timeout = milliseconds(300);
    options.process = GetParam();
    options.min_workers = min;
    options.max_workers = max;
    return Stage::Start(hosting_, options);
  }

  static std::string TextOf(const Result<Outcome>& outcome) {
    return outcome ? outcome->texts.at(0).text : outcome.error().message;
  }

  template <class Condition>
  static bool Eventually(Condition condition) {
    for (int i = 0; i < 10'000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(1));
    return condition();
  }

  TempDir folder_;
  bus::Context bus_;
  Supervisor supervisor_;
  Hosting hosting_;
};

TEST_P(StageTest, RunsAScript) {
  auto stage = Start(kWriter);
  ASSERT_TRUE(stage) << stage.error().message;
  EXPECT_EQ(TextOf((*stage)->Run(TaskBatch(R"({"name": "Ann"})"))), "hello Ann");
  EXPECT_THAT((*stage)->runner(), testing::StartsWith("writer.lua "));
  StageStatus status;
  (*stage)->AddTo(status);
  EXPECT_EQ(status.workers, 1);
  EXPECT_EQ(status.processed, 1);
  EXPECT_EQ(status.failed, 0);
}

TEST_P(StageTest, SaysWhyAScriptCannotBeLoaded) {
  auto stage = Start("return summarize {");
  ASSERT_FALSE(stage);
  EXPECT_THAT(stage.error().message, HasSubstr("test/insight: writer.lua:1"));
}

TEST_P(StageTest, LivesThroughAScriptThatNeverEnds) {
  auto stage = Start(kWriter, 1, 1);
  ASSERT_TRUE(stage) << stage.error().message;
  auto outcome = (*stage)->Run(TaskBatch(R"({"spin": true})"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(TextOf((*stage)->Run(TaskBatch("{}"))), "hello you");
}

TEST_P(StageTest, DrainsWithoutLosingABatch) {
  auto stage = Start(kWriter);
  ASSERT_TRUE(stage) << stage.error().message;
  std::atomic<int> good = 0;
  for (int i = 0; i < 50; ++i) {
    (*stage)->Submit(TaskBatch("{}"), {}, [&](Result<Outcome> r) { good += r.has_value(); });
  }
  ASSERT_TRUE(Eventually([&] { return good == 50; }));
  (*stage)->BeginDrain();
  EXPECT_TRUE(Eventually([&] { return (*stage)->Drained(); }));
  StageStatus status;
  (*stage)->AddTo(status);
  EXPECT_EQ(status.restarts, 0) << status.last_error;
}

TEST_P(StageTest, FallsBackOnTheOtherWriter) {
  auto broken = Start(R"(return summarize { name = "b", write = function() error("dry") end })");
  auto good = Start(kWriter);
  ASSERT_TRUE(broken && good);
  auto written = Writer(**broken, good->get(), Clock::System()).Write("summary", {{"name", "Bo"}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->text, "hello Bo");
  auto slow = Start("return summarize { name = 's', write = function() while true do end end }");
  ASSERT_TRUE(slow);
  written = Writer(**slow, good->get(), Clock::System())
                .Write("intent", Json::object(), milliseconds(100));
  EXPECT_TRUE(written) << written.error().message;
  auto alone = Writer(**broken, nullptr, Clock::System()).Write("summary", Json::object());
  ASSERT_FALSE(alone);
  EXPECT_THAT(alone.error().message, HasSubstr("dry"));
}

INSTANTIATE_TEST_SUITE_P(Isolation, StageTest, ::testing::Values(false, true),
                         [](const auto& p) { return p.param ? "process" : "thread"; });

class ProcessStageTest : public StageTest {
 protected:
  // The one worker process of the test.
  static pid_t WorkerPid() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      auto stat = ReadFile(entry.path() / "stat").value_or("");
      size_t name_end = stat.rfind(") ");
      if (name_end == std::string::npos) continue;
      char state = 0;
      int parent = 0;
      if (std::sscanf(stat.c_str() + name_end + 2, "%c %d", &state, &parent) != 2) continue;
      if (parent == ::getpid() && state != 'Z') return std::stoi(entry.path().filename());
    }
    return 0;
  }
};

TEST_P(ProcessStageTest, ReplacesAWorkerThatIsKilled) {
  auto stage = Start(kWriter, 1, 1);
  ASSERT_TRUE(stage) << stage.error().message;
  pid_t worker = WorkerPid();
  ASSERT_GT(worker, 0);
  ::kill(worker, SIGKILL);
  EXPECT_EQ(TextOf((*stage)->Run(TaskBatch("{}"))), "hello you");
  EXPECT_NE(WorkerPid(), worker);
  StageStatus status;
  (*stage)->AddTo(status);
  EXPECT_EQ(status.restarts, 1);
  EXPECT_FALSE(status.failing);
}

// An edit that nobody has checked reaches no worker, not even one that starts after it.
TEST_P(ProcessStageTest, KeepsItsScriptThoughTheFileIsEdited) {
  auto stage = Start(kWriter, 1, 1);
  ASSERT_TRUE(stage) << stage.error().message;
  ASSERT_TRUE(WriteFile(folder_.path() / "writer.lua", "return summarize {"));
  ::kill(WorkerPid(), SIGKILL);
  EXPECT_EQ(TextOf((*stage)->Run(TaskBatch("{}"))), "hello you");
}

TEST_P(ProcessStageTest, LeavesNoSettingsBehind) {
  auto stage = Start(kWriter, 1, 1);
  ASSERT_TRUE(stage) << stage.error().message;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_NE(entry.path().extension(), ".json") << entry.path();
  }
}

INSTANTIATE_TEST_SUITE_P(Isolation, ProcessStageTest, ::testing::Values(true));

TEST(WorkerProcess, ExplainsBadArguments) {
  TempDir folder;
  auto file = folder.path() / "settings.json";
  ASSERT_TRUE(WriteFile(file, R"({"endpoint": "ipc:///x"})"));
  EXPECT_EQ(RunWorkerProcess({}), 2);
  EXPECT_EQ(RunWorkerProcess({file.string()}), 2);
  EXPECT_FALSE(std::filesystem::exists(file)) << "it might have held secrets";
}

}  // namespace
}  // namespace tidings::pipeline
