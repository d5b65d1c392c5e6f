#include "plugin/sample.h"

#include <set>

#include <gtest/gtest.h>

namespace tidings::plugin {
namespace {

const Json kSchema = Json::parse(R"({
  "type": "object",
  "required": ["host", "port"],
  "properties": {
    "host": {"type": "string", "examples": ["smtp.example.com"]},
    "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    "rate": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.1},
    "mode": {"enum": ["a", "b", 3], "default": "b"},
    "key": {"type": "string", "pattern": "^k[0-9]{4}$", "default": "k1234"},
    "names": {"type": "array", "items": {"type": "string", "minLength": 2, "maxLength": 3},
              "minItems": 1, "maxItems": 4},
    "either": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    "sub": {"type": "object", "required": ["x"], "properties": {"x": {"const": 7}}},
    "strictly": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 3}
  }
})");

void ExpectFits(const Json& options) {
  ASSERT_TRUE(options["host"].is_string());
  ASSERT_TRUE(options["port"].is_number_integer());
  EXPECT_GE(options["port"], 1);
  EXPECT_LE(options["port"], 65535);
  if (options.contains("rate")) {
    EXPECT_GE(options["rate"], 0);
    EXPECT_LE(options["rate"], 1);
  }
  if (options.contains("mode")) {
    EXPECT_TRUE(options["mode"] == "a" || options["mode"] == "b" || options["mode"] == 3);
  }
  if (options.contains("key")) {
    EXPECT_EQ(options["key"], "k1234");
  }
  if (options.contains("names")) {
    EXPECT_GE(options["names"].size(), 1u);
    EXPECT_LE(options["names"].size(), 4u);
    for (const auto& name : options["names"]) EXPECT_GE(name.get<std::string>().size(), 2u);
  }
  if (options.contains("either")) {
    EXPECT_TRUE(options["either"].is_boolean() || options["either"].is_null());
  }
  if (options.contains("sub")) {
    EXPECT_EQ(options["sub"]["x"], 7);
  }
  if (options.contains("strictly")) {
    EXPECT_TRUE(options["strictly"] == 1 || options["strictly"] == 2) << options["strictly"];
  }
}

TEST(Options, PlainOnesAreRequiredMembersWithTheirExamples) {
  EXPECT_EQ(PlainOptions(kSchema), (Json{{"host", "smtp.example.com"}, {"port", 1}}));
  EXPECT_EQ(PlainOptions({{"type", "object"}}), Json::object());
}

TEST(Options, RandomOnesFitAndVary) {
  Random random(1);
  std::set<std::string> seen;
  std::set<std::string> members;
  for (int i = 0; i < 500; ++i) {
    auto options = RandomOptions(kSchema, random);
    ExpectFits(options);
    seen.insert(options.dump());
    for (const auto& [name, value] : options.items()) members.insert(name);
  }
  EXPECT_GT(seen.size(), 450u);
  EXPECT_EQ(members.size(), kSchema["properties"].size());
}

TEST(Options, TheSameSeedGivesTheSameOptions) {
  Random a(7), b(7);
  EXPECT_EQ(RandomOptions(kSchema, a), RandomOptions(kSchema, b));
}

TEST(Options, ARecursiveSchemaEnds) {
  Json node = {{"type", "object"}, {"required", {"next"}}};
  Json deep = node;
  for (int i = 0; i < 50; ++i)
    deep = {{"type", "object"}, {"required", {"next"}}, {"properties", {{"next", deep}}}};
  Random random(1);
  EXPECT_LT(RandomOptions(deep, random).dump().size(), 200u);
}

TEST(Batches, HaveTheItemsOfTheirStage) {
  Random random(1);
  SampleBatch sample(TIDINGS_DELIVER, 3, Flavour::kPlain, random);
  const auto& batch = sample.batch();
  EXPECT_EQ(batch.count, 3u);
  EXPECT_GT(batch.item_size, sizeof(tidings_message));
  const auto* last = reinterpret_cast<const tidings_message*>(
      static_cast<const char*>(batch.items) + 2 * batch.item_size);
  EXPECT_EQ(std::string(last->recipient.data, last->recipient.size), "ada2@example.com");
  EXPECT_EQ(last->attempt, 1u);
}

TEST(Batches, MayBeEmptyOrOdd) {
  Random random(1);
  EXPECT_EQ(SampleBatch(TIDINGS_INGEST, 0, Flavour::kPlain, random).batch().items, nullptr);
  SampleBatch empty(TIDINGS_SUMMARIZE, 1, Flavour::kEmpty, random);
  EXPECT_EQ(static_cast<const tidings_task*>(empty.batch().items)->facts.size, 0u);
  for (tidings_stage stage = TIDINGS_INGEST; stage <= TIDINGS_SUMMARIZE; ++stage) {
    SampleBatch odd(stage, 50, Flavour::kOdd, random);
    EXPECT_EQ(odd.batch().count, 50u);
  }
}

}  // namespace
}  // namespace tidings::plugin
