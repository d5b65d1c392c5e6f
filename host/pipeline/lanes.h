// Threads that look for work in a durable queue.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tidings::pipeline {

struct LanesOptions {
  std::string name;  // for the log: "campaigns/email"
  int count = 1;
  // How often an empty queue is looked at: soon at first, then ever less often.
  Duration soonest = std::chrono::milliseconds(5), latest = std::chrono::milliseconds(250);
};

// Each lane calls `work(lane)` in turn: true = there was some, so look again at once; false = there
// was none; an error is logged and taken for none, with a pause. Thread-safe.
class Lanes {
 public:
  using Work = std::function<Result<bool>(int lane)>;

  Lanes(LanesOptions options, Work work);
  ~Lanes();  // joins
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  void Wake();     // there is work: look now
  void WakeOne();  // and tell one more lane

  // The lanes end after what they have under way. Stopping() is for work that can be cut short.
  void Stop();
  bool Stopping();
  bool Stopped();
  void Join();  // stops and waits

 private:
  void Run(int lane);
  void Sleep(Duration pause);
  void Report(const Result<bool>& found, std::string& reported);

  const LanesOptions options_;
  const Work work_;
  std::mutex mutex_;
  std::condition_variable woken_;
  uint64_t wakes_ = 0;     // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  int running_ = 0;        // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace tidings::pipeline
