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
  int passed = 0;
  std::vector<CaseFailure> failures;
  bool ok() const { return failures.empty(); }
};

// "x/lapsed.lua" -> "x/lapsed.cases.jsonl".
std::filesystem::path CasesBeside(const std::filesystem::path& script);

// Loads the script and runs its cases, each with its own clock reading; `http` answers what the
// case says. A script without a cases file passes none. Fails where the script does not load or a
// line of the cases is not a case (file:line says which).
Result<CaseReport> RunCases(const std::filesystem::path& script, const std::filesystem::path& lib,
                            const Limits& limits = {});

}  // namespace tidings::lua
