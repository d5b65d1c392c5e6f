#include "cli/script_tests.h"

#include <map>

#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"

namespace tidings::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostShown = 12;  // lines that no case reaches

std::string ShownName(const fs::path& file, const fs::path& scripts) {
  auto within = fs::absolute(file).lexically_relative(fs::absolute(scripts));
  bool outside = within.empty() || *within.begin() == "..";
  return (outside ? file : within).string();
}

std::string StateOf(const ScriptTest& test) {
  if (!test.ok()) return "FAILED";
  return test.report->cases() == 0 ? "no cases" : "ok";
}

std::string Line(const std::string& state, const std::string& shown, const std::string& rest) {
  auto line = fmt::format("{:<9}{:<38}{}", state, shown, rest);
  line.resize(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string CoverageOf(int count, const char* what, const lua::Coverage& coverage) {
  return fmt::format("{:>4} {}  {:>3} % of {} lines", count, what, coverage.Percent(),
                     coverage.lines());
}

OrderedJson ToJson(const lua::Coverage& coverage) {
  return {
      {"lines", coverage.lines()}, {"percent", coverage.Percent()}, {"missed", coverage.Missed()}};
}

// The lines of the file that no case reaches, with their text.
std::string MissedOf(const fs::path& file, const lua::Coverage& coverage) {
  auto missed = coverage.Missed();
  auto source = ReadFile(file).value_or("");
  auto lines = Split(source, '\n');
  std::string text = missed.empty() ? "" : "no case reaches\n";
  for (size_t i = 0; i < std::min(missed.size(), kMostShown); ++i) {
    auto at = static_cast<size_t>(missed[i] - 1);
    text += fmt::format("{:>5} | {}\n", missed[i], at < lines.size() ? lines[at] : "");
  }
  if (missed.size() <= kMostShown) return text;
  return text + fmt::format("      and {} more lines\n", missed.size() - kMostShown);
}

}  // namespace

std::string ScriptTotals::Summary() const {
  auto text = fmt::format("{} script{}, {} case{}: {}", scripts, scripts == 1 ? "" : "s", cases,
                          cases == 1 ? "" : "s",
                          failed == 0 ? "all well" : fmt::format("{} failed", failed));
  if (without_cases > 0) text += fmt::format("; {} without cases", without_cases);
  if (lines > 0) text += fmt::format("; {} % of the lines reached", 100 * (lines - missed) / lines);
  return text + "\n";
}

void ScriptTotals::Add(const ScriptTest& test) {
  ++scripts;
  if (!test.report) {
    ++failed;
    return;
  }
  cases += test.report->cases();
  failed += static_cast<int>(test.report->failures.size());
  if (test.report->cases() == 0) {
    ++without_cases;
    return;
  }
  Count(test.report->coverage.script);
}

void ScriptTotals::Add(const LibTest& test) { Count(test.coverage); }

void ScriptTotals::Count(const lua::Coverage& coverage) {
  lines += coverage.lines();
  missed += static_cast<int>(coverage.Missed().size());
}

namespace {

std::vector<rule::Remark> RemarksOn(const ScriptTest& test, const fs::path& lib) {
  if (!test.report || test.report->kind != lua::ScriptKind::kSegment) return {};
  auto source = ReadFile(test.file);
  auto rule =
      source ? rule::Rule::FromLua(test.shown, *source, lib, {}) : tl::unexpected(source.error());
  return rule ? rule->Remarks(Clock::System().Now()) : std::vector<rule::Remark>();
}

}  // namespace

std::vector<ScriptTest> TestScripts(const std::vector<fs::path>& files, const fs::path& scripts) {
  std::vector<ScriptTest> tests;
  for (const auto& file : files) {
    tests.push_back({file, ShownName(file, scripts), lua::RunCases(file, scripts / "lib")});
    tests.back().remarks = RemarksOn(tests.back(), scripts / "lib");
  }
  return tests;
}

// A script without cases says nothing of what it requires.
std::vector<LibTest> LibOf(const std::vector<ScriptTest>& tests, const fs::path& scripts) {
  std::map<std::string, LibTest> lib;
  for (const auto& test : tests) {
    if (!test.report || test.report->cases() == 0) continue;
    for (const auto& [name, coverage] : test.report->coverage.lib) {
      auto& one = lib.try_emplace(name, LibTest{scripts / name, name}).first->second;
      ++one.scripts;
      one.coverage.Add(coverage);
    }
  }
  std::vector<LibTest> files;
  for (auto& [name, one] : lib) files.push_back(std::move(one));
  return files;
}

std::string FailuresOf(const ScriptTest& test) {
  if (!test.report) return test.report.error().message + "\n";
  std::string text;
  for (const auto& failure : test.report->failures) {
    text += fmt::format("{}:{}: case \"{}\": {}\n", lua::CasesBeside(test.shown).string(),
                        failure.line, failure.name, failure.message);
  }
  return text;
}

std::string WarningsOf(const ScriptTest& test) {
  std::string text;
  for (const auto& remark : test.remarks) {
    text += fmt::format("{}:{} warning: {}\n", test.shown,
                        remark.line > 0 ? fmt::format("{}:", remark.line) : "", remark.text);
  }
  return text;
}

std::string Render(const ScriptTest& test) {
  auto told = FailuresOf(test) + WarningsOf(test);
  int cases = test.report ? test.report->cases() : 0;
  if (cases == 0) return Line(StateOf(test), test.shown, "") + Indented("    ", told);
  const auto& coverage = test.report->coverage.script;
  return Line(StateOf(test), test.shown, CoverageOf(cases, "cases", coverage)) +
         Indented("    ", told + MissedOf(test.file, coverage));
}

std::string Render(const LibTest& test) {
  return Line("lib", test.shown, CoverageOf(test.scripts, "scripts", test.coverage)) +
         Indented("    ", MissedOf(test.file, test.coverage));
}

OrderedJson ToJson(const ScriptTest& test) {
  if (!test.report) return {{"file", test.shown}, {"error", test.report.error().message}};
  const auto& report = *test.report;
  OrderedJson failures = OrderedJson::array();
  for (const auto& [line, name, message] : report.failures) {
    failures.push_back({{"line", line}, {"name", name}, {"message", message}});
  }
  OrderedJson warnings = OrderedJson::array();
  for (const auto& remark : test.remarks) {
    warnings.push_back({{"line", remark.line}, {"message", remark.text}});
  }
  return {{"file", test.shown},
          {"name", report.name},
          {"kind", lua::KindName(report.kind)},
          {"cases", report.cases()},
          {"passed", report.passed},
          {"failures", failures},
          {"warnings", warnings},
          {"coverage", ToJson(report.coverage.script)}};
}

OrderedJson ToJson(const LibTest& test) {
  return {{"file", test.shown}, {"scripts", test.scripts}, {"coverage", ToJson(test.coverage)}};
}

}  // namespace tidings::cli
