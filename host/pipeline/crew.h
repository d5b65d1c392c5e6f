// The workers of one dispatcher: as many as the backlog needs, started again when they fail.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/dispatcher.h"
#include "pipeline/runner.h"

namespace tidings::bus {
class Context;
}

namespace tidings::pipeline {

struct CrewOptions {
  RunnerSpec spec;
  RunnerContext context;
  bool process = false;  // workers are processes, not threads
  int min_workers = 1;   // 0: falls asleep when there is nothing to do
  int max_workers = 4;
  uint32_t credit = 1;                       // of each worker
  std::string endpoint;                      // of the dispatcher
  std::filesystem::path run_folder;          // where a process finds its settings
  std::filesystem::path program;             // run as `program worker FILE`
  std::vector<std::string> http_allow;       // for the HTTP client of a process
  Duration idle = std::chrono::seconds(30);  // before a worker above the minimum ends
  // A worker that ends unasked is replaced after `first`, and after twice as long each time as long
  // as no batch succeeds in between; after `failing` times in a row the stage counts as failing.
  Duration first = std::chrono::milliseconds(200), longest = std::chrono::seconds(30);
  int failing = 5;
};

struct CrewStatus {
  int workers = 0;  // ready or starting
  int64_t restarts = 0;
  bool failing = false;
  std::string last_error;  // why the last worker ended unasked; "" = none did
};

// Tick and Stop belong to one thread, which must live for as long as the workers (a worker process
// dies with the thread that started it); the others may be called from any thread.
class Crew {
 public:
  Crew(bus::Context& context, Dispatcher& dispatcher, CrewOptions options);
  ~Crew();  // kills what is left
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Looks after the workers: call it often, and when work waits. Never blocks for long.
  void Tick(std::chrono::steady_clock::time_point now);

  void Stuck(const std::string& worker);  // the dispatcher says so: it is replaced at the next Tick
  CrewStatus Status();

  // No worker is started any more; those that run are asked to finish, at the next Tick. Gone()
  // says when they have.
  void Drain();
  bool Gone();

  // What one worker is: a thread or a process.
  class Member;

 private:
  using Moment = std::chrono::steady_clock::time_point;

  void Reap(Moment now, const DispatcherStatus& status);
  void ReplaceStuck(Moment now);
  void OnFailure(Moment now, const std::string& why);
  void Shrink(Moment now, const DispatcherStatus& status);
  bool Wanted(Moment now, const DispatcherStatus& status) const;
  void StartOne(Moment now);
  bool draining();
  void Publish();

  bus::Context& context_;
  Dispatcher& dispatcher_;
  const CrewOptions options_;

  // The ticking thread's.
  std::vector<std::unique_ptr<Member>> members_;
  int next_number_ = 1;
  int failures_ = 0;  // in a row
  int64_t seen_outcomes_ = 0;
  Moment next_start_{};
  Moment busy_at_{};  // when all workers last had something to do

  std::mutex mutex_;
  std::vector<std::string> stuck_;  // guarded by mutex_
  CrewStatus status_;               // guarded by mutex_
  bool draining_ = false;           // guarded by mutex_
};

}  // namespace tidings::pipeline
