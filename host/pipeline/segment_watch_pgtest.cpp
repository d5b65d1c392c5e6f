// Segments follow the scripts folder, but for what does not pass its cases.
#include "pipeline/segment_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/scratch_segments.h"
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

class SegmentWatchTest : public ScratchSegments {
 protected:
  SegmentWatchTest() {
    Write("segment/regulars.lua", RuleOver(3));
    Write("segment/regulars.cases.jsonl",
          R"({"name": "often", "customer": {"visit": 10}, "expect": true})");
    Write("lib/limits.lua", "return { many = 5 }");
  }

  void Start(const std::string& pipelines = kPipelines) { StartWatch(pipelines); }

  // How many segments are in use whose source has this part.
  int64_t Segments(const std::string& part) {
    return shop_.Number(
        "select count(*) from segments where retired_at is null and source like '%" + part + "%'");
  }

  // What `limits.many` is to rules that are compiled now.
  std::string Many() { return ReadFile(watch_->lib() / "limits.lua").value_or("nothing"); }
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

TEST_F(SegmentWatchTest, RetiresWhatWasDeletedWhileNothingRan) {
  Write("segment/rare.lua", RuleOver(1, "rare"));
  Start();
  Id id = crm::SegmentStore::IdOfScript("segment/rare.lua");
  EXPECT_TRUE(segments_.Find(id));

  fs::rename(folder_.path() / "segment/rare.lua", folder_.path() / "rare.lua");
  testing::internal::CaptureStderr();
  Start();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("segment/rare.lua is gone: its segment “Regulars” is retired, and no "
                        "campaign can use it. Put the file back to have it again"));
  auto found = segments_.Find(id);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kConflict);
  EXPECT_EQ(found.error().message,
            "the segment “Regulars” is retired, because its script segment/rare.lua is gone: put "
            "the file back, or choose another segment");
  EXPECT_EQ(segments_.List(std::nullopt, 10)->items.size(), 1u);
  auto kept = segments_.Get(id);
  ASSERT_TRUE(kept) << "campaigns that ran may name it";
  EXPECT_TRUE((*kept)["retired_at"].is_string());
  EXPECT_EQ((*kept)["script"], "segment/rare.lua");

  fs::rename(folder_.path() / "rare.lua", folder_.path() / "segment/rare.lua");
  Start();
  EXPECT_TRUE(segments_.Find(id)) << "it is back";
}

// Segments that were saved before segments knew their script.
TEST_F(SegmentWatchTest, RetiresWhatNoScriptClaims) {
  Start();
  shop_.Run("update segments set script = ''");
  Id old = crm::SegmentStore::IdOfScript("segment/old.lua");
  shop_.Run("insert into segments (id, name, language, source, script) values ('" + old.ToString() +
            "', 'Old', 'lua', 'return', '')");
  ASSERT_TRUE(segments_.Create("Ours", "lua", "return"));
  Start();
  EXPECT_EQ(segments_.Find(old).error().message,
            "the segment “Old” is retired, because its script is gone: put the file back, or "
            "choose another segment");
  EXPECT_TRUE(segments_.Find(crm::SegmentStore::IdOfScript("segment/regulars.lua")));
  EXPECT_EQ(Segments(""), 2) << "what people saved has no script";
}

// A host that only takes customers in may well have no scripts.
TEST_F(SegmentWatchTest, LeavesSegmentsToHostsThatHaveThem) {
  Start();
  fs::remove(folder_.path() / "segment/regulars.lua");
  Write("ingest/tidy.lua", "return ingest { process = function(r) return r end }");
  Start(
      "version: 1\npipelines:\n  customers:\n    stages:\n"
      "      - ingest: tidy\n        script: ingest/tidy.lua\n");
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
