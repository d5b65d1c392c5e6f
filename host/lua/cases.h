// The cases beside a script: X.cases.jsonl tests X.lua. scripts/README.md gives the format.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lua/script.h"

namespace tidings::lua {

struct CaseFailure {
  int line = 0;  // in the cases file
  std::string name;
  std::string message;  // what was expected and what came, or the script's error
};

struct CaseReport {
  std::string name;                        // the script's own
  ScriptKind kind = ScriptKind::kSegment;  // and its kind
  bool has_cases = false;                  // whether there is a cases file
  int passed = 0;
  std::vector<CaseFailure> failures;
  ScriptCoverage coverage;  // by the cases

  bool ok() const { return failures.empty(); }
  int cases() const { return passed + static_cast<int>(failures.size()); }
};

// "x/lapsed.lua" -> "x/lapsed.cases.jsonl".
std::filesystem::path CasesBeside(const std::filesystem::path& script);

// The script that a cases file belongs to; any other file is a script itself.
std::filesystem::path ScriptOf(const std::filesystem::path& file);

// The scripts in `folder` and below, sorted; without those of its lib/, which are no scripts of a
// stage.
std::vector<std::filesystem::path> ScriptsBelow(const std::filesystem::path& folder);

// Loads the script and runs its cases, each with its own clock reading; `http` answers what the
// case says. A script without a cases file passes none. Fails where the script does not load or a
// line of the cases is not a case (file:line says which).
Result<CaseReport> RunCases(const std::filesystem::path& script, const std::filesystem::path& lib,
                            const Limits& limits = {});

// For who is about to put a script to work: fails with kInvalidArgument where one of its cases
// does, saying which, besides all that RunCases fails at.
Status RequireCases(const std::filesystem::path& script, const std::filesystem::path& lib,
                    const Limits& limits);

}  // namespace tidings::lua
