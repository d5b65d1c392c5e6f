// The schema for editors, judged by a validator that is none of ours.
#include "config/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "config/parse.h"
#include "config/test_catalog.h"

namespace tidings::config {
namespace {

namespace fs = std::filesystem;

class Judge {
 public:
  explicit Judge(const Json& schema) {
    valijson::adapters::NlohmannJsonAdapter adapter(schema);
    valijson::SchemaParser().populateSchema(adapter, schema_);
  }
  bool Accepts(const Json& json) {
    valijson::adapters::NlohmannJsonAdapter adapter(json);
    return valijson::Validator().validate(schema_, adapter, nullptr);
  }

 private:
  valijson::Schema schema_;
};

// The file as an editor sees it; none where it is no YAML, or wrong in a way that is not about the
// values (a duplicate key, an unset variable).
std::optional<Json> AsJson(const fs::path& file, const Catalog& catalog) {
  auto source = ReadFile(file).value();
  Report report;
  auto root = Parse(source, catalog, report);
  if (!root || !report.Empty()) return std::nullopt;
  return ToJson(*root);
}

std::vector<fs::path> PipelineCases() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(CaseFolder())) {
    bool import = entry.path().filename().string().find("import") != std::string::npos;
    if (entry.path().extension() == ".yaml" && !import) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What takes more than one value, or the world outside of the file, to see.
bool IsBeyondASchema(const std::string& name) {
  static const std::vector<std::string> kBeyond{
      "duplicate_stage", "duplicate_vendor", "stages_out_of_order", "plugin_with_a_broken_schema"};
  return std::find(kBeyond.begin(), kBeyond.end(), name) != kBeyond.end();
}

TEST(Schema, FitsTheShippedFile) {
  Catalog catalog = TestCatalog();
  auto json = AsJson(fs::path(TIDINGS_SOURCE_DIR) / "pipelines.yaml", catalog);
  ASSERT_TRUE(json);
  EXPECT_TRUE(Judge(Schema(catalog)).Accepts(*json));
}

TEST(Schema, AcceptsAndRefusesWhatLoadDoes) {
  Catalog catalog = TestCatalog();
  Judge judge(Schema(catalog));
  int refused = 0;
  for (const auto& file : PipelineCases()) {
    auto name = file.stem().string();
    auto json = AsJson(file, catalog);
    if (!json) continue;
    bool good = name.starts_with("ok_") || IsBeyondASchema(name);
    EXPECT_EQ(judge.Accepts(*json), good) << name;
    refused += !good;
  }
  EXPECT_GE(refused, 25);
}

// One error at a time, in a file that is right without it.
TEST(Schema, RefusesEachErrorAlone) {
  Catalog catalog = TestCatalog();
  Judge judge(Schema(catalog));
  auto good = AsJson(CaseFolder() / "ok_full.yaml", catalog);
  ASSERT_TRUE(good);
  ASSERT_TRUE(judge.Accepts(*good));
  const std::pair<const char*, const char*> patches[] = {
      {"/version", "2"},
      {"/surprise", "1"},
      {"/defaults/worker", "1"},
      {"/defaults/workers", "\"1-4\""},
      {"/defaults/timeout", "\"5\""},
      {"/defaults/memory", "\"64MB\""},
      {"/defaults/instructions", "\"20Mio\""},
      {"/defaults/instructions", "100"},
      {"/defaults/isolation", "\"fiber\""},
      {"/pipelines/a b", "{\"stages\": [{\"ingest\": \"a\", \"script\": \"a.lua\"}]}"},
      {"/pipelines/empty", "{\"stages\": []}"},
      {"/pipelines/customers/stage", "[]"},
      {"/pipelines/customers/stages/0/ingest", "\"a b\""},
      {"/pipelines/customers/stages/0/segment", "\"api\""},
      {"/pipelines/customers/stages/0/plugin", "\"deliver_smtp\""},
      {"/pipelines/customers/stages/0/plugin", "\"ingest_kafka\""},
      {"/pipelines/customers/stages/0/script", "\"ingest/tidy_customer.lua\""},
      {"/pipelines/customers/stages/0/vendors", "[{\"plugin\": \"deliver_simulated\"}]"},
      {"/pipelines/customers/stages/0/retry", "{}"},
      {"/pipelines/customers/stages/0/options", "{}"},
      {"/pipelines/customers/stages/0/options", "null"},
      {"/pipelines/customers/stages/0/options/entity", "\"invoice\""},
      {"/pipelines/customers/stages/0/options/other", "1"},
      {"/pipelines/customers/stages/1/script", "\"ingest/\""},
      {"/pipelines/customers/stages/1/script", "\"/etc/a.lua\""},
      {"/pipelines/customers/stages/1/options", "{}"},
      {"/pipelines/campaigns/stages/1/plugin", "\"deliver_simulated\""},
      {"/pipelines/campaigns/stages/1/options", "{}"},
      {"/pipelines/campaigns/stages/1/vendors", "[]"},
      {"/pipelines/campaigns/stages/1/vendors/0/rate", "100"},
      {"/pipelines/campaigns/stages/1/vendors/0/in_flight", "0"},
      {"/pipelines/campaigns/stages/1/vendors/0/plugin", "\"receipt_json\""},
      {"/pipelines/campaigns/stages/1/vendors/1/options/failure_rate", "2"},
      {"/pipelines/campaigns/stages/1/vendors/3/options", "{}"},
      {"/pipelines/campaigns/stages/1/retry/attempts", "0"},
      {"/pipelines/campaigns/stages/1/retry/backoff", "\"1..10\""},
      {"/pipelines/campaigns/stages/1/route", "\"deliver/\""},
      {"/pipelines/campaigns/stages/1/otherwise", "\"summarize_template\""},
      {"/pipelines/campaigns/stages/3/otherwise", "\"summarize_llm\""},
      {"/pipelines/campaigns/stages/3/otherwise", "{\"plugin\": \"summarize_llm\"}"},
      {"/pipelines/campaigns/stages/3/otherwise", "{\"options\": {}}"},
  };
  for (auto [pointer, value] : patches) {
    Json bad = *good;
    bad[Json::json_pointer(pointer)] = *ParseJson(value);
    EXPECT_FALSE(judge.Accepts(bad)) << pointer << " = " << value;
  }
}

TEST(Schema, AcceptsWhatElseLoadAccepts) {
  Catalog catalog = TestCatalog();
  Judge judge(Schema(catalog));
  auto good = AsJson(CaseFolder() / "ok_full.yaml", catalog);
  const std::pair<const char*, const char*> patches[] = {
      {"/defaults", "null"},
      {"/defaults/workers", "3"},
      {"/defaults/workers", "\"3\""},
      {"/defaults/workers", "\"0..8\""},
      {"/defaults/timeout", "\"1.5m\""},
      {"/pipelines/campaigns/stages/1/retry/backoff", "\"5s\""},
      {"/pipelines/campaigns/stages/2/options", "null"},
      {"/pipelines/campaigns/stages/2/options", "{}"},
      {"/pipelines/campaigns/stages/3/otherwise", "{\"plugin\": \"summarize_template\"}"},
      {"/pipelines/campaigns/stages/3/otherwise",
       "{\"plugin\": \"summarize_template\", \"options\": {\"style\": \"short\"}}"},
  };
  for (auto [pointer, value] : patches) {
    Json other = *good;
    other[Json::json_pointer(pointer)] = *ParseJson(value);
    EXPECT_TRUE(judge.Accepts(other)) << pointer << " = " << value;
  }
}

// Every key of a file can be explained by an editor, directly or through what it refers to.
void ExpectDescriptions(const Json& schema, const Json& parts, const std::string& at) {
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [key, property] : properties.items()) {
    const Json* target = &property;
    if (!property.contains("description") && property.contains("$ref")) {
      target = &parts[property["$ref"].get<std::string>().substr(std::strlen("#/$defs/"))];
    }
    EXPECT_FALSE(TextOf(*target, "description").empty()) << at << "/" << key;
    ExpectDescriptions(property, parts, at + "/" + key);
  }
}

TEST(Schema, DescribesEveryKey) {
  Json schema = Schema(TestCatalog());
  ExpectDescriptions(schema, schema["$defs"], "");
  for (const auto& [name, part] : schema["$defs"].items()) {
    EXPECT_FALSE(TextOf(part, "description").empty()) << name;
    ExpectDescriptions(part, schema["$defs"], name);
  }
}

TEST(Schema, HoldsWithoutAnyPlugin) {
  Judge judge(Schema({}));
  auto script = ParseJson(R"({"version": 1, "pipelines": {"p": {"stages": [
    {"segment": "a", "script": "segment/"}, {"deliver": "b", "script": "deliver/log.lua"}]}}})");
  EXPECT_TRUE(judge.Accepts(*script));
  auto plugin = ParseJson(R"({"version": 1, "pipelines": {"p": {"stages": [
    {"segment": "a", "plugin": "anything"}]}}})");
  EXPECT_FALSE(judge.Accepts(*plugin));
}

}  // namespace
}  // namespace tidings::config
