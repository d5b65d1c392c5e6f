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
#include "pipeline/batch.h"

namespace tidings::net {
class HttpClient;
}
namespace tidings::plugin {
class Plugin;
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

using RunnerFactory = std::function<Result<std::unique_ptr<Runner>>()>;

// What a runner may use of the host. Everything outlives the runner.
struct RunnerContext {
  const Clock* clock = &Clock::System();
  net::HttpClient* http = nullptr;  // null: calls fail with kUnavailable
  std::string receipts_url;         // where vendors send receipts; empty where no HTTP is served
  const std::atomic<bool>* cancelled = nullptr;  // asks the current call to end early; may be null
  std::function<void(const std::string& name, double value)> count;  // any thread; may be empty
};

// One function of a stage, with its limits: all that is needed to make a runner, here or in another
// process. Exactly one of `plugin` and `script` is set.
struct RunnerSpec {
  std::string name;  // for the log: "campaigns/email"
  StageKind kind = StageKind::kIngest;
  bool route = false;             // a deliver stage's route script instead of a stage
  std::filesystem::path plugin;   // the shared library
  std::filesystem::path script;   // the file
  std::filesystem::path scripts;  // the scripts folder, for lib/
  Json options = Json::object();  // of the plugin; may hold secrets: never logged
  Duration timeout = std::chrono::seconds(5);
  int64_t memory = 64LL << 20;

  // For a worker process. FromJson fails with kInvalidArgument.
  Json ToJson() const;
  static Result<RunnerSpec> FromJson(const Json& json);
};

// A started plugin instance, or a loaded script. Fails with what the plugin or script says.
Result<std::unique_ptr<Runner>> MakeRunner(const RunnerSpec& spec, const RunnerContext& context);

}  // namespace tidings::pipeline
