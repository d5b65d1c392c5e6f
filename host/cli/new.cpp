#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/file.h"
#include "cli/command.h"
#include "cli/new_files.h"
#include "cli/script_templates.h"
#include "lua/cases.h"

namespace tidings::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTeaching =
    "Makes a script and its cases, with comments that explain them; the cases pass, so that you "
    "can\n"
    "change both bit by bit. Never overwrites a file.\n\n"
    "  tidings new segment win_back\n"
    "  tidings test segment/win_back.lua\n";

std::string Text(std::string_view source, const std::string& name) {
  auto text = Fill(Fill(source, "NAME", name), "TITLE", TitleOf(name));
  return text.substr(text.find_first_not_of('\n'));
}

Result<int> New(const Globals& globals, const ScriptTemplate& kind, const std::string& name) {
  TRY(CheckFileName(name));
  auto within = fs::path(kind.folder) / (name + ".lua");
  auto script = globals.locations.scripts / within;
  TRY(WriteNew(
      {{script, Text(kind.script, name)}, {lua::CasesBeside(script), Text(kind.cases, name)}}));
  auto cases = lua::CasesBeside(script).string();
  Print(globals,
        fmt::format("made {}\nmade {}\n\nEdit both, and run them with\n  tidings test {}\n"
                    "In pipelines.yaml a stage names it:\n{}\n",
                    script.string(), cases, within.string(),
                    Indented("  ", Fill(kind.naming, "NAME", name))),
        {{"script", script.string()}, {"cases", cases}});
  return kDone;
}

}  // namespace

void AddNew(Commands& commands) {
  auto* command = AddCommand(commands, "new", "Make a script and its cases", kTeaching);
  command->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  for (const auto& kind : ScriptTemplates()) {
    auto* one = command->add_subcommand(std::string(kind.kind), std::string(kind.line));
    one->fallthrough();
    one->add_option("name", *name, "The file's name, such as win_back")->required();
    one->callback([&commands, &kind, name] {
      commands.chosen = [&globals = commands.globals, &kind, name] {
        return New(globals, kind, *name);
      };
    });
  }
}

}  // namespace tidings::cli
