#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/mapping.h"
#include "config/test_catalog.h"

namespace tidings::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Config LoadCase(const std::string& name) {
  auto loaded = Load(CaseFolder() / name, TestCatalog()).value();
  EXPECT_EQ(loaded.Errors(), "");
  return loaded.config;
}

// A pipeline of one deliver stage, which has these lines.
Loaded LoadStage(const std::string& lines) {
  return LoadText("a.yaml", "version: 1\npipelines:\n p:\n  stages:\n  - deliver: d\n" + lines,
                  TestCatalog());
}

TEST(Load, ReadsPipelinesInOrder) {
  Config config = LoadCase("ok_full.yaml");
  ASSERT_EQ(config.pipelines.size(), 2u);
  const auto& [name, stages, mark] = config.pipelines[0];
  EXPECT_EQ(name, "customers");
  EXPECT_EQ(mark, (Mark{11, 3}));
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].Queue(), "customers/api");
  EXPECT_EQ(stages[0].plugin, "ingest_http");
  EXPECT_EQ(stages[0].options, Json({{"entity", "customer"}}));
  EXPECT_EQ(stages[0].mark, (Mark{13, 9}));
  EXPECT_EQ(stages[1].script, "ingest/tidy_customer.lua");
  EXPECT_EQ(stages[1].plugin, "");
}

TEST(Load, ReadsADeliverStage) {
  auto config = LoadCase("ok_full.yaml");
  const auto& stages = config.pipelines[1].stages;
  EXPECT_EQ(stages[0].kind, StageKind::kSegment);
  EXPECT_EQ(stages[0].script, "segment/");
  const auto& email = stages[1];
  EXPECT_TRUE(email.process_isolation);
  EXPECT_EQ(email.route, "deliver/cheapest.lua");
  EXPECT_EQ(email.retry.attempts, 5);
  EXPECT_EQ(email.retry.first, 1s);
  EXPECT_EQ(email.retry.longest, 10min);
  ASSERT_EQ(email.vendors.size(), 4u);
  EXPECT_EQ(email.vendors[0].plugin, "deliver_smtp");
  EXPECT_EQ(email.vendors[0].rate, 100.0);
  EXPECT_EQ(email.vendors[0].in_flight, 64);
  EXPECT_EQ(email.vendors[1].rate, std::nullopt);
  EXPECT_EQ(email.vendors[1].in_flight, 0);
  EXPECT_EQ(email.vendors[1].name, "deliver_simulated");
  EXPECT_EQ(email.vendors[2].name, "second");
  EXPECT_EQ(email.vendors[3].name, "log");
  EXPECT_EQ(email.vendors[3].script, "deliver/log.lua");
}

TEST(Load, ReadsWhatAnswersOtherwise) {
  auto insight = LoadCase("ok_full.yaml").pipelines[1].stages[3];
  EXPECT_EQ(insight.plugin, "summarize_llm");
  EXPECT_EQ(insight.otherwise, "summarize_template");
  EXPECT_EQ(insight.otherwise_options, Json({{"style", "long"}}));
}

TEST(Load, ExpandsVariablesAndSecretsAndFillsDefaults) {
  auto options = LoadCase("ok_full.yaml").pipelines[1].stages[1].vendors[0].options;
  Json expected = {{"host", "mail.example.com"},
                   {"password", "hunter2-hunter2"},
                   {"port", 587},
                   {"tls", true},
                   {"pool", {{"size", 4}, {"idle", 2.5}}}};
  EXPECT_EQ(options, expected);
}

TEST(Load, KeepsTheTypesOfValues) {
  auto stage = LoadCase("ok_types.yaml").pipelines[0].stages[0];
  EXPECT_EQ(stage.min_workers, 2);
  EXPECT_EQ(stage.max_workers, 3);
  EXPECT_EQ(stage.timeout, 1500ms);
  EXPECT_EQ(stage.memory, 3LL << 29);
  ASSERT_EQ(stage.vendors.size(), 1u);
  EXPECT_EQ(stage.vendors[0].name, "deliver_smtp");
  EXPECT_EQ(ToLine(stage.vendors[0].options),
            R"({"from":null,"headers":{"answer":"no","date":"2011-12-09","flag":"true",)"
            R"("nothing":"","number":"42","quoted key":"yes","tagged":"42"},)"
            R"("host":"mail.example.com","pool":{"idle":10.0,"size":2},"port":25,"tls":false})");
}

TEST(Load, SharesWhatAnAliasNames) {
  auto stages = LoadCase("ok_aliases.yaml").pipelines[0].stages;
  EXPECT_EQ(stages[0].vendors[0].options, stages[0].vendors[1].options);
  EXPECT_EQ(stages[0].vendors[1].options["seed"], 7);
  EXPECT_EQ(stages[0].timeout, 2min);
  EXPECT_EQ(stages[1].timeout, 2min);
  EXPECT_EQ(stages[1].retry.first, 5s);
  EXPECT_EQ(stages[1].retry.longest, 5s);
}

TEST(Load, TakesDefaultsFromTheFileAndThenFromTheStage) {
  auto loaded = LoadText("a.yaml", R"(
version: 1
defaults: {isolation: process, workers: 0..8, timeout: 9s, memory: 1MiB, instructions: 5M}
pipelines:
  p:
    stages:
      - {ingest: a, script: ingest/tidy_customer.lua}
      - {ingest: b, script: ingest/tidy_customer.lua, isolation: thread, workers: 3, timeout: 1m}
      - {ingest: c, script: ingest/tidy_customer.lua, instructions: 20000}
)",
                         TestCatalog());
  ASSERT_EQ(loaded.Errors(), "");
  const auto& stages = loaded.config.pipelines[0].stages;
  EXPECT_TRUE(stages[0].process_isolation);
  EXPECT_EQ(stages[0].min_workers, 0);
  EXPECT_EQ(stages[0].max_workers, 8);
  EXPECT_EQ(stages[0].timeout, 9s);
  EXPECT_EQ(stages[0].memory, 1 << 20);
  EXPECT_EQ(stages[0].instructions, 5'000'000);
  EXPECT_FALSE(stages[1].process_isolation);
  EXPECT_EQ(stages[1].min_workers, 3);
  EXPECT_EQ(stages[1].max_workers, 3);
  EXPECT_EQ(stages[1].timeout, 1min);
  EXPECT_EQ(stages[1].memory, 1 << 20);
  EXPECT_EQ(stages[1].instructions, 5'000'000);
  EXPECT_EQ(stages[2].instructions, 20'000);
}

TEST(Load, TurnsVariablesIntoWhatTheSchemaWants) {
  Catalog catalog = TestCatalog();
  catalog.environment =
      LookupIn({{"N", "25"}, {"B", "true"}, {"H", "1.2"}, {"W", "0..2"}, {"X", "[1]"}});
  auto loaded = LoadText("a.yaml", R"(
version: 1
pipelines:
  p:
    stages:
      - deliver: d
        workers: !env W
        plugin: deliver_smtp
        options: {host: !env H, port: !env N, tls: !env B, from: !env B, headers: {x: !env X}}
)",
                         catalog);
  ASSERT_EQ(loaded.Errors(), "");
  const auto& stage = loaded.config.pipelines[0].stages[0];
  EXPECT_EQ(stage.max_workers, 2);
  auto options = stage.vendors[0].options;
  EXPECT_EQ(options["host"], "1.2");
  EXPECT_EQ(options["port"], 25);
  EXPECT_EQ(options["tls"], true);
  EXPECT_EQ(options["from"], "true");
  EXPECT_EQ(options["headers"]["x"], "[1]");
}

TEST(Load, RefusesValuesFromOutsideThatAreNoText) {
  Catalog catalog = TestCatalog();
  catalog.environment = LookupIn(Json::object());
  for (std::string value : {std::string("a\xff"), std::string("a\0b", 3)}) {
    catalog.secret = [&](const std::string&) { return value; };
    auto loaded = LoadText("a.yaml", "version: !secret s\npipelines: {}\n", catalog);
    EXPECT_THAT(loaded.Errors(), HasSubstr("the value of `!secret s` is not UTF-8 text"));
  }
}

TEST(Load, WorksWithoutAnyLookup) {
  auto loaded = LoadText("a.yaml", "version: !env A\npipelines: !secret b\n", {});
  EXPECT_THAT(loaded.Errors(), HasSubstr("the environment variable `A` is not set"));
  EXPECT_THAT(loaded.Errors(), HasSubstr("the secret `b` is not set"));
}

TEST(Load, NamesAFileThatIsNotThere) {
  auto loaded = Load(CaseFolder() / "nothing.yaml", TestCatalog());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::kNotFound);
  EXPECT_THAT(loaded.error().message, HasSubstr("nothing.yaml"));
}

TEST(Load, RefusesWhatIsTooLargeBeforeItIsParsed) {
  auto loaded = LoadText("a.yaml", std::string((1 << 20) + 1, '['), TestCatalog());
  EXPECT_EQ(loaded.Errors(),
            "a.yaml: error: the file has 1,048,577 bytes; at most 1,048,576 are read\n");
}

TEST(Load, SurvivesWhatBlowsUpOrDigsDown) {
  const std::string cases[] = {
      std::string(1 << 20, '['),           std::string(1 << 20, '{'),
      std::string(1 << 19, '-'),           "- " + std::string(100'000, '?'),
      std::string(100'000, '\n') + "a: [", "a: &a [" + std::string(200'000, ',') + "]",
  };
  for (const auto& text : cases) {
    auto loaded = LoadText("a.yaml", text, TestCatalog());
    EXPECT_FALSE(loaded.ok()) << text.substr(0, 20);
  }
  std::string nested, items, wide;
  for (int i = 0; i < 60; ++i) nested += "&a" + std::to_string(i) + " [";
  for (int i = 0; i < 50'000; ++i) items += "x,";
  EXPECT_THAT(LoadText("a.yaml", nested + items + std::string(60, ']'), {}).Errors(),
              HasSubstr("anchors hold more than 100,000 values"));
  for (int i = 0; i < 50'000; ++i) wide += "k" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(LoadText("a.yaml", wide, {}).Errors(), HasSubstr("more errors from here on"));
}

TEST(Load, CountsAliasesThatMakeTheTreeTooDeep) {
  std::string text = "a: &a0 [x]\n";
  for (int i = 1; i < 70; ++i) text += fmt::format("k{}: &a{} [*a{}]\n", i, i, i - 1);
  EXPECT_THAT(LoadText("a.yaml", text, {}).Errors(), HasSubstr("nested deeper than 64 levels"));
}

TEST(Load, GivesOneVendorToADeliverStageWithAScript) {
  auto loaded = LoadStage("    script: deliver/log.lua\n");
  ASSERT_EQ(loaded.Errors(), "");
  const auto& stage = loaded.config.pipelines[0].stages[0];
  EXPECT_EQ(stage.script, "");
  ASSERT_EQ(stage.vendors.size(), 1u);
  EXPECT_EQ(stage.vendors[0].script, "deliver/log.lua");
  EXPECT_EQ(stage.vendors[0].name, "log");
}

TEST(Load, WritesPathsOfScriptsOneWay) {
  auto loaded = LoadText("a.yaml", R"(
version: 1
pipelines:
  p:
    stages:
      - {segment: a, script: segment}
      - {segment: b, script: ./segment//lapsed.lua}
)",
                         TestCatalog());
  ASSERT_EQ(loaded.Errors(), "");
  EXPECT_EQ(loaded.config.pipelines[0].stages[0].script, "segment/");
  EXPECT_EQ(loaded.config.pipelines[0].stages[1].script, "segment/lapsed.lua");
}

TEST(Load, ShippedFileIsRight) {
  auto loaded = Load(std::filesystem::path(TIDINGS_SOURCE_DIR) / "pipelines.yaml", TestCatalog());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->Errors(), "");
  std::vector<std::string> queues;
  for (const auto& pipeline : loaded->config.pipelines) {
    for (const auto& stage : pipeline.stages) queues.push_back(stage.Queue());
  }
  EXPECT_THAT(queues,
              ElementsAre("customers/api", "customers/tidy", "orders/api", "campaigns/audience",
                          "campaigns/email", "campaigns/receipts", "campaigns/insight"));
}

TEST(LoadImport, ReadsPluginOptionsAndScripts) {
  auto loaded = LoadImport(CaseFolder() / "ok_import.yaml", TestCatalog());
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->Errors(), "");
  EXPECT_EQ(loaded->import.plugin, "ingest_csv");
  const auto& options = loaded->import.options;
  EXPECT_EQ(options["separator"], "auto");
  EXPECT_EQ(options["columns"]["InvoiceNo"], "external_id");
  EXPECT_EQ(options["columns"]["CustomerID"][1], "customer.external_id");
  EXPECT_EQ(options["rejects"][1]["at_most"], 0.01);
  EXPECT_EQ(loaded->import.scripts.at("customer"), "ingest/online_retail.lua");
  EXPECT_EQ(loaded->import.scripts.size(), 1u);
}

TEST(LoadImport, ShippedFileIsRight) {
  auto path = std::filesystem::path(TIDINGS_SOURCE_DIR) / "scripts/ingest/online_retail.yaml";
  auto loaded = LoadImport(path, TestCatalog());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->Errors(), "");
  EXPECT_EQ(loaded->import.options["columns"].size(), 8u);
  EXPECT_EQ(loaded->import.options["rejects"].size(), 4u);
}

TEST(LoadImport, NamesAFileThatIsNotThere) {
  auto loaded = LoadImport(CaseFolder() / "nothing.yaml", TestCatalog());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace tidings::config
