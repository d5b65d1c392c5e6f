// SIGTERM and friends as something to wait for.
#pragma once

#include <initializer_list>

#include <signal.h>

namespace tidings::cli {

// Blocks the signals for this thread and all it starts from now on; make it before other threads.
class Signals {
 public:
  explicit Signals(std::initializer_list<int> numbers);

  int Wait();                   // which one came
  void ExitOnNext(int status);  // from a thread of its own: the next one ends the process

 private:
  sigset_t set_;
};

}  // namespace tidings::cli
