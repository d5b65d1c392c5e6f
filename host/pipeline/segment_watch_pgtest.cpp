// Segments follow the scripts folder, but for what does not pass its cases.
#include "pipeline/segment_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "pipeline/scratch_campaign.h"
#include "rule/rule.h"

namespace tidings::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kPipelines =
    "version: 1\npipelines:\n  campaigns:\n    stages:\n"
    "      - segment: audience\n        script: segment/\n";

// A rule over `visits`, which names what it does by what `more` is.
std::string RuleOver(int visits, const std::string& more = "") {
  return fmt::format(
      "return segment {{ name = \"Regulars\", match = function(c) return c.visit > {} end }} -- {}",
      visits, more);
}

class SegmentWatchTest : public ::testing::Test {
 protected:
  SegmentWatchTest() {
    Write("segment/regulars.lua", RuleOver(3));
    Write("segment/regulars.cases.jsonl",
          R"({"name": "often", "customer": {"visit": 10}, "expect": true})");
    Write("lib/limits.lua", "return { many = 5 }");
  }

  void Write(const fs::path& path, const std::string& text) {
    fs::create_directories((folder_.path() / path).parent_path());
    EXPECT_TRUE(WriteFile(folder_.path() / path, text));
  }

  void Start() {
    config::Catalog catalog;
    catalog.scripts = folder_.path();
    auto loaded = config::LoadText("a.yaml", kPipelines, catalog);
    EXPECT_EQ(loaded.Errors(), "");
    auto watch = SegmentWatch::Start(ScriptRules(loaded.config, folder_.path()),
                                     crm::SegmentStore(shop_.pool, IdSource::System()));
    ASSERT_TRUE(watch) << watch.error().message;
    watch_ = std::move(*watch);
  }

  // Two looks: what was found has settled.
  void Settle() {
    watch_->Look();
    watch_->Look();
  }

  int64_t Segments(const std::string& source_like) {
    return shop_.Number("select count(*) from segments where source like '%" + source_like + "%'");
  }

  // What `limits.many` is to rules that are compiled now.
  std::string Many() { return ReadFile(watch_->lib() / "limits.lua").value_or("nothing"); }

  TempDir folder_;
  ScratchCampaigns shop_;
  std::unique_ptr<SegmentWatch> watch_;
};

TEST_F(SegmentWatchTest, TakesUpWhatWasChangedAddedAndDeleted) {
  Start();
  Write("segment/regulars.lua", RuleOver(4));
  Write("segment/rare.lua", RuleOver(1, "rare"));
  Settle();
  EXPECT_EQ(Segments("visit > 4"), 1);
  EXPECT_EQ(Segments("rare"), 1);
  fs::remove(folder_.path() / "segment/rare.lua");
  Settle();
  EXPECT_EQ(Segments("rare"), 0);
  EXPECT_EQ(Segments(""), 1);
}

TEST_F(SegmentWatchTest, WaitsUntilAFileHasSettled) {
  Start();
  Write("segment/regulars.lua", RuleOver(4));
  watch_->Look();
  EXPECT_EQ(Segments("visit > 4"), 0);
  Write("segment/regulars.lua", RuleOver(5));
  watch_->Look();
  EXPECT_EQ(Segments("visit > 5"), 0);
  watch_->Look();
  EXPECT_EQ(Segments("visit > 5"), 1);
}

TEST_F(SegmentWatchTest, KeepsARuleWhoseReplacementFails) {
  Start();
  testing::internal::CaptureStderr();
  Write("segment/regulars.lua", RuleOver(10));
  Settle();
  Write("segment/regulars.lua", "return segment {\n  match = functoin(c) end }");
  Settle();
  auto log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("regulars.cases.jsonl:1: case \"often\": expected true, got false"));
  EXPECT_THAT(log, HasSubstr("segment/regulars.lua:2:"));
  EXPECT_EQ(Segments("visit > 3"), 1);
  Write("segment/regulars.lua", RuleOver(9));
  Settle();
  EXPECT_EQ(Segments("visit > 9"), 1);
}

// A broken rule does not hold up another one.
TEST_F(SegmentWatchTest, TakesUpOneRuleWhileAnotherIsBroken) {
  Start();
  Write("segment/broken.lua", "return");
  Settle();
  Write("segment/regulars.lua", RuleOver(4));
  Settle();
  EXPECT_EQ(Segments("visit > 4"), 1);
  EXPECT_EQ(Segments(""), 1);
}

TEST_F(SegmentWatchTest, UsesModulesOnlyWhenAllRulesPassWithThem) {
  Write("segment/many.lua",
        "local limits = require \"limits\"\n"
        "return segment { match = function(c) return c.visit > limits.many end }");
  Write("segment/many.cases.jsonl", R"({"name": "six", "customer": {"visit": 6}, "expect": true})");
  Start();
  EXPECT_THAT(Many(), HasSubstr("many = 5"));
  Write("lib/limits.lua", "return { many = 7 }");
  Settle();
  EXPECT_THAT(Many(), HasSubstr("many = 5"));
  Write("lib/limits.lua", "return { many = ");
  Settle();
  EXPECT_THAT(Many(), HasSubstr("many = 5"));
  Write("lib/limits.lua", "return { many = 4 }");
  Settle();
  EXPECT_THAT(Many(), HasSubstr("many = 4"));
}

// The modules were right and the case was not: mending the case is enough.
TEST_F(SegmentWatchTest, TakesUpRefusedModulesOnceTheCasesAreMended) {
  Start();
  Write("segment/regulars.cases.jsonl",
        R"({"name": "often", "customer": {"visit": 10}, "expect": false})");
  Write("lib/limits.lua", "return { many = 7 }");
  Settle();
  EXPECT_THAT(Many(), HasSubstr("many = 5"));
  Write("segment/regulars.cases.jsonl",
        R"({"name": "often", "customer": {"visit": 10}, "expect": true})");
  Settle();
  EXPECT_THAT(Many(), HasSubstr("many = 7"));
}

}  // namespace
}  // namespace tidings::pipeline
