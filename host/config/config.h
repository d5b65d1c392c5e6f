// What pipelines.yaml says, as plain structs: checked, with every default filled in.
//
// Nothing here knows YAML. A Config that came from Load() without a diagnostic is complete: names
// are unique, plugins and scripts were found, and options fit the schema of their plugin.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/stage.h"

namespace tidings::config {

// A place in a file: line and column, both from 1; a column counts characters, not bytes.
// 0 means that the place is not known.
struct Mark {
  int line = 0;
  int column = 0;

  auto operator<=>(const Mark&) const = default;
};

// How failed messages are tried again: at most `attempts` in all, waiting `first` before the second
// and twice as long each time, never longer than `longest`.
struct RetryConfig {
  int attempts = 5;
  Duration first = std::chrono::seconds(1);
  Duration longest = std::chrono::minutes(10);
};

// One way to send messages. Exactly one of `plugin` and `script` is set.
struct VendorConfig {
  std::string name;            // unique in its stage; see StageConfig
  std::string plugin;          // its id
  std::string script;          // relative to the scripts folder
  std::optional<double> rate;  // messages a second; none = no limit
  int in_flight = 0;           // messages handed over and not yet answered; 0 = no limit
  Json options = Json::object();
  Mark mark;
};

// One stage. Exactly one of `plugin`, `script` and `vendors` is set; a deliver stage always has
// vendors (one that is written with `plugin` or `script` has a single vendor made of it). A vendor
// without a name has the id of its plugin or the stem of its script.
//
// `options` may hold the values of secrets: never print them.
struct StageConfig {
  StageKind kind = StageKind::kIngest;
  std::string pipeline;
  std::string name;       // unique in its pipeline
  std::string plugin;     // its id
  std::string script;     // relative to the scripts folder; ends in "/" where it names a folder
  std::string otherwise;  // summarize: the plugin for where the first has no answer; may be empty
  std::string route;      // deliver: the script that orders the vendors; may be empty
  Json options = Json::object();            // of `plugin`
  Json otherwise_options = Json::object();  // of `otherwise`
  bool process_isolation = false;           // workers are processes, not threads
  int min_workers = 1;                      // 0 = may fall asleep
  int max_workers = 4;
  Duration timeout = std::chrono::seconds(5);  // of one invocation
  int64_t memory = 64LL << 20;                 // bytes, of one worker's script or process
  int64_t instructions = 20'000'000;           // of one call of a script
  std::vector<VendorConfig> vendors;           // in the order in which they are tried
  RetryConfig retry;
  // deliver: how long after the last sign of life a campaign waits for receipts that are missing.
  Duration receipts_within = std::chrono::hours(72);
  Mark mark;

  // The name of the stage's durable queue: "campaigns/email".
  std::string Queue() const { return pipeline + "/" + name; }
};

// A named row of stages, in the order in which data goes through them: by kind, then as written.
struct PipelineConfig {
  std::string name;
  std::vector<StageConfig> stages;
  Mark mark;
};

struct Config {
  std::string file;  // as it was given to Load()
  std::vector<PipelineConfig> pipelines;
};

}  // namespace tidings::config
