#include "cli/cli.h"

#include <cstdio>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "A campaign engine that its operators script.\n\n"
    "  tidings demo                 see the whole of it work, in a scratch folder\n"
    "  tidings serve                run the host with ./pipelines.yaml\n"
    "  tidings COMMAND --help       what a command does, with examples\n";

void AddGlobals(CLI::App& app, Globals& globals, std::string& level, std::string& format) {
  auto& at = globals.locations;
  app.add_option("-c,--config", at.pipelines, "pipelines.yaml")->envname("TIDINGS_CONFIG");
  app.add_option("--data", at.data, "Folder of the embedded PostgreSQL, without DATABASE_URL")
      ->envname("TIDINGS_DATA");
  app.add_option("--scripts", at.scripts, "Folder of the Lua scripts")->envname("TIDINGS_SCRIPTS");
  app.add_option("--plugins", at.plugins, "Folders of the plugins")->envname("TIDINGS_PLUGINS");
  app.add_option("--sql", at.sql, "Folder of the migrations")->envname("TIDINGS_SQL");
  app.add_flag("--json", globals.json, "Print JSON for programs");
  app.add_option("--log-level", level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->envname("TIDINGS_LOG_LEVEL");
  app.add_option("--log-format", format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->envname("TIDINGS_LOG_FORMAT");
}

void ConfigureLog(const std::string& level, const std::string& format) {
  auto l = level == "debug"     ? log::Level::kDebug
           : level == "warning" ? log::Level::kWarning
           : level == "error"   ? log::Level::kError
                                : log::Level::kInfo;
  log::Configure(l, format == "json" ? log::Format::kJson : log::Format::kText);
}

void AddCommands(Commands& commands) {
  AddDemo(commands);
  AddServe(commands);
  AddCheck(commands);
  AddTest(commands);
  AddNew(commands);
  AddSchema(commands);
  AddMigrate(commands);
  AddImport(commands);
  AddGenerate(commands);
  AddSegment(commands);
  AddExplain(commands);
  AddCampaign(commands);
  AddPlugins(commands);
  AddVendor(commands);
  AddWorker(commands);
}

int Report(const Globals& globals, const Result<int>& outcome) {
  if (outcome) return *outcome;
  const auto& error = outcome.error();
  if (globals.json) {
    OrderedJson json{{"error", {{"code", CodeName(error.code)}, {"message", error.message}}}};
    fmt::print("{}\n", json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  }
  fmt::print(stderr, "tidings: {}\n", error.message);
  return kFailed;
}

}  // namespace

CLI::App* AddCommand(Commands& commands, const std::string& name, const std::string& line,
                     const std::string& teaching) {
  auto* command = commands.app.add_subcommand(name, line);
  command->footer("\n" + teaching);
  command->fallthrough();
  return command;
}

void Print(const Globals& globals, const std::string& text, const OrderedJson& json) {
  std::fputs((globals.json ? json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n"
                           : text)
                 .c_str(),
             stdout);
  std::fflush(stdout);
}

std::string Indented(const std::string& indent, const std::string& text) {
  std::string indented;
  for (std::string_view line : Split(text, '\n')) {
    if (!line.empty()) indented += indent + std::string(line) + '\n';
  }
  return indented;
}

int Run(int argc, char** argv) {
  CLI::App app(kTeaching, "tidings");
  Globals globals;
  Action chosen;
  std::string level = "info", format = "text";
  app.set_version_flag("--version", "tidings " TIDINGS_VERSION);
  app.require_subcommand(1);
  AddGlobals(app, globals, level, format);
  Commands commands{app, globals, chosen};
  AddCommands(commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kWrongUsage;
  }
  ConfigureLog(level, format);
  globals.locations.Complete();
  return Report(globals, chosen());
}

}  // namespace tidings::cli
