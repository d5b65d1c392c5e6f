// What `tidings test` tells of a script.
#include "cli/script_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace tidings::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kRule =
    "return segment {\n"
    "  name = \"Regulars\",\n"
    "  match = function(c)\n"
    "    if c.visit > 3 then return true end\n"
    "    return false\n"
    "  end,\n"
    "}\n";
constexpr const char* kMany = R"({"name": "many", "customer": {"visit": 4}, "expect": true})"
                              "\n";
constexpr const char* kFew = R"({"name": "few", "customer": {"visit": 3}, "expect": false})"
                             "\n";
constexpr const char* kWrong = R"({"name": "wrong", "customer": {"visit": 3}, "expect": true})"
                               "\n";

// The rule above in a scripts folder of its own, with these cases.
ScriptTest TestWith(const std::string& cases, const std::string& rule = kRule) {
  TempDir folder;
  fs::create_directories(folder.path() / "segment");
  auto file = folder.path() / "segment/regulars.lua";
  EXPECT_TRUE(WriteFile(file, rule));
  if (!cases.empty()) {
    EXPECT_TRUE(WriteFile(lua::CasesBeside(file), cases));
  }
  return TestScripts({file}, folder.path())[0];
}

std::string Rendered(const std::string& cases, const std::string& rule = kRule) {
  TempDir folder;
  auto file = folder.path() / "regulars.lua";
  EXPECT_TRUE(WriteFile(file, rule));
  EXPECT_TRUE(WriteFile(lua::CasesBeside(file), cases));
  return Render(TestScripts({file}, folder.path())[0]);
}

TEST(ScriptTests, SaysHowMuchTheCasesReach) {
  EXPECT_EQ(Rendered(std::string(kMany) + kFew),
            "ok       regulars.lua                             2 cases  100 % of 5 lines\n");
  EXPECT_EQ(Rendered(kMany),
            "ok       regulars.lua                             1 cases   80 % of 5 lines\n"
            "    no case reaches\n"
            "        5 |     return false\n");
}

TEST(ScriptTests, WarnsOfWhatNoCaseFailsFor) {
  std::string rule = "return segment { match = function(c)\n  return c.last_order_date > 5\nend }";
  EXPECT_THAT(Rendered(R"({"name": "x", "customer": {}, "error": "nil"})", rule),
              HasSubstr("    regulars.lua:2: warning: `c.last_order_date` may be nil: "));
  auto test = TestWith("", rule);
  EXPECT_TRUE(test.ok());
  EXPECT_EQ(ToJson(test)["warnings"][0]["line"], 2);
  EXPECT_EQ(WarningsOf(TestWith("")), "");
}

TEST(ScriptTests, NamesWhatFailed) {
  EXPECT_THAT(Rendered(std::string(kFew) + kWrong),
              HasSubstr("FAILED   regulars.lua                             2 cases  100 % of 5 "
                        "lines\n    regulars.cases.jsonl:2: case \"wrong\": expected true, got "
                        "false\n"));
  EXPECT_THAT(Rendered("", "retrn 1"), HasSubstr("FAILED   regulars.lua\n    "));
  EXPECT_THAT(Rendered("", "retrn 1"), HasSubstr("regulars.lua:1: syntax error near"));
  EXPECT_EQ(Rendered(""), "no cases regulars.lua\n");
}

TEST(ScriptTests, ShowsOnlySomeOfManyLines) {
  std::string rule = "return segment { match = function(c)\n  if c.visit > 3 then\n";
  for (int i = 0; i < 20; ++i) rule += "    local x = " + std::to_string(i) + "\n";
  auto text = Rendered(kFew, rule + "  end\n  return false\nend }\n");
  EXPECT_THAT(text, HasSubstr("       14 |     local x = 11\n          and 8 more lines\n"));
}

TEST(ScriptTests, NamesFilesWithoutTheScriptsFolder) {
  EXPECT_EQ(TestWith(kMany).shown, "segment/regulars.lua");
  EXPECT_EQ(TestScripts({"/nowhere/x.lua"}, "/somewhere")[0].shown, "/nowhere/x.lua");
}

TEST(ScriptTests, TellsProgramsTheSame) {
  auto json = ToJson(TestWith(std::string(kMany) + kWrong));
  EXPECT_EQ(json["file"], "segment/regulars.lua");
  EXPECT_EQ(json["name"], "Regulars");
  EXPECT_EQ(json["kind"], "segment");
  EXPECT_EQ(json["cases"], 2);
  EXPECT_EQ(json["passed"], 1);
  EXPECT_EQ(json["failures"][0]["line"], 2);
  EXPECT_EQ(json["failures"][0]["name"], "wrong");
  EXPECT_EQ(json["coverage"]["percent"], 100);
  EXPECT_EQ(ToJson(TestWith(kMany))["coverage"]["missed"], OrderedJson::array({5}));
  EXPECT_THAT(ToJson(TestWith("", "retrn 1"))["error"].get<std::string>(), HasSubstr("syntax"));
}

// Two rules that require the same file, of which each reaches a part.
TEST(ScriptTests, TellWhichLinesOfTheLibTheyReach) {
  TempDir folder;
  auto write = [&](const std::string& file, const std::string& text) {
    fs::create_directories((folder.path() / file).parent_path());
    EXPECT_TRUE(WriteFile(folder.path() / file, text));
    return folder.path() / file;
  };
  write("lib/sizes.lua",
        "local sizes = {}\n"
        "function sizes.large(n)\n"
        "  if n > 3 then return true end\n"
        "  return false\n"
        "end\n"
        "function sizes.small(n)\n"
        "  return n < 3\n"
        "end\n"
        "return sizes\n");
  auto rule = [&](const std::string& name, const std::string& test, const std::string& cases) {
    auto file = write("segment/" + name + ".lua",
                      "local sizes = require 'sizes'\n"
                      "return segment { match = function(c) return sizes." +
                          test + " end }\n");
    if (!cases.empty()) write("segment/" + name + ".cases.jsonl", cases);
    return file;
  };
  auto many = rule("many", "large(c.visit)", kMany), few = rule("few", "large(c.visit)", "");
  auto lib = LibOf(TestScripts({many, few}, folder.path()), folder.path());
  ASSERT_EQ(lib.size(), 1u);
  EXPECT_EQ(Render(lib[0]),
            "lib      lib/sizes.lua                            1 scripts   77 % of 9 lines\n"
            "    no case reaches\n"
            "        4 |   return false\n"
            "        7 |   return n < 3\n");
}

TEST(ScriptTests, AddsUp) {
  ScriptTotals totals;
  totals.Add(TestWith(std::string(kMany) + kFew));
  EXPECT_EQ(totals.Summary(), "1 script, 2 cases: all well; 100 % of the lines reached\n");
  totals.Add(TestWith(R"({"name": "other", "customer": {"visit": 4}, "expect": false})"));
  totals.Add(TestWith(""));
  totals.Add(TestWith("", "retrn 1"));
  EXPECT_EQ(totals.Summary(),
            "4 scripts, 3 cases: 2 failed; 1 without cases; 90 % of the lines reached\n");
}

}  // namespace
}  // namespace tidings::cli
