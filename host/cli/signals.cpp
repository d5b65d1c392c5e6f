#include "cli/signals.h"

#include <thread>

#include <unistd.h>

namespace tidings::cli {

Signals::Signals(std::initializer_list<int> numbers) {
  sigemptyset(&set_);
  for (int number : numbers) sigaddset(&set_, number);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int Signals::Wait() {
  int number = 0;
  sigwait(&set_, &number);
  return number;
}

void Signals::ExitOnNext(int status) {
  std::thread([set = set_, status] {
    int number = 0;
    sigwait(&set, &number);
    ::_exit(status);
  }).detach();
}

}  // namespace tidings::cli
