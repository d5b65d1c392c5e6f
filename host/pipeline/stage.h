// One function of a stage, running: a dispatcher with its crew of workers.
#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/crew.h"
#include "pipeline/dispatcher.h"
#include "pipeline/report.h"

namespace tidings::pipeline {

class Supervisor;

// What all stages of one engine share. Everything outlives the stages.
struct Hosting {
  bus::Context* bus = nullptr;
  Supervisor* supervisor = nullptr;
  RunnerContext context;
  std::filesystem::path run_folder;     // short: sockets lie in it
  std::filesystem::path program;        // what a worker process runs
  std::vector<std::string> http_allow;  // for worker processes
};

struct StageOptions {
  RunnerSpec spec;
  bool process = false;
  int min_workers = 1, max_workers = 4;
};

// Thread-safe.
class Stage {
 public:
  using Done = Dispatcher::Done;

  // Starts the first worker and returns when it is ready. A script is read now: workers that start
  // later run the same, whatever becomes of the file. Fails with what the plugin or script says
  // where it cannot be loaded.
  static Result<std::unique_ptr<Stage>> Start(const Hosting& hosting, StageOptions options);
  ~Stage();  // stops

  // `wait`: how long the batch may wait for a worker and run, in all; 0 = as long as it takes. What
  // one invocation may take is in the spec. Errors: see Dispatcher. `done` must not block.
  void Submit(const Batch& batch, Duration wait, Done done);
  Result<Outcome> Run(const Batch& batch, Duration wait = Duration());  // waits for the answer

  const RunnerSpec& spec() const { return options_.spec; }
  const std::string& name() const { return options_.spec.name; }
  std::string runner();  // "deliver_simulated 1.0.0"
  void AddTo(StageStatus& status);

  void BeginDrain();  // takes no new workers; those that run finish what they have
  bool Drained();     // whether they have
  void Stop();        // kills what is left; batches without an answer fail with kCancelled
  std::vector<std::string> endpoints();  // that its workers connect to

 private:
  Stage(const Hosting& hosting, StageOptions options);
  Status WaitForFirst();

  const StageOptions options_;
  Supervisor& supervisor_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<Crew> crew_;
};

}  // namespace tidings::pipeline
