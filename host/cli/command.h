// What every command has in common.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "cli/locations.h"

namespace CLI {
class App;
}

namespace tidings::cli {

inline constexpr int kDone = 0, kFailed = 1, kWrongUsage = 2, kHasErrors = 3;

// The options that stand before or behind any command.
struct Globals {
  Locations locations;
  bool json = false;  // print one JSON document for programs instead of text for people
};

// What a parsed command will do. Set by the command's callback, run after parsing; an error is
// printed and makes the exit status 1.
using Action = std::function<Result<int>()>;

struct Commands {
  CLI::App& app;
  Globals& globals;
  Action& chosen;
};

// Adds a command: its name, one line for the list, and text that teaches for its own --help.
CLI::App* AddCommand(Commands& commands, const std::string& name, const std::string& line,
                     const std::string& teaching);

void AddServe(Commands& commands);
void AddCheck(Commands& commands);
void AddTest(Commands& commands);
void AddNew(Commands& commands);
void AddSchema(Commands& commands);
void AddMigrate(Commands& commands);
void AddImport(Commands& commands);
void AddGenerate(Commands& commands);
void AddSegment(Commands& commands);
void AddExplain(Commands& commands);
void AddCampaign(Commands& commands);
void AddPlugins(Commands& commands);
void AddVendor(Commands& commands);
void AddDemo(Commands& commands);
void AddWorker(Commands& commands);  // hidden: what the host starts for isolation: process

// Every line of `text` that is not empty, behind `indent`.
std::string Indented(const std::string& indent, const std::string& text);

// Text to standard output, or the JSON where --json was given.
void Print(const Globals& globals, const std::string& text, const OrderedJson& json);

}  // namespace tidings::cli
