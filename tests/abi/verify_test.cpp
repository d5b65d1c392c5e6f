// Verify: good plugins pass every check, and what goes wrong in a bad one is named.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/verify.h"
#include "test_plugins.h"

namespace tidings::plugin {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Failures(const VerifyReport& report) {
  std::string text;
  for (const auto& check : report.checks) {
    if (!check.passed) text += check.name + ": " + check.detail + "\n";
  }
  return text;
}

class VerifyTest : public ::testing::Test {
 protected:
  // What Verify says of a rogue that does `what` in its call `in`.
  std::string Rogue(const char* in, const char* what, Duration limit = std::chrono::seconds(10)) {
    VerifyOptions options;
    options.limit = limit;
    options.rounds = 3;
    options.options = {{"in", in}, {"do", what}};
    auto report = Verify(TestPlugin("rogue"), options);
    if (!report) return report.error().message;
    EXPECT_EQ(report->Passed(), Failures(*report).empty());
    return Failures(*report);
  }
};

TEST_F(VerifyTest, GoodPluginsPass) {
  for (const char* name : {"plain_c", "rogue"}) {
    auto report = Verify(TestPlugin(name));
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->Passed()) << Failures(*report);
    EXPECT_GE(report->checks.size(), 12u);
    EXPECT_THAT(report->checks[0].detail, StartsWith(name));
  }
}

TEST_F(VerifyTest, AFailedHandshakeIsTheOnlyCheck) {
  auto report = Verify(TestPlugin("odd_magic"));
  ASSERT_TRUE(report);
  ASSERT_EQ(report->checks.size(), 1u);
  EXPECT_THAT(Failures(*report), HasSubstr("handshake: cannot use the plugin"));
}

TEST_F(VerifyTest, NeedsAFile) {
  EXPECT_EQ(Verify(TestPlugin("none")).error().code, Code::kNotFound);
}

TEST_F(VerifyTest, NamesTheSignalAndTheCall) {
  auto found = Rogue("process", "crash");
  EXPECT_THAT(found, HasSubstr("a whole life with batches: process with a batch of 20 crashed "
                               "with SIGSEGV"));
  EXPECT_THAT(found, Not(HasSubstr("create and destroy")));
  EXPECT_THAT(Rogue("stop", "abort"), HasSubstr("stop crashed with SIGABRT"));
}

TEST_F(VerifyTest, NoticesAPluginThatEndsTheProcess) {
  EXPECT_THAT(Rogue("start", "exit"), HasSubstr("start ended the process with status 3"));
}

TEST_F(VerifyTest, NoticesAHang) {
  auto found = Rogue("create", "hang", std::chrono::milliseconds(1500));
  EXPECT_THAT(found, HasSubstr("create and destroy: create with "
                               "{\"do\":\"hang\",\"in\":\"create\"} hung: no end after 1.5 s"));
  EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 2) << "and two hung checks are enough";
}

TEST_F(VerifyTest, NoticesBrokenRules) {
  EXPECT_THAT(Rogue("output", "out_of_range"), HasSubstr("a big batch: rogue 0.1.0: process: broke "
                                                         "a rule of the interface"));
  EXPECT_THAT(Rogue("create", "silent"), HasSubstr("gave no reason"));
  EXPECT_THAT(Rogue("drain", "throw"), HasSubstr("drain: let an exception cross"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(VerifyTest, NoticesLeakedMemory) {
  EXPECT_THAT(Rogue("destroy", "leak_memory"), HasSubstr("leaks: leaks 1"));
}
#endif

TEST_F(VerifyTest, NoticesLeakedDescriptors) {
  EXPECT_THAT(Rogue("start", "leak_file"),
              HasSubstr("leaks: leaks 20 file descriptors in 20 lives"));
}

}  // namespace
}  // namespace tidings::plugin
