// What `tidings new` makes: names, texts, and that they work as they are.
#include "cli/script_templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "cli/new_files.h"
#include "cli/new_plugin.h"
#include "lua/cases.h"

namespace tidings::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Filled(std::string_view text) {
  return Fill(Fill(text, "NAME", "mine"), "TITLE", "Mine");
}

TEST(ScriptTemplates, PassTheirCasesAndReachEveryLine) {
  ASSERT_EQ(ScriptTemplates().size(), 6u);
  for (const auto& kind : ScriptTemplates()) {
    TempDir folder;
    auto script = folder.path() / "mine.lua";
    ASSERT_TRUE(WriteFile(script, Filled(kind.script)));
    ASSERT_TRUE(WriteFile(lua::CasesBeside(script), Filled(kind.cases)));
    auto report = lua::RunCases(script, folder.path() / "lib");
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(lua::KindName(report->kind), kind.kind);
    EXPECT_EQ(report->name, "Mine");
    EXPECT_GE(report->passed, 2) << kind.kind;
    EXPECT_EQ(report->coverage.script.Percent(), 100) << kind.kind;
    for (const auto& failure : report->failures) ADD_FAILURE() << failure.message;
  }
}

TEST(ScriptTemplates, FillEveryPlace) {
  for (const auto& kind : ScriptTemplates()) {
    for (auto text : {kind.script, kind.cases, kind.naming}) {
      EXPECT_THAT(Filled(text), Not(HasSubstr("{{"))) << kind.kind;
    }
    EXPECT_THAT(std::string(kind.naming), HasSubstr(std::string(kind.folder) + "/"));
  }
  EXPECT_EQ(Fill("{{A}}, {{A}} and {{B}}", "A", "{{A}}"), "{{A}}, {{A}} and {{B}}");
}

TEST(FileNames, AreRegular) {
  for (auto name : {"a", "win_back", "rfm3", "a_"}) EXPECT_TRUE(CheckFileName(name)) << name;
  for (auto name :
       {"", "Win", "win-back", "win back", "../x", "a/b", "3rd", "_a", "x.lua", "größe"}) {
    EXPECT_FALSE(CheckFileName(name)) << name;
  }
  EXPECT_FALSE(CheckFileName(std::string(61, 'a')));
  EXPECT_TRUE(CheckFileName(std::string(60, 'a')));
  EXPECT_THAT(CheckFileName("Win back!").error().message, HasSubstr("take `win_back`"));
  EXPECT_THAT(CheckFileName("../../etc/passwd").error().message, HasSubstr("take `etc_passwd`"));
  EXPECT_THAT(CheckFileName("3").error().message, Not(HasSubstr("take")));
  EXPECT_EQ(TitleOf("win_back"), "Win back");
}

TEST(NewFiles, OverwriteNothing) {
  TempDir folder;
  auto a = folder.path() / "deep/a", b = folder.path() / "b";
  ASSERT_TRUE(WriteFile(b, "old"));
  auto status = WriteNew({{a, "1"}, {b, "2"}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kAlreadyExists);
  EXPECT_FALSE(fs::exists(a)) << "all or none";
  EXPECT_EQ(*ReadFile(b), "old");
  fs::remove(b);
  EXPECT_TRUE(WriteNew({{a, "1"}, {b, "2"}}));
  EXPECT_EQ(*ReadFile(a), "1");
  EXPECT_FALSE(WriteNew({{b / "below_a_file", "1"}}));
}

std::vector<std::string> NamesOf(const std::vector<fs::path>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.filename().string());
  return names;
}

TEST(NewPlugin, IsTheTemplateUnderItsName) {
  TempDir folder;
  auto files = CopyTemplate(fs::path(TIDINGS_SOURCE_DIR) / "plugins/template", folder.path(),
                            "deliver_sms_2");
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_THAT(NamesOf(*files), ElementsAre("CMakeLists.txt", "README.md", "deliver_sms_2.cpp",
                                           "deliver_sms_2_test.cpp"));
  auto cmake = *ReadFile((*files)[0]), source = *ReadFile((*files)[2]);
  EXPECT_THAT(cmake, testing::StartsWith("cmake_minimum_required"));
  EXPECT_THAT(cmake, HasSubstr("project(deliver_sms_2 LANGUAGES CXX)"));
  EXPECT_THAT(cmake, testing::EndsWith("tidings_plugin()\n"));
  EXPECT_THAT(source, HasSubstr("kId = \"deliver_sms_2\";"));
  EXPECT_THAT(source, HasSubstr("TIDINGS_PLUGIN(DeliverSms2)"));
  EXPECT_THAT(source, Not(HasSubstr("Template")));
  EXPECT_EQ(CopyTemplate(fs::path(TIDINGS_SOURCE_DIR) / "plugins/template", folder.path(),
                         "deliver_sms_2")
                .error()
                .code,
            Code::kAlreadyExists);
}

TEST(NewPlugin, IsOneLineOfCMakeInsideTheTree) {
  TempDir folder;
  fs::create_directories(folder.path() / "sdk/tidings");
  auto files =
      CopyTemplate(fs::path(TIDINGS_SOURCE_DIR) / "plugins/template", folder.path(), "mine");
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(*ReadFile((*files)[0]), "tidings_plugin()\n");
  EXPECT_EQ(CopyTemplate(folder.path() / "none", folder.path(), "x").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace tidings::cli
