#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/new_files.h"
#include "cli/new_plugin.h"
#include "cli/setup.h"
#include "plugin/verify.h"

namespace tidings::cli {
namespace {

constexpr const char* kListTeaching =
    "Lists the plugins found, and the files that are none with the reason.\n\n"
    "  tidings plugins\n"
    "  tidings plugins verify build/release/plugins/deliver_mine.so\n"
    "  tidings plugins new deliver_mine\n";

constexpr const char* kNewTeaching =
    "Copies the template of a plugin: a vendor that writes each message to the log, with its "
    "options\n"
    "and its tests. The folder's name is the plugin's. Never overwrites anything.\n\n"
    "  tidings plugins new deliver_mine\n"
    "  tidings plugins new deliver_mine --into ~/my-plugins\n";

constexpr const char* kNextTeaching =
    "\nCall your vendor where {0}.cpp logs, then build and try it:\n"
    "  cmake -S {1}/{0} -B build/{0} && cmake --build build/{0}   (inside Tidings: ./dev build)\n"
    "  tidings plugins verify build/{0}/plugins/{0}.so\n"
    "In pipelines.yaml a vendor names it:\n"
    "  - {{plugin: {0}}}\n";

constexpr const char* kVerifyTeaching =
    "Tries a plugin out in child processes: handshake, schema, every order of life-cycle calls, "
    "random\n"
    "options, cancellation, empty and large and odd batches. A crash or a hang is a finding.\n"
    "Exit status: 0 when all passed, 3 when not.\n";

std::string CapabilityText(const plugin::Plugin& plugin) {
  return plugin.Can(TIDINGS_STATELESS) ? "stateless" : "";
}

Result<int> List(const Globals& globals) {
  TRY_ASSIGN(auto registry, plugin::PluginRegistry::Scan(globals.locations.plugins));
  std::string text = fmt::format("{:<22} {:<10} {:<8} {}\n", "plugin", "stage", "version", "");
  OrderedJson plugins = OrderedJson::array(), failures = OrderedJson::array();
  for (const auto& plugin : registry.plugins()) {
    text += fmt::format("{:<22} {:<10} {:<8} {}\n", plugin->id(), StageName(plugin->stage()),
                        plugin->version(), plugin->summary());
    plugins.push_back({{"id", plugin->id()},
                       {"stage", std::string(StageName(plugin->stage()))},
                       {"version", plugin->version()},
                       {"summary", plugin->summary()},
                       {"capabilities", CapabilityText(*plugin)},
                       {"file", plugin->path().string()},
                       {"options", plugin->options_schema()}});
  }
  for (const auto& failure : registry.failures()) {
    text += fmt::format("not loaded: {}\n", failure.error.message);
    failures.push_back({{"file", failure.file.string()}, {"message", failure.error.message}});
  }
  Print(globals, text, {{"plugins", plugins}, {"failures", failures}});
  return kDone;
}

Result<int> VerifyFile(const Globals& globals, const std::string& file) {
  TRY_ASSIGN(auto report, plugin::Verify(file));
  std::string text;
  OrderedJson checks = OrderedJson::array();
  for (const auto& check : report.checks) {
    text +=
        fmt::format("{:<7} {:<44} {}\n", check.passed ? "ok" : "FAILED", check.name, check.detail);
    checks.push_back({{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}});
  }
  text += fmt::format("{}: {}\n", file, report.Passed() ? "passed" : "did not pass");
  Print(globals, text, {{"file", file}, {"passed", report.Passed()}, {"checks", checks}});
  return report.Passed() ? kDone : kHasErrors;
}

Result<int> New(const Globals& globals, const std::string& name, const std::string& into) {
  TRY(CheckFileName(name));
  TRY_ASSIGN(auto files, CopyTemplate(globals.locations.plugin_template, into, name));
  std::string text;
  OrderedJson made = OrderedJson::array();
  for (const auto& file : files) {
    text += fmt::format("made {}\n", file.string());
    made.push_back(file.string());
  }
  text += fmt::format(kNextTeaching, name, into);
  Print(globals, text, {{"files", made}});
  return kDone;
}

}  // namespace

void AddPlugins(Commands& commands) {
  auto* command = AddCommand(commands, "plugins", "List, verify and begin plugins", kListTeaching);
  auto file = std::make_shared<std::string>();
  auto* list = command->add_subcommand("list", "List them; what `tidings plugins` does alone");
  auto* verify = command->add_subcommand("verify", "Try one out");
  auto* make = command->add_subcommand("new", "Begin one of your own");
  auto name = std::make_shared<std::string>(), into = std::make_shared<std::string>("plugins");
  list->fallthrough();
  verify->fallthrough();
  verify->footer(kVerifyTeaching);
  verify->add_option("file", *file, "The shared library")->required()->check(CLI::ExistingFile);
  make->fallthrough();
  make->footer(kNewTeaching);
  make->add_option("name", *name, "The plugin's name, such as deliver_mine")->required();
  make->add_option("--into", *into, "The folder that gets the new folder: ./plugins");
  command->require_subcommand(0, 1);
  command->callback([&commands, verify, make, file, name, into] {
    bool verifying = verify->parsed(), making = make->parsed();
    commands.chosen = [&globals = commands.globals, verifying, making, file, name, into] {
      if (making) return New(globals, *name, *into);
      return verifying ? VerifyFile(globals, *file) : List(globals);
    };
  });
}

}  // namespace tidings::cli
