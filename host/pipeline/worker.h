// The worker's end of the bus: takes batches from a dispatcher, runs them, answers.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "bus/socket.h"
#include "pipeline/runner.h"

namespace tidings::pipeline {

struct WorkerOptions {
  std::string endpoint;       // of the dispatcher
  bus::SocketOptions socket;  // `identity` must be unique at that dispatcher
  uint32_t credit = 1;        // batches taken at once: the one that runs and those that wait
  Duration heartbeat = std::chrono::seconds(1);
  Duration silence = std::chrono::seconds(15);  // of the dispatcher, until it counts as gone
  Duration drain = std::chrono::seconds(10);    // what a drain may take
  const Clock* clock = &Clock::System();        // for deadlines of batches
};

// One runner, driven by one thread; a second thread keeps the socket, so that heartbeats go on
// while a batch runs. Where the two threads meet is guarded inside.
class Worker {
 public:
  // `cancelled` turns true when the current batch should end early; it lives as long as the worker.
  using Factory =
      std::function<Result<std::unique_ptr<Runner>>(const std::atomic<bool>* cancelled)>;

  Worker(bus::Context& context, WorkerOptions options, Factory factory);
  ~Worker();  // Run must have returned, or never been called
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Makes the runner on this thread and runs batches until the dispatcher or Drain() says stop: OK
  // then. Fails with the factory's error (the dispatcher is told), with kUnavailable when the
  // dispatcher falls silent, and with kCancelled after Abandon(). Once.
  Status Run();

  void Drain();  // finish what is here, then end. Any thread.

  // For a runner that hangs: closes the socket now, asks the batch to end, and lets Run() return
  // once it does. Any thread; returns when the socket is closed.
  void Abandon();

 private:
  class Link;
  Status RunBatches(Runner& runner);
  void RunOne(Runner& runner, uint64_t id, std::string_view body, Duration limit);

  const WorkerOptions options_;
  const Factory factory_;
  const std::unique_ptr<Link> link_;
};

}  // namespace tidings::pipeline
