// The inside of a Dispatcher, for its own sources only: the thread, its workers and its batches.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bus/poller.h"
#include "pipeline/codec.h"
#include "pipeline/dispatcher.h"

namespace tidings::pipeline {

using Steady = std::chrono::steady_clock;

// A batch on its way.
struct Job {
  std::string body;  // once it is sent, kept only where it may be sent again
  size_t items = 0;
  BatchLimits limits;
  Dispatcher::Done done;  // empty once the batch has its answer
  Steady::time_point submitted{};
  Steady::time_point begun{};  // when it became the first of its worker's; unset before
  bool cancelled = false;
  int losses = 0;
  std::string peer;  // the worker that has it; "" = it waits
};

// A worker that is ready.
struct Peer {
  uint32_t credit = 0;
  std::deque<uint64_t> assigned;  // the first is the one that runs
  Steady::time_point heard{}, sent{};
  std::optional<Steady::time_point> late_since;  // its batch has run for longer than it may
  bool reported = false;                         // to on_stuck
  bool draining = false;

  // Whether it takes another batch now. Only small ones are lined up behind the one that runs: they
  // cost less than the way to the worker. A big one waits for a worker that has nothing to do, and
  // so shows that there are too few.
  bool Takes(bool small) const {
    return !draining && !late_since && assigned.size() < (small ? credit : 1);
  }
};

// Everything below is the dispatcher thread's, except what is marked.
class Dispatcher::Core {
 public:
  Core(bus::Socket socket, DispatcherOptions options)
      : options_(std::move(options)), socket_(std::move(socket)) {
    poller_.Add(socket_);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Core() { Stop(); }

  // [any thread] Runs `command` on the dispatcher's thread; false when it has stopped.
  bool Post(std::function<void()> command) {
    std::lock_guard lock(mutex_);
    if (stopping_) return false;
    commands_.push_back(std::move(command));
    poller_.Wake();
    return true;
  }

  // [any thread]
  void Stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      poller_.Wake();
    }
    std::lock_guard lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  // [any thread]
  DispatcherStatus Status() {
    std::lock_guard lock(mutex_);
    return published_;
  }

  const DispatcherOptions& options() const { return options_; }

  void Add(Job job) {
    job.submitted = Steady::now();
    uint64_t id = next_id_++;
    jobs_.emplace(id, std::move(job));
    waiting_.push_back(id);
  }

  void Lose(const std::string& name, const char* why);
  void DrainOne();
  void DrainAll();
  void FailWaiting(const Error& error);

 private:
  void Serve();
  bool RunCommands();
  void ReceiveAll();
  void OnMessage(const std::string& name, bus::Frames frames);
  void OnReady(const std::string& name, const WireHeader& header);
  void OnVerdict(const std::string& name, const WireHeader& header, bus::Frames& frames);
  void Settle(Job& job, const WireHeader& header, bus::Frames& frames);
  void Expire();
  static bool IsLate(const Job& job, Steady::time_point now);
  static bool IsSlow(const Job& job, Steady::time_point now);
  void ExpireJob(uint64_t id, Steady::time_point now);
  void Withdraw(uint64_t id, Job& job);
  void OnSlow(uint64_t id, const std::string& name, Peer& peer);
  void ExpirePeers(Steady::time_point now);
  void Assign();
  Peer* FreePeer(bool small, std::string& name);
  bool Give(const std::string& name, Peer& peer, uint64_t id);
  void Unassign(Peer& peer, uint64_t id);
  void LoseJob(uint64_t id, bool begun);
  bool Send(const std::string& name, Peer* peer, const WireHeader& header,
            std::optional<bus::Frame> body = {});
  void Answer(Job& job, Result<Outcome> result);
  void TellCallers();
  Duration NextWait() const;
  void Publish();
  void FailEverything();

  const DispatcherOptions options_;
  bus::Socket socket_;
  bus::Poller poller_;  // any thread may wake it
  uint64_t next_id_ = 1;
  std::unordered_map<uint64_t, Job> jobs_;
  std::deque<uint64_t> waiting_;
  std::map<std::string, Peer> peers_;
  DispatcherStatus status_;
  std::vector<std::pair<Done, Result<Outcome>>> answers_;  // that callers have yet to be told

  std::mutex mutex_;
  std::vector<std::function<void()>> commands_;  // guarded by mutex_
  bool stopping_ = false;                        // guarded by mutex_
  DispatcherStatus published_;                   // guarded by mutex_
  std::mutex join_mutex_;
  std::thread thread_;  // guarded by join_mutex_
};

}  // namespace tidings::pipeline
