// From `tidings new` to a script that is tested, checked and, where its cases fail, refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/installation.h"

namespace tidings::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// An installation with a scripts folder of its own, which is empty.
class Scripts : public ::testing::Test {
 protected:
  Scripts() {
    fs::remove(installation_.folder() / "scripts");
    fs::create_directories(installation_.folder() / "scripts");
    EXPECT_TRUE(WriteFile(installation_.folder() / "pipelines.yaml",
                          "version: 1\n"
                          "pipelines:\n"
                          "  campaigns:\n"
                          "    stages:\n"
                          "      - segment: audience\n"
                          "        script: segment/\n"));
  }

  // The exit status, and what was printed in output_.
  int Run(std::vector<std::string> arguments) {
    auto outcome = installation_.Run(std::move(arguments));
    EXPECT_TRUE(outcome) << outcome.error().message;
    output_ = outcome->output;
    return outcome->status;
  }

  fs::path File(const std::string& path) const { return installation_.folder() / "scripts" / path; }
  void Write(const std::string& path, const std::string& text) {
    fs::create_directories(File(path).parent_path());
    EXPECT_TRUE(WriteFile(File(path), text));
  }

  Installation installation_;
  std::string output_;
};

TEST_F(Scripts, EveryKindIsMadeAndPasses) {
  for (const char* kind : {"segment", "ingest", "deliver", "receipt", "summarize", "route"}) {
    EXPECT_EQ(Run({"new", kind, std::string("my_") + kind}), 0) << output_;
  }
  EXPECT_TRUE(fs::exists(File("segment/my_segment.lua")));
  EXPECT_TRUE(fs::exists(File("deliver/my_route.cases.jsonl")));
  EXPECT_EQ(Run({"test", "--min-coverage", "100"}), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("6 scripts, 19 cases: all well; 100 % of the lines reached"));
  EXPECT_EQ(Run({"check"}), 0) << output_;
}

TEST_F(Scripts, AreNeverOverwrittenAndHaveRegularNames) {
  EXPECT_EQ(Run({"new", "segment", "mine"}), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("tidings test segment/mine.lua"));
  Write("segment/mine.lua", "changed");
  EXPECT_EQ(Run({"new", "segment", "mine"}), 1);
  EXPECT_THAT(output_, HasSubstr("is there already"));
  EXPECT_EQ(*ReadFile(File("segment/mine.lua")), "changed");
  EXPECT_EQ(Run({"new", "segment", "../mine"}), 1);
  EXPECT_THAT(output_, HasSubstr("take `mine`"));
  EXPECT_EQ(Run({"new", "segmnt", "x"}), 2);
  EXPECT_EQ(Run({"new", "segment"}), 2);
}

TEST_F(Scripts, AreTestedByFileFolderOrAllOfThem) {
  Run({"new", "segment", "mine"});
  Write("ingest/other.lua", "return ingest { process = function(r) return r end }");
  EXPECT_EQ(Run({"test", "segment"}), 0);
  EXPECT_THAT(output_, HasSubstr("1 script, 4 cases: all well"));
  EXPECT_EQ(Run({"test", File("segment/mine.cases.jsonl").string()}), 0);
  EXPECT_THAT(output_, StartsWith("ok       segment/mine.lua"));
  EXPECT_EQ(Run({"test"}), 0);
  EXPECT_THAT(output_, HasSubstr("no cases ingest/other.lua"));
  EXPECT_EQ(Run({"test", "--min-coverage", "1"}), 1);
  EXPECT_THAT(output_, HasSubstr("under the 1 % that are asked for: ingest/other.lua"));
  EXPECT_EQ(Run({"test", "segment/none.lua"}), 1);
  EXPECT_THAT(output_, HasSubstr("there is no segment/none.lua"));
}

TEST_F(Scripts, SayAsJsonHowTheirCasesWent) {
  Run({"new", "segment", "mine"});
  Write("segment/mine.cases.jsonl",
        R"({"name": "wrong", "customer": {"total_spend": 5}, "expect": true})");
  EXPECT_EQ(Run({"test", "--json"}), 1);
  auto json = ParseJson(output_);
  ASSERT_TRUE(json) << output_;
  EXPECT_EQ((*json)["ok"], false);
  EXPECT_EQ((*json)["failed"], 1);
  EXPECT_EQ((*json)["scripts"][0]["failures"][0]["name"], "wrong");
  EXPECT_EQ((*json)["scripts"][0]["coverage"]["missed"].size(), 1u);
}

TEST_F(Scripts, AreRefusedWhereTheirCasesFail) {
  Run({"new", "segment", "mine"});
  Write("segment/mine.cases.jsonl",
        R"({"name": "wrong", "customer": {"total_spend": 5}, "expect": true})");
  EXPECT_EQ(Run({"check"}), 3);
  EXPECT_THAT(output_, HasSubstr("segment/mine.cases.jsonl:1: case \"wrong\": expected true"));
  auto started = installation_.StartHost();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("mine.cases.jsonl:1: case \"wrong\""));
  EXPECT_THAT(started.error().message, HasSubstr("mine.lua is not used while its cases fail"));
  Write("segment/mine.cases.jsonl", "");
}

TEST_F(Scripts, APluginIsBegunFromTheTemplate) {
  auto into = installation_.folder().string();
  EXPECT_EQ(Run({"plugins", "new", "deliver_mine", "--into", into}), 0) << output_;
  EXPECT_TRUE(fs::exists(fs::path(into) / "deliver_mine/deliver_mine_test.cpp"));
  EXPECT_THAT(output_, HasSubstr("- {plugin: deliver_mine}"));
  EXPECT_EQ(Run({"plugins", "new", "deliver_mine", "--into", into}), 1);
  EXPECT_THAT(output_, HasSubstr("is there already"));
}

}  // namespace
}  // namespace tidings::testing
