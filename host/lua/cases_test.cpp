// The runner of cases, and with it every case that is shipped.
#include "lua/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace tidings::lua {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

const fs::path kScripts = fs::path(TIDINGS_SOURCE_DIR) / "scripts";

TEST(Cases, AllShippedScriptsPassTheirsAndAreReached) {
  auto scripts = ScriptsBelow(kScripts);
  EXPECT_GE(scripts.size(), 18u);
  for (const fs::path& script : scripts) {
    auto report = RunCases(script, kScripts / "lib");
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_GE(report->passed, 3) << script << " needs cases";
    EXPECT_THAT(report->coverage.script.Missed(), testing::IsEmpty()) << script;
    for (const CaseFailure& failure : report->failures) {
      ADD_FAILURE() << CasesBeside(script) << ":" << failure.line << ": " << failure.name << ": "
                    << failure.message;
    }
  }
}

// One script and its cases in a folder of their own.
Result<CaseReport> RunOne(const std::string& script, const std::string& cases) {
  TempDir folder;
  fs::path file = folder.path() / "x.lua";
  EXPECT_TRUE(WriteFile(file, script).has_value());
  if (!cases.empty()) {
    EXPECT_TRUE(WriteFile(CasesBeside(file), cases).has_value());
  }
  return RunCases(file, folder.path() / "lib");
}

constexpr const char* kSegment = "return segment { match = function(c) return c.visit > 3 end }";

TEST(Cases, SayWhatWasExpectedAndWhatCame) {
  auto report = RunCases(kScripts / "none.lua", "");
  EXPECT_FALSE(report.has_value());
  report = RunOne(kSegment,
                  "\n{\"name\": \"few\", \"customer\": {\"visit\": 1}, \"expect\": true}\n"
                  "{\"name\": \"many\", \"customer\": {\"visit\": 5}, \"expect\": true}\n");
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->passed, 1);
  ASSERT_EQ(report->failures.size(), 1u);
  EXPECT_EQ(report->failures[0].line, 2);
  EXPECT_EQ(report->failures[0].name, "few");
  EXPECT_EQ(report->failures[0].message, "expected true, got false");
}

TEST(Cases, RefuseWhatIsNoCase) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"{", ".cases.jsonl:1: "},
      {"[]", "a case is a JSON object"},
      {R"({"name": "x", "customer": {}})", "needs `expect`"},
      {R"({"customer": {}, "expect": true})", "needs `name`"},
      {R"({"name": "x", "expect": true})", "needs `customer`"},
      {R"({"name": "x", "custmer": {}, "expect": true})", "did you mean `customer`?"},
      {R"({"name": "x", "customer": {"visits": 1}, "expect": true})", "did you mean `visit`?"},
      {R"({"name": "x", "customer": {"visit": "1"}, "expect": true})",
       "customer.visit: expected a whole number"},
      {R"({"name": "x", "customer": {"created_at": "soon"}, "expect": true})",
       "customer.created_at"},
      {R"({"name": "x", "customer": {}, "expect": true, "now": 5})", ""},
  };
  for (const auto& [line, message] : kWrong) {
    auto report = RunOne(kSegment, line);
    ASSERT_FALSE(report.has_value()) << line;
    EXPECT_THAT(report.error().message, HasSubstr(message)) << line;
  }
}

TEST(Cases, CountUnansweredAndUnaskedCalls) {
  const std::string script =
      "return deliver { send = function(m) for i = 1, m.n do http{url = 'x'} end return accept() "
      "end }";
  auto complaint = [&](const std::string& one_case) {
    auto report = RunOne(script, one_case);
    EXPECT_TRUE(report.has_value());
    return report->failures.empty() ? "" : report->failures[0].message;
  };
  const std::string expect = R"(, "expect": {"verdict": "accept", "reference": null}})";
  EXPECT_EQ(complaint(R"({"name": "x", "message": {"n": 1}, "http": [{"answer": {}}])" + expect),
            "");
  EXPECT_THAT(complaint(R"({"name": "x", "message": {"n": 2}, "http": [{"answer": {}}])" + expect),
              HasSubstr("more often than the case answers"));
  EXPECT_THAT(complaint(R"({"name": "x", "message": {"n": 0}, "http": [{"answer": {}}])" + expect),
              HasSubstr("called http 0 times, the case has 1 answers"));
  EXPECT_THAT(
      complaint(R"({"name": "x", "message": {"n": 1}, "http": [{"request": {"url": "y"}}])" +
                expect),
      HasSubstr("expected the request {\"url\":\"y\"}"));
}

TEST(Cases, AreNotNeeded) {
  auto report = RunOne(kSegment, "");
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->passed, 0);
  EXPECT_FALSE(report->has_cases);
  EXPECT_TRUE(report->ok());
}

TEST(Cases, AreFoundBesideTheirScript) {
  EXPECT_EQ(CasesBeside("a/x.lua"), "a/x.cases.jsonl");
  EXPECT_EQ(ScriptOf("a/x.cases.jsonl"), "a/x.lua");
  EXPECT_EQ(ScriptOf("a/x.lua"), "a/x.lua");
}

TEST(Cases, AreOfEveryScriptButTheModules) {
  TempDir folder;
  for (const char* path : {"segment/b.lua", "segment/a.lua", "segment/a.cases.jsonl", "lib/m.lua",
                           "lib/deep/n.lua", "ingest/lib/c.lua"}) {
    fs::create_directories((folder.path() / path).parent_path());
    ASSERT_TRUE(WriteFile(folder.path() / path, "").has_value());
  }
  std::vector<std::string> found;
  for (const auto& script : ScriptsBelow(folder.path())) {
    found.push_back(script.lexically_relative(folder.path()).string());
  }
  EXPECT_THAT(found, testing::ElementsAre("ingest/lib/c.lua", "segment/a.lua", "segment/b.lua"));
  EXPECT_TRUE(ScriptsBelow(folder.path() / "none").empty());
}

TEST(Cases, HaveToPassWhereTheyAreRequired) {
  TempDir folder;
  fs::path file = folder.path() / "x.lua";
  ASSERT_TRUE(WriteFile(file, kSegment).has_value());
  EXPECT_TRUE(RequireCases(file, "", {}).has_value()) << "none are required";
  const std::string few = R"({"name": "few", "customer": {"visit": 1}, "expect": true})";
  ASSERT_TRUE(WriteFile(CasesBeside(file), few + "\n" + few).has_value());
  auto status = RequireCases(file, "", {});
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, Code::kInvalidArgument);
  EXPECT_THAT(status.error().message,
              HasSubstr("x.cases.jsonl:1: case \"few\": expected true, got false"));
  EXPECT_THAT(status.error().message, HasSubstr("not used while its cases fail (1 more)"));
}

}  // namespace
}  // namespace tidings::lua
