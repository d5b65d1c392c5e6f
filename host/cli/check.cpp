#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/script_tests.h"
#include "cli/setup.h"
#include "config/schema.h"

namespace tidings::cli {
namespace {

constexpr const char* kCheckTeaching =
    "Reads pipelines.yaml as `tidings serve` does, shows every error at once with its place and "
    "what\n"
    "was probably meant, and runs the cases that stand beside the scripts. Starts nothing.\n"
    "Exit status: 0 when all is well, 3 when there are errors.\n\n"
    "  tidings check\n"
    "  tidings check --config staging.yaml --json\n";

constexpr const char* kSchemaTeaching =
    "Prints the JSON Schema of pipelines.yaml with the options of every plugin found. Editors "
    "that\n"
    "know yaml-language-server complete and check the file with it:\n\n"
    "  tidings schema > pipelines.schema.json\n";

OrderedJson ToJson(const config::Loaded& loaded) {
  OrderedJson errors = OrderedJson::array();
  for (const auto& diagnostic : loaded.diagnostics) {
    errors.push_back({{"file", loaded.config.file},
                      {"line", diagnostic.mark.line},
                      {"column", diagnostic.mark.column},
                      {"message", diagnostic.message}});
  }
  return errors;
}

OrderedJson LinesOf(const std::string& text) {
  OrderedJson lines = OrderedJson::array();
  for (std::string_view line : Split(text, '\n')) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

Result<int> Check(const Globals& globals) {
  TRY_ASSIGN(auto registry, ScanPlugins(globals.locations));
  TRY_ASSIGN(auto loaded, ReadPipelines(globals.locations, CatalogOf(registry, globals.locations)));
  ScriptTotals totals;
  std::string failures, warnings;
  const auto& folder = globals.locations.scripts;
  for (const auto& test : TestScripts(lua::ScriptsBelow(folder), folder)) {
    totals.Add(test);
    failures += FailuresOf(test);
    warnings += WarningsOf(test);
  }
  bool ok = loaded.ok() && totals.failed == 0;
  size_t stages = 0;
  for (const auto& pipeline : loaded.config.pipelines) stages += pipeline.stages.size();
  auto text = loaded.Errors() + failures;
  if (ok) {
    text = fmt::format("{}: {} pipelines, {} stages; {} scripts with {} cases: all well\n",
                       loaded.config.file, loaded.config.pipelines.size(), stages, totals.scripts,
                       totals.cases);
  }
  Print(globals, warnings + text,
        {{"ok", ok},
         {"errors", ToJson(loaded)},
         {"warnings", LinesOf(warnings)},
         {"cases", totals.cases},
         {"failed_cases", totals.failed}});
  return ok ? kDone : kHasErrors;
}

Result<int> Schema(const Globals& globals) {
  TRY_ASSIGN(auto registry, ScanPlugins(globals.locations));
  auto schema = config::Schema(CatalogOf(registry, globals.locations));
  Print(globals, schema.dump(2) + "\n", OrderedJson(schema));
  return kDone;
}

}  // namespace

void AddCheck(Commands& commands) {
  auto* command =
      AddCommand(commands, "check", "Check pipelines.yaml and the scripts", kCheckTeaching);
  command->callback(
      [&commands] { commands.chosen = [&globals = commands.globals] { return Check(globals); }; });
}

void AddSchema(Commands& commands) {
  auto* command =
      AddCommand(commands, "schema", "Print the JSON Schema of pipelines.yaml", kSchemaTeaching);
  command->callback(
      [&commands] { commands.chosen = [&globals = commands.globals] { return Schema(globals); }; });
}

}  // namespace tidings::cli
