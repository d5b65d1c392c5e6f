// What pipelines.yaml says of scripts reaches them: their limits, and that they pass their cases
// before anything runs them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "config/load.h"
#include "crm/segment_store.h"
#include "lua/cases.h"
#include "pipeline/engine.h"
#include "pipeline/scratch_campaign.h"
#include "pipeline/script_segments.h"
#include "rule/rule.h"

namespace tidings::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kPipelines = R"(
version: 1
defaults: {{timeout: 20s}}
pipelines:
  customers:
    stages:
      - ingest: api
        script: ingest/read.lua
        {0}
  campaigns:
    stages:
      - segment: audience
        script: segment/
        {0}
)";

constexpr const char* kReader =
    "return ingest { name = \"read\", process = function(r)\n"
    "  if r.name == \"loop\" then while true do end end\n"
    "  if r.name == \"bomb\" then r.tags = {} while true do r.tags[#r.tags + 1] = {} end end\n"
    "  return r\nend }";
constexpr const char* kRule =
    "return segment { name = \"Regulars\", match = function(c)\n"
    "  local n = 0\n"
    "  while n < c.visit do n = n + 1 end\n"
    "  return n > 3\nend }";

class ScriptSettings : public ::testing::Test {
 protected:
  ScriptSettings() {
    Write("ingest/read.lua", kReader);
    Write("segment/regulars.lua", kRule);
  }

  void Write(const fs::path& path, const std::string& text) {
    fs::create_directories((folder_.path() / path).parent_path());
    EXPECT_TRUE(WriteFile(folder_.path() / path, text));
  }

  // The pipelines above, with this in both stages.
  config::Config Load(const std::string& settings) {
    config::Catalog catalog;
    catalog.scripts = folder_.path();
    auto loaded = config::LoadText("a.yaml", fmt::format(kPipelines, settings), catalog);
    EXPECT_EQ(loaded.Errors(), "");
    loaded.config.pipelines[0].stages[0].options = {{"entity", "customer"}};
    return loaded.config;
  }

  Result<std::unique_ptr<Engine>> Start(const config::Config& config) {
    EngineOptions options;
    options.config = &config;
    options.pool = &shop_.pool;
    options.scripts = folder_.path();
    return Engine::Start(options);
  }

  // What the stage says to a customer of this name; "" where it takes it.
  std::string Ingest(const std::string& settings, const std::string& name) {
    auto config = Load(settings);
    auto engine = Start(config);
    EXPECT_TRUE(engine) << engine.error().message;
    Payload row{ToLine({{"name", name}, {"external_id", "1"}}), "application/json", "", "test", 1};
    auto report = (*engine)->Ingest("customer", {row});
    EXPECT_TRUE(report) << report.error().message;
    return report->rows[0].errors.empty() ? "" : report->rows[0].errors[0].message;
  }

  // The first error of the rule over a customer who came so often.
  std::string Match(const std::string& settings, int64_t visits) {
    auto rule = rule::Rule::FromLua("segment/regulars.lua", kRule, folder_.path() / "lib",
                                    SegmentLimits(Load(settings)));
    auto matcher = (*rule).NewMatcher(Time());
    std::vector<lua::Value> values(lua::CustomerRow().fields.size());
    values[0] = std::string_view("c-17");
    values[8] = visits;
    (*matcher)->Match(lua::Row{&lua::CustomerRow(), values.data()});
    return (*matcher)->report().first_error;
  }

  Result<int> Save() {
    crm::SegmentStore segments(shop_.pool, IdSource::System());
    ScriptRules rules(Load(""), folder_.path());
    return SaveScriptSegments(rules, folder_.path() / "lib", segments);
  }

  TempDir folder_;
  ScratchCampaigns shop_;
};

TEST_F(ScriptSettings, BoundTheInstructionsOfACall) {
  EXPECT_THAT(Ingest("instructions: 50k", "loop"),
              HasSubstr("ingest/read.lua:2: used up its 50,000 instructions"));
  EXPECT_THAT(Ingest("", "loop"), HasSubstr("used up its 20,000,000 instructions"));
  EXPECT_EQ(Ingest("instructions: 50k", "Ann"), "");
}

TEST_F(ScriptSettings, BoundTheMemoryOfAScript) {
  EXPECT_THAT(Ingest("memory: 2MiB", "bomb"),
              HasSubstr("ingest/read.lua:3: used more than its 2 MiB of memory"));
}

TEST_F(ScriptSettings, BoundRulesForEachCustomer) {
  EXPECT_EQ(Match("instructions: 50k", 100), "");
  EXPECT_THAT(Match("instructions: 50k", 1'000'000'000),
              StartsWith("customer c-17: segment/regulars.lua:3: used up its 50,000 "));
  EXPECT_THAT(Match("instructions: 500k", 1'000'000'000), HasSubstr("used up its 500,000 "));
  EXPECT_THAT(Match("instructions: 1000G\n        timeout: 100ms", 1'000'000'000'000),
              StartsWith("customer c-17: segment/regulars.lua:3: ran longer than its 100 ms"));
}

TEST_F(ScriptSettings, LetNoStageStartWhoseCasesFail) {
  Write("ingest/read.cases.jsonl",
        R"({"name": "as it was", "record": {"name": "Ann"}, "expect": {"name": "Ann"}})"
        "\n"
        R"({"name": "louder", "record": {"name": "Ann"}, "expect": {"name": "ANN"}})");
  auto config = Load("");
  auto engine = Start(config);
  ASSERT_FALSE(engine);
  EXPECT_THAT(engine.error().message,
              HasSubstr("read.cases.jsonl:2: case \"louder\": expected {\"name\":\"ANN\"}"));
  EXPECT_THAT(engine.error().message,
              HasSubstr("ingest/read.lua is not used while its cases fail"));
}

TEST_F(ScriptSettings, RunCasesUnderTheLimitsOfTheStage) {
  Write("ingest/read.cases.jsonl",
        R"({"name": "stops", "record": {"name": "loop"}, "error": "used up its 60,000"})");
  auto tight = Load("instructions: 60k"), loose = Load("instructions: 70k");
  EXPECT_TRUE(Start(tight));
  EXPECT_FALSE(Start(loose));
}

TEST_F(ScriptSettings, KeepTheSegmentsWhereARulesCasesFail) {
  EXPECT_EQ(Save(), 1);
  Write("segment/alpha.lua", "return segment { name = \"Alpha\", match = function() end }");
  Write("segment/regulars.lua", std::string(kRule) + " -- changed");
  Write("segment/regulars.cases.jsonl",
        R"({"name": "seldom", "customer": {"visit": 3}, "expect": true})");
  auto saved = Save();
  ASSERT_FALSE(saved);
  EXPECT_THAT(
      saved.error().message,
      HasSubstr("segment/regulars.cases.jsonl:1: case \"seldom\": expected true, got false"));
  EXPECT_EQ(shop_.Number("select count(*) from segments where source not like '%changed'"), 1);
  EXPECT_EQ(shop_.Number("select count(*) from segments"), 1);

  Write("segment/regulars.cases.jsonl",
        R"({"name": "seldom", "customer": {"visit": 3}, "expect": false})");
  EXPECT_EQ(Save(), 2);
  EXPECT_EQ(shop_.Number("select count(*) from segments where source like '%changed'"), 1);
}

}  // namespace
}  // namespace tidings::pipeline
