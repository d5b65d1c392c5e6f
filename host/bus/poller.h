// Waits for several sockets at once, and for a call from another thread.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tidings::bus {

class Socket;

// Wait and Add belong to the sockets' thread; Wake may be called from any thread.
class Poller {
 public:
  Poller();  // throws std::system_error where the process has no descriptor left
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void Add(Socket& socket);  // must outlive the poller

  // Returns when a socket can be read, Wake was called, or `timeout` has passed: true unless it was
  // the time. Wakes that come together, or before the wait, count as one.
  Result<bool> Wait(Duration timeout);

  void Wake();

 private:
  std::vector<Socket*> sockets_;
  int wake_fd_ = -1;
};

}  // namespace tidings::bus
