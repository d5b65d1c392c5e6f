// Rules that are edited under a running host: a good edit is used, a bad one is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/installation.h"

namespace tidings::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr auto kNoticed = std::chrono::seconds(5);  // two on a machine that has nothing else to do

class Reload : public ::testing::Test {
 protected:
  // Scripts of its own in place of the shipped ones.
  Reload() {
    fs::remove(installation_.folder() / "scripts");
    fs::copy(fs::path(TIDINGS_SOURCE_DIR) / "scripts", installation_.folder() / "scripts",
             fs::copy_options::recursive);
    auto started = installation_.StartHost();
    EXPECT_TRUE(started) << started.error().message;
    installation_.Post("/api/v1/customers", {{{"external_id", "1"}, {"city", "Pune"}},
                                             {{"external_id", "2"}, {"city", "Delhi"}},
                                             {{"external_id", "3"}, {"city", "Delhi"}}});
    Write("segment/here.cases.jsonl",
          R"({"name": "no city", "customer": {"city": ""}, "expect": false})");
  }

  fs::path At(const std::string& path) { return installation_.folder() / "scripts" / path; }
  void Write(const std::string& path, const std::string& text) {
    EXPECT_TRUE(WriteFile(At(path), text));
  }
  void WriteRule(const std::string& condition) {
    Write("segment/here.lua",
          "return segment {\n  name = \"Here\",\n  match = function(c) return " + condition +
              " end,\n}");
  }

  // The id of the segment of this name; "" where there is none.
  std::string Segment(const std::string& name) {
    auto segments = installation_.Get("/api/v1/segments?limit=1000").json["items"];
    for (const auto& segment : segments) {
      if (segment["name"] == name) return segment["id"];
    }
    return "";
  }

  // How many the segment chooses; -1 where there is none.
  int64_t Audience() {
    auto id = Segment("Here");
    if (id.empty()) return -1;
    auto preview = installation_.Post("/api/v1/segments/preview", {{"segment_id", id}});
    return preview.json.value("audience", int64_t{-2});
  }

  bool Becomes(int64_t audience) {
    return Installation::Until([&] { return Audience() == audience; }, kNoticed);
  }
  bool Logs(const std::string& part) {
    return Installation::Until([&] { return installation_.Log().find(part) != std::string::npos; },
                               kNoticed);
  }

  Installation installation_;
};

TEST_F(Reload, UsesGoodEditsAndRefusesBadOnes) {
  WriteRule("c.city == \"Pune\"");
  EXPECT_TRUE(Becomes(1)) << installation_.Log();
  WriteRule("c.city == \"Delhi\"");
  EXPECT_TRUE(Becomes(2)) << installation_.Log();

  WriteRule("c.city == \"Pune\" adn true");
  EXPECT_TRUE(Logs("segment/here.lua:3:")) << installation_.Log();
  WriteRule("true");
  EXPECT_TRUE(Logs("here.cases.jsonl:1: case \"no city\": expected false, got true"))
      << installation_.Log();
  EXPECT_EQ(Audience(), 2);

  fs::remove(At("segment/here.lua"));
  EXPECT_TRUE(Becomes(-1)) << installation_.Log();
}

TEST_F(Reload, RetiresASegmentWhoseScriptWentWhileTheHostWasDown) {
  WriteRule("c.city == \"Pune\"");
  EXPECT_TRUE(Becomes(1)) << installation_.Log();
  auto segment = Segment("Here");
  Json draft = {{"name", "Here"}, {"segment_id", segment}, {"message", "Hi"}};
  auto campaign = installation_.Post("/api/v1/campaigns", draft).json.value("id", "");
  ASSERT_NE(campaign, "");

  installation_.KillHost();
  fs::remove(At("segment/here.lua"));
  ASSERT_TRUE(installation_.StartHost());
  EXPECT_TRUE(Logs("segment/here.lua is gone: its segment “Here” is retired"));
  EXPECT_EQ(Segment("Here"), "");
  auto refused = installation_.Post("/api/v1/campaigns", draft);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.text, HasSubstr("its script segment/here.lua is gone: put the file back"));
  auto ran = installation_.Get("/api/v1/campaigns/" + campaign).json;
  EXPECT_EQ(ran["segment_id"], segment);
  EXPECT_EQ(installation_.Get("/api/v1/segments/" + segment).json["name"], "Here");

  WriteRule("c.city == \"Delhi\"");
  EXPECT_TRUE(Becomes(2)) << installation_.Log();
  EXPECT_EQ(Segment("Here"), segment);
}

TEST_F(Reload, KeepsTheModulesUntilEveryRulePassesWithTheNewOnes) {
  Write("lib/place.lua", "return { name = \"Pune\" }");
  Write("segment/here.lua",
        "local place = require \"place\"\n"
        "return segment { name = \"Here\", match = function(c) return c.city == place.name end }");
  EXPECT_TRUE(Becomes(1)) << installation_.Log();
  Write("lib/place.lua", "return { name = \"\" }");
  EXPECT_TRUE(Logs("here.cases.jsonl:1: case \"no city\"")) << installation_.Log();
  EXPECT_EQ(Audience(), 1);
  Write("lib/place.lua", "return { name = \"Delhi\" }");
  EXPECT_TRUE(Becomes(2)) << installation_.Log();
}

}  // namespace
}  // namespace tidings::testing
