// Scripts run against the cases that stand beside them, and what is told of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "lua/cases.h"
#include "rule/rule.h"

namespace tidings::cli {

// One script and how its cases went; an error where it does not load, or its cases file is none.
struct ScriptTest {
  std::filesystem::path file;
  std::string shown;  // the file as people name it: "segment/champions.lua"
  Result<lua::CaseReport> report;
  std::vector<rule::Remark> remarks = {};  // on a segment rule that loads

  bool ok() const { return report && report->ok(); }
};

// A file of lib/, and which of its lines the cases of the scripts that require it reach together.
struct LibTest {
  std::filesystem::path file;
  std::string shown;  // "lib/dates.lua"
  int scripts = 0;    // that require it and have cases
  lua::Coverage coverage = {};
};

struct ScriptTotals {
  int scripts = 0, cases = 0, failed = 0;  // a script that does not load counts as failed
  int without_cases = 0;
  int lines = 0, missed = 0;  // of the scripts that have cases, and of what these require

  void Add(const ScriptTest& test);
  void Add(const LibTest& test);
  std::string Summary() const;  // one line

 private:
  void Count(const lua::Coverage& coverage);
};

// Runs the cases of each script, in this order. `scripts` is the scripts folder: `require` looks in
// its lib/, and files in it are shown without it.
std::vector<ScriptTest> TestScripts(const std::vector<std::filesystem::path>& files,
                                    const std::filesystem::path& scripts);

// What the tests have shown of the files in the lib/ of `scripts`, by name.
std::vector<LibTest> LibOf(const std::vector<ScriptTest>& tests,
                           const std::filesystem::path& scripts);

// What failed, a paragraph for each case and each script that does not load; "" where all is well.
std::string FailuresOf(const ScriptTest& test);

// What its author should look at though no case fails, a line each: "segment/x.lua:3: warning:
// ...".
std::string WarningsOf(const ScriptTest& test);

// A line for the script, followed by its failures, its warnings and the lines that no case reaches,
// indented.
std::string Render(const ScriptTest& test);
std::string Render(const LibTest& test);  // likewise

// {file, name, kind, cases, passed, failures: [{line, name, message}], warnings: [{line, message}],
// coverage: {lines, percent, missed}}, or {file, error}.
OrderedJson ToJson(const ScriptTest& test);
OrderedJson ToJson(const LibTest& test);  // {file, scripts, coverage}

}  // namespace tidings::cli
