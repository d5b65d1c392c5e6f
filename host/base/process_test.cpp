#include "base/process.h"

#include <csignal>

#include <unistd.h>

#include <gtest/gtest.h>

namespace tidings {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Process, CapturesOutputAndStatus) {
  auto outcome =
      RunProcess({.command = {"sh", "-c", "echo out; echo err >&2; exit 3"}}, seconds(5));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->status, 3);
  EXPECT_EQ(outcome->output, "out\nerr\n");
}

TEST(Process, PassesTheEnvironment) {
  auto outcome = RunProcess({.command = {"sh", "-c", "printf %s \"$TIDINGS_PROBE\""},
                             .environment = {"TIDINGS_PROBE=a b"}},
                            seconds(5));
  EXPECT_EQ(outcome->output, "a b");
}

TEST(Process, NamesTheProgramThatIsMissing) {
  auto process = Process::Start({.command = {"/no/such/program"}});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, Code::kNotFound);
  EXPECT_NE(process.error().message.find("/no/such/program"), std::string::npos);
}

TEST(Process, NamesTheUserThatIsMissing) {
  auto process = Process::Start({.command = {"true"}, .user = "nobody-of-this-name"});
  ASSERT_FALSE(process);
  EXPECT_NE(process.error().message.find("nobody-of-this-name"), std::string::npos);
}

TEST(Process, ReportsASignalAsAStatus) {
  auto process = Process::Start({.command = {"sleep", "30"}});
  ASSERT_TRUE(process);
  EXPECT_TRUE(process->Running());
  process->Signal(SIGTERM);
  EXPECT_EQ(process->Wait(seconds(5)), 128 + SIGTERM);
}

TEST(Process, EndsTheChildWithTheObject) {
  pid_t pid = 0;
  {
    auto process = Process::Start({.command = {"sleep", "30"}});
    pid = process->pid();
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Process, LeavesOurSessionWhenAsked) {
  for (bool apart : {false, true}) {
    ProcessOptions options{.command = {"sleep", "10"}};
    options.new_session = apart;
    auto process = Process::Start(options);
    ASSERT_TRUE(process);
    EXPECT_EQ(::getsid(process->pid()) == ::getsid(0), !apart);
  }
}

TEST(Process, GivesUpAtTheLimit) {
  auto outcome = RunProcess({.command = {"sleep", "30"}}, milliseconds(50));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kTimeout);
}

}  // namespace
}  // namespace tidings
