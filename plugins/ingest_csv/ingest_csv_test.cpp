// The plugin behind its C interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tidings/testing.hpp"

namespace {

using namespace tidings::sdk::testing;
using tidings::sdk::ToText;

tidings_payload Piece(std::string_view bytes, bool first, bool last, uint64_t line = 1) {
  tidings_payload piece{};
  piece.bytes = ToText(bytes);
  piece.content_type = ToText("text/csv");
  piece.entity = ToText("customer");
  piece.source = ToText("people.csv");
  piece.line = line;
  piece.first = first;
  piece.last = last;
  return piece;
}

TEST(IngestCsv, ReadsPiecesAcrossBatches) {
  FakeHost host;
  Driver plugin(host, "{}");
  auto first = plugin.Process<tidings_payload>(
      {Piece("name,em", true, false), Piece("ail\nAsha,a@exa", false, false)});
  EXPECT_EQ(first.status, TIDINGS_OK);
  EXPECT_TRUE(first.records.empty());
  auto second = plugin.Process<tidings_payload>(
      {Piece("mple.com\nBen", false, false), Piece("", false, true)});
  ASSERT_EQ(second.records.size(), 1u);
  EXPECT_EQ(second.records[0].item, 0u);
  EXPECT_EQ(second.records[0].line, 2u);
  EXPECT_EQ(second.records[0].entity, "customer");
  EXPECT_EQ(second.records[0].json, R"({"name":"Asha","email":"a@example.com"})");
  ASSERT_EQ(second.refusals.size(), 1u);
  EXPECT_EQ(second.refusals[0].item, 1u);
  EXPECT_EQ(second.refusals[0].line, 3u);
  EXPECT_TRUE(second.problems.empty());
}

TEST(IngestCsv, CountsLinesFromThePayloads) {
  FakeHost host;
  Driver plugin(host, R"({"entity": "customer"})");
  auto& out = plugin.Process<tidings_payload>({Piece("email\na@example.com\n", true, true, 41)});
  ASSERT_EQ(out.records.size(), 1u);
  EXPECT_EQ(out.records[0].line, 42u);
}

TEST(IngestCsv, FailsWithPlaceAndReason) {
  FakeHost host;
  Driver plugin(host, R"({"columns": {"mail": "email"}})");
  auto& out = plugin.Process<tidings_payload>({Piece("email\n", true, true)});
  EXPECT_EQ(out.status, TIDINGS_INVALID);
  EXPECT_EQ(host.LastError(),
            "/columns: the file has no column `mail`; did you mean `email`?; the header has one "
            "column only, so look at `separator` too");
  EXPECT_THROW(Driver(host, R"({"date_format": "x"})"), std::runtime_error);
  EXPECT_THAT(host.LastError(), testing::StartsWith("/date_format: "));
}

TEST(IngestCsv, DescribesEveryOption) {
  auto schema = nlohmann::json::parse(tidings_plugin()->options_schema);
  EXPECT_EQ(schema["additionalProperties"], false);
  for (auto& [name, option] : schema["properties"].items()) {
    EXPECT_TRUE(option.contains("description")) << name;
    EXPECT_TRUE(option.contains("default") || name == "entity") << name;
  }
}

}  // namespace
