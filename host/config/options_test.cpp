#include "config/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SchemaFaults, AreEmptyForWhatIsSupported) {
  EXPECT_THAT(SchemaFaults(Json::object()), IsEmpty());
  auto schema = ParseJson(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "t", "type": "object",
    "properties": {"a": {"type": ["string", "null"], "pattern": "^a+$", "default": null},
                   "b": {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": true}},
    "required": ["a"], "additionalProperties": {"const": 1}})");
  EXPECT_THAT(SchemaFaults(*schema), IsEmpty());
}

TEST(SchemaFaults, NameThePlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "/: expected a schema (an object)"},
      {R"({"typ": "object"})", "/: the keyword `typ` is not supported; did you mean `type`?"},
      {R"({"$ref": "#/a"})", "/: the keyword `$ref` is not supported"},
      {R"({"required": "a"})", "/required: expected a list of names"},
      {R"({"required": [1]})", "/required: expected a list of names"},
      {R"({"properties": []})", "/properties: expected an object"},
      {R"({"properties": {"a": true}})", "/properties/a: expected a schema (an object)"},
      {R"({"properties": {"a": {"minLength": -1}}})",
       "/properties/a/minLength: expected a whole number, 0 or more"},
      {R"({"items": {"minimum": "1"}})", "/items/minimum: expected a number"},
      {R"({"enum": []})", "/enum: expected a list that is not empty"},
      {R"({"uniqueItems": 1})", "/uniqueItems: expected true or false"},
      {R"({"additionalProperties": 1})", "/additionalProperties: expected a schema (an object)"},
      {R"({"description": 1})", "/description: expected text"},
      {R"({"examples": 1})", "/examples: expected a list"},
      {R"({"pattern": 1})", "/pattern: expected text"},
  };
  for (auto [schema, expected] : cases) {
    EXPECT_THAT(SchemaFaults(*ParseJson(schema)), ElementsAre(expected)) << schema;
  }
  EXPECT_EQ(SchemaFaults(*ParseJson(R"({"pattern": "("})")).size(), 1u);
  EXPECT_EQ(SchemaFaults(*ParseJson(R"({"type": "text"})")).size(), 1u);
  EXPECT_EQ(SchemaFaults(*ParseJson(R"({"type": []})")).size(), 1u);
}

TEST(StrictSchema, WritesTheStrictnessOut) {
  auto schema = ParseJson(R"({"$schema": "x", "properties": {
    "open": {"type": "object"},
    "free": {"properties": {}, "additionalProperties": {"properties": {}}},
    "list": {"items": {"properties": {}}}}})");
  auto strict = StrictSchema(*schema);
  EXPECT_EQ(strict["additionalProperties"], false);
  EXPECT_FALSE(strict.contains("$schema"));
  const auto& properties = strict["properties"];
  EXPECT_FALSE(properties["open"].contains("additionalProperties"));
  EXPECT_EQ(properties["free"]["additionalProperties"]["additionalProperties"], false);
  EXPECT_EQ(properties["list"]["items"]["additionalProperties"], false);
}

// A map of scalars, as a file would give it.
Node Options(const std::vector<std::pair<std::string, std::string>>& members) {
  Node map;
  map.kind = Node::Kind::kMap;
  for (const auto& [key, text] : members) {
    Node value;
    value.kind = Node::Kind::kScalar;
    value.text = text;
    map.entries.push_back({key, {}, value});
  }
  return map;
}

PluginInfo PluginWith(const char* schema) {
  return {"p", StageKind::kDeliver, *ParseJson(schema), ""};
}

TEST(OptionsAt, TakesAnythingWhereTheSchemaSaysSo) {
  Report report;
  auto node = Options({{"a", "1"}, {"b", "x"}});
  auto plugin = PluginWith(R"({"additionalProperties": true})");
  EXPECT_EQ(ToLine(OptionsAt(&node, {}, plugin, report)), R"({"a":1,"b":"x"})");
  EXPECT_TRUE(report.Empty());
}

TEST(OptionsAt, TakesNothingWhereTheSchemaIsSilent) {
  Report report;
  auto node = Options({{"a", "1"}});
  OptionsAt(&node, {}, PluginWith("{}"), report);
  auto found = report.Take();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message, "unknown option `a` of plugin `p`; it takes none");
}

TEST(OptionsAt, TakesAWholeNumberHoweverItIsWritten) {
  auto plugin = PluginWith(R"({"properties": {"a": {"type": "integer"}}})");
  const std::pair<const char*, const char*> cases[] = {
      {"2.0", R"({"a":2})"}, {"1e3", R"({"a":1000})"}, {"-0.0", R"({"a":0})"}};
  for (auto [text, expected] : cases) {
    Report report;
    auto node = Options({{"a", text}});
    EXPECT_EQ(ToLine(OptionsAt(&node, {}, plugin, report)), expected);
    EXPECT_TRUE(report.Empty()) << text;
  }
  for (auto text : {"2.5", "1e300"}) {
    Report report;
    auto node = Options({{"a", text}});
    OptionsAt(&node, {}, plugin, report);
    EXPECT_EQ(report.Take().size(), 1u) << text;
  }
}

TEST(OptionsAt, DoesNotMatchEndlessly) {
  auto plugin = PluginWith(R"({"properties": {"a": {"pattern": "^a*$"}}})");
  Report report;
  auto node = Options({{"a", std::string(1001, 'a')}});
  OptionsAt(&node, {}, plugin, report);
  EXPECT_EQ(report.Take().size(), 1u);
  node = Options({{"a", std::string(1000, 'a')}});
  OptionsAt(&node, {}, plugin, report);
  EXPECT_EQ(report.Take().size(), 0u);
}

TEST(OptionsAt, CountsCharactersNotBytes) {
  auto plugin = PluginWith(R"({"properties": {"a": {"maxLength": 1}}})");
  Report report;
  auto node = Options({{"a", "☕"}});
  OptionsAt(&node, {}, plugin, report);
  EXPECT_TRUE(report.Empty());
}

TEST(OptionsAt, FillsDefaultsOfWhatIsThereAndOfDefaults) {
  auto plugin = PluginWith(R"({"properties": {
    "a": {"default": {}, "properties": {"x": {"default": 1}, "y": {"default": "b"}}},
    "c": {"properties": {"z": {"default": 1}}}}})");
  Report report;
  EXPECT_EQ(ToLine(OptionsAt(nullptr, {}, plugin, report)), R"({"a":{"x":1,"y":"b"}})");
}

}  // namespace
}  // namespace tidings::config
