#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/setup.h"
#include "plugin/verify.h"

namespace tidings::cli {
namespace {

constexpr const char* kListTeaching =
    "Lists the plugins found, and the files that are none with the reason.\n\n"
    "  tidings plugins\n"
    "  tidings plugins verify build/release/plugins/deliver_mine.so\n";

constexpr const char* kVerifyTeaching =
    "Tries a plugin out in child processes: handshake, schema, every order of life-cycle calls, random\n"
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
    text += fmt::format("{:<7} {:<44} {}\n", check.passed ? "ok" : "FAILED", check.name,
                        check.detail);
    checks.push_back({{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}});
  }
  text += fmt::format("{}: {}\n", file, report.Passed() ? "passed" : "did not pass");
  Print(globals, text, {{"file", file}, {"passed", report.Passed()}, {"checks", checks}});
  return report.Passed() ? kDone : kHasErrors;
}

}  // namespace

void AddPlugins(Commands& commands) {
  auto* command = AddCommand(commands, "plugins", "List and verify plugins", kListTeaching);
  auto file = std::make_shared<std::string>();
  auto* list = command->add_subcommand("list", "List them; what `tidings plugins` does alone");
  auto* verify = command->add_subcommand("verify", "Try one out");
  list->fallthrough();
  verify->fallthrough();
  verify->footer(kVerifyTeaching);
  verify->add_option("file", *file, "The shared library")->required()->check(CLI::ExistingFile);
  command->require_subcommand(0, 1);
  command->callback([&commands, verify, file] {
    bool verifying = verify->parsed();
    commands.chosen = [&globals = commands.globals, verifying, file] {
      return verifying ? VerifyFile(globals, *file) : List(globals);
    };
  });
}

}  // namespace tidings::cli
