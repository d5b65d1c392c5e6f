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

TEST(Cases, AllShippedScriptsPassTheirs) {
  auto scripts = ScriptsBelow(kScripts);
  EXPECT_GE(scripts.size(), 8u);
  for (const fs::path& script : scripts) {
    auto report = RunCases(script, kScripts / "lib");
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_GE(report->passed, 3) << script << " needs cases";
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
  EXPECT_TRUE(report->ok());
}

}  // namespace
}  // namespace tidings::lua
