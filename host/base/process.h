// Child processes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/clock.h"
#include "base/result.h"

namespace tidings {

struct ProcessOptions {
  std::vector<std::string> command;      // absolute path first, or a name to find in PATH
  std::vector<std::string> environment;  // "NAME=value", added to ours
  std::string user;                      // run as this user; "" = ours. Needs root.
  std::string working_folder;            // "" = ours
  std::string output_file;               // stdout and stderr are appended here; "" = ours
  bool new_session = false;              // a Ctrl-C in our terminal does not reach it
  // SIGKILL it when this process dies; also when the thread that called Start ends, so start it
  // from one that stays.
  bool die_with_parent = false;
};

// A running child. The destructor kills it (SIGKILL) and waits, unless Detach was called.
// Not thread-safe.
class Process {
 public:
  // Fails with kNotFound when the program does not exist, kPermissionDenied when the user cannot be
  // taken on; both are known by the time Start returns.
  static Result<Process> Start(const ProcessOptions& options);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  pid_t pid() const { return pid_; }
  bool Running();  // false once it has ended (and reaps it)
  void Signal(int number);
  // The exit status (128 + signal when killed), or none when it still runs after `limit`.
  std::optional<int> Wait(Duration limit);
  void Detach() { pid_ = -1; }

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  void Kill();

  pid_t pid_ = -1;
  std::optional<int> status_;
};

// Runs to the end with stdout and stderr captured together. `output` is cut at 1 MiB.
struct ProcessOutcome {
  int status = 0;
  std::string output;
};
Result<ProcessOutcome> RunProcess(ProcessOptions options, Duration limit);

}  // namespace tidings
