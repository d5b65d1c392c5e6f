#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/command.h"
#include "cli/script_tests.h"

namespace tidings::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTeaching =
    "Runs the cases that stand beside the scripts (x.cases.jsonl beside x.lua) with the clock "
    "that\n"
    "each case names, and shows which lines of a script, and of the files in lib/ that scripts\n"
    "require, no case reaches. Needs no database and starts nothing. A file is a script or its\n"
    "cases; a folder stands for every script below it; without any, all scripts are tested.\n"
    "Exit status: 0 when all passed, 1 when not, or when less is covered than was asked for.\n\n"
    "  tidings test\n"
    "  tidings test segment/champions.lua\n"
    "  tidings test segment --min-coverage 100\n";

struct TestOptions {
  std::vector<std::string> paths;
  int min_coverage = -1;  // percent of each file's lines; -1 = whatever there is
};

// As it was written, or below the scripts folder: `segment/x.lua` means the same everywhere.
Result<fs::path> Find(const std::string& path, const fs::path& scripts) {
  for (const fs::path& candidate : {fs::path(path), scripts / path}) {
    std::error_code ignored;
    if (fs::exists(candidate, ignored)) return candidate;
  }
  return Fail(Code::kNotFound,
              fmt::format("there is no {}, neither here nor in {}", path, scripts.string()));
}

Result<std::vector<fs::path>> ScriptsOf(const std::string& path, const fs::path& scripts) {
  TRY_ASSIGN(fs::path found, Find(path, scripts));
  if (!fs::is_directory(found)) return std::vector{lua::ScriptOf(found)};
  auto files = lua::ScriptsBelow(found);
  if (!files.empty()) return files;
  return Fail(Code::kNotFound, "there are no scripts in " + found.string());
}

Result<std::vector<fs::path>> AllScripts(const TestOptions& options, const fs::path& scripts) {
  if (options.paths.empty()) return ScriptsOf(scripts.string(), scripts);
  std::vector<fs::path> all;
  for (const auto& path : options.paths) {
    TRY_ASSIGN(auto files, ScriptsOf(path, scripts));
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

bool Covered(const ScriptTest& test, int least) {
  if (least < 0 || !test.report) return true;
  return test.report->cases() > 0 && test.report->coverage.script.Percent() >= least;
}

// What `tidings test` prints, put together script by script.
struct Told {
  std::string text;
  ScriptTotals totals;
  OrderedJson scripts = OrderedJson::array(), lib = OrderedJson::array();
  std::vector<std::string> uncovered;

  void Add(const ScriptTest& test, int least) {
    totals.Add(test);
    text += Render(test);
    scripts.push_back(ToJson(test));
    if (!Covered(test, least)) uncovered.push_back(test.shown);
  }
  void Add(const LibTest& test, int least) {
    totals.Add(test);
    text += Render(test);
    lib.push_back(ToJson(test));
    if (test.coverage.Percent() < least) uncovered.push_back(test.shown);
  }
};

// Some scripts need not reach all of what they share with others: only all of them have to.
Result<int> Test(const Globals& globals, const TestOptions& options) {
  const auto& folder = globals.locations.scripts;
  TRY_ASSIGN(auto files, AllScripts(options, folder));
  Told told;
  auto tests = TestScripts(files, folder);
  for (const auto& test : tests) told.Add(test, options.min_coverage);
  int least = options.paths.empty() ? options.min_coverage : -1;
  for (const auto& test : LibOf(tests, folder)) told.Add(test, least);
  told.text += told.totals.Summary();
  if (!told.uncovered.empty()) {
    told.text += fmt::format("under the {} % that are asked for: {}\n", options.min_coverage,
                             Join(told.uncovered, ", "));
  }
  bool ok = told.totals.failed == 0 && told.uncovered.empty();
  Print(globals, told.text,
        {{"ok", ok},
         {"scripts", told.scripts},
         {"lib", told.lib},
         {"cases", told.totals.cases},
         {"failed", told.totals.failed},
         {"under_min_coverage", told.uncovered}});
  return ok ? kDone : kFailed;
}

}  // namespace

void AddTest(Commands& commands) {
  auto* command =
      AddCommand(commands, "test", "Run the cases of the scripts, with coverage", kTeaching);
  auto options = std::make_shared<TestOptions>();
  command->add_option("path", options->paths, "Scripts, cases files or folders");
  command
      ->add_option(
          "--min-coverage", options->min_coverage,
          "Percent of each script's lines that its cases have to reach, and of each file in "
          "lib/ where all scripts are tested")
      ->check(CLI::Range(0, 100));
  command->callback([&commands, options] {
    commands.chosen = [&globals = commands.globals, options] { return Test(globals, *options); };
  });
}

}  // namespace tidings::cli
