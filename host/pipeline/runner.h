// What runs a batch: a plugin's instance or a script.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/stage.h"
#include "lua/limits.h"
#include "pipeline/batch.h"

namespace tidings::net {
class HttpClient;
}
namespace tidings::lua {
class Script;
}
namespace tidings::plugin {
class PluginRegistry;
}

namespace tidings::pipeline {

// Runs batches, one after the other. Used by one thread at a time.
class Runner {
 public:
  virtual ~Runner() = default;

  // Fails for the batch as a whole: kInvalidArgument when its content breaks the runner (trying it
  // again is pointless), kUnavailable when a peer is away and nothing was done, kTimeout and
  // kCancelled when it was cut short, anything else when the runner itself is broken.
  virtual Result<Outcome> Process(const Batch& batch) = 0;

  // Ends what is under way; no batch comes after it.
  virtual void Drain(Time deadline) { (void)deadline; }

  virtual const std::string& name() const = 0;  // "deliver_simulated", "ingest/tidy_customer.lua"
  virtual const std::string& version() const = 0;  // of the plugin; of a script, a hash of its text
};

// What a runner may use of the host. Everything outlives the runner.
struct RunnerContext {
  const Clock* clock = &Clock::System();
  const plugin::PluginRegistry* registry = nullptr;  // null: the plugin is loaded from its file
  net::HttpClient* http = nullptr;                   // null: calls fail with kUnavailable
  std::string receipts_url;  // where vendors send receipts; empty where no HTTP is served
  const std::atomic<bool>* cancelled = nullptr;  // asks the current call to end early; may be null
  std::function<void(const std::string& name, double value)> count;  // any thread; may be empty
};

// One function of a stage, with its limits: all that is needed to make a runner, here or in another
// process. Exactly one of `plugin` and `script` is set.
struct RunnerSpec {
  std::string name;  // for the log: "campaigns/email"
  StageKind kind = StageKind::kIngest;
  std::string plugin;             // its id
  std::filesystem::path library;  // the plugin's shared library
  std::string script;             // relative to the scripts folder
  std::string source;             // of the script; empty: it is read from its file
  std::filesystem::path scripts;  // the scripts folder
  std::filesystem::path lib;      // what the script may require; empty: lib/ of the scripts folder
  Json options = Json::object();  // of the plugin; may hold secrets: never logged
  Duration timeout = std::chrono::seconds(5);
  int64_t memory = 64LL << 20;
  int64_t instructions = 20'000'000;  // of one call of a script

  const std::string& Label() const { return script.empty() ? plugin : script; }

  lua::Limits ScriptLimits() const;  // of one call
  std::filesystem::path LibFolder() const;

  // How long one batch of this many items may take: a plugin's invocation is the batch, a script's
  // is one item.
  Duration BatchLimit(size_t items) const;

  // For a worker process. FromJson fails with kInvalidArgument.
  Json ToJson() const;
  static Result<RunnerSpec> FromJson(const Json& json);
};

// A started plugin instance, or a loaded script. Fails with what the plugin or script says.
Result<std::unique_ptr<Runner>> MakeRunner(const RunnerSpec& spec, const RunnerContext& context);

// The two of them, each in a source of its own.
Result<std::unique_ptr<Runner>> MakePluginRunner(const RunnerSpec& spec,
                                                 const RunnerContext& context);
Result<std::unique_ptr<Runner>> MakeScriptRunner(const RunnerSpec& spec,
                                                 const RunnerContext& context);

// The text of the script of `spec`.
Result<std::string> SourceOf(const RunnerSpec& spec);

// Runs the cases beside the script of `spec` under its limits. Fails where one of them does,
// naming the stage.
Status CheckCases(const RunnerSpec& spec);

// The script of `spec`, with the hooks of `context`; also for route scripts, which run no batches.
// Fails with what Lua says of it.
Result<std::unique_ptr<lua::Script>> LoadScript(const RunnerSpec& spec,
                                                const RunnerContext& context);

}  // namespace tidings::pipeline
