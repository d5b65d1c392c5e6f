// The host's end of the bus: hands batches to whichever worker has credit, and sees to it that each
// gets exactly one answer, whatever becomes of workers.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "bus/socket.h"
#include "pipeline/batch.h"

namespace tidings::pipeline {

struct DispatcherOptions {
  std::string name;                    // for the log: "campaigns/email"
  std::vector<std::string> endpoints;  // to bind
  bus::SocketOptions socket;
  // A batch whose worker is lost may be run again by another. Never for delivering: the vendor may
  // have taken the messages. Workers get one batch at a time then, so that one is in doubt at most.
  bool repeatable = true;
  int most_losses = 3;  // workers that one repeatable batch may take down before it is given up
  Duration heartbeat = std::chrono::seconds(1);
  Duration silence = std::chrono::seconds(15);  // of a worker, until it counts as lost
  // Told of a worker that did not answer in time (its identity), and again until it is lost.
  // Called on the dispatcher's thread; must not block.
  std::function<void(const std::string& worker)> on_stuck;
  std::function<void()> on_backlog;  // work waits and nobody has credit; likewise
};

struct DispatcherStatus {
  int workers = 0;                                   // that are ready
  int idle = 0;                                      // ... and have nothing to do
  int64_t waiting = 0;                               // batches without a worker
  int64_t in_flight = 0;                             // batches at workers
  int64_t batches = 0, items = 0, failed_items = 0;  // answered so far
  int64_t outcomes = 0;                              // batches that were answered with one
  int64_t lost_workers = 0, readies = 0;
  Duration busy{};         // spent in plugins and scripts
  std::string runner;      // of the last worker that was ready: "deliver_simulated 1.0.0"
  std::string last_error;  // of a batch, or of a worker that could not load; "" = none so far
  std::string load_error;  // why the last worker to start could not load; "" when it could
};

// How long a batch may take: `run` once a worker has begun it, `all` including the wait for a
// worker. 0 = no limit.
struct BatchLimits {
  Duration run{}, all{};
};

// Thread-safe. Owns one thread, which has the ROUTER socket.
class Dispatcher {
 public:
  // Called once for each batch, on the dispatcher's thread: it must not block.
  //
  // Errors: what the runner said (see Runner::Process); kTimeout when a limit ran out or, where
  // batches are not repeatable, the worker was lost: it may or may not have happened; kInternal
  // when the batch took down `most_losses` workers; kUnavailable when no worker ever began it (see
  // FailWaiting); kCancelled when the dispatcher stops.
  using Done = std::function<void(Result<Outcome>)>;

  // Fails when an endpoint cannot be bound.
  static Result<std::unique_ptr<Dispatcher>> Start(bus::Context& context,
                                                   DispatcherOptions options);
  ~Dispatcher();  // stops
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  void Submit(const Batch& batch, BatchLimits limits, Done done);
  std::future<Result<Outcome>> Submit(const Batch& batch, BatchLimits limits);

  // A worker is known to have ended (its process has exited): no need to wait for the silence.
  void Lost(const std::string& worker);
  // One worker that has nothing to do, if there is one, is told to end.
  void DrainOne();
  void DrainAll();
  // Fails the batches that wait for a worker with this error, for a stage that cannot start any.
  void FailWaiting(const Error& error);

  DispatcherStatus Status();
  const std::vector<std::string>& endpoints() const;  // as bound: ports are filled in

  void Stop();  // fails what is left with kCancelled; no callback comes after it

 private:
  class Core;
  explicit Dispatcher(std::unique_ptr<Core> core);

  const std::unique_ptr<Core> core_;
};

}  // namespace tidings::pipeline
