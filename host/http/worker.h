// One thread of the server and the connections it serves. Internal to this folder; with
// listener.cpp the only place that sees Pistache.
//
// What is Pistache's: the listener's thread accepts, and hands each peer to one of the transports;
// each transport has a thread with an epoll loop, keeps the peers, watches them edge-triggered,
// closes them, and runs the timers. What is ours: reading, framing, writing. Pistache reads until a
// socket is empty, whatever its handler thinks of it, and queues what is to be written by
// descriptor number, so that an answer can reach the next client with the same number. Therefore
// onReady takes the events of connections for itself, and lets Pistache have the rest.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "http/connection.h"
#include "http/core.h"
#include "http/pistache.h"

namespace tidings::http {

class Worker : public Pistache::Tcp::Transport {
 public:
  // Called for each worker that is made, before it runs.
  using OnNew = std::function<void(const std::shared_ptr<Worker>&)>;

  // Pistache makes its workers by cloning a first one, which itself never runs.
  Worker(std::shared_ptr<Core> core, OnNew on_new);
  ~Worker() override;

  // For other threads; each is done by the worker's own thread, soon.
  void Start();  // once: the timers
  void Drain();  // closes the connections without a request
  void Stop();   // closes all connections and the inbox, and waits for that

  // Called by Pistache: the first two while it sets up, the others on the worker's thread.
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& fds) override;
  void Adopt(const std::shared_ptr<Pistache::Tcp::Peer>& peer);

 private:
  using Event = Pistache::Polling::Event;
  struct Slot {
    std::unique_ptr<Connection> connection;
    uint64_t id = 0;
    bool watches_writable = false;
  };

  void BeginRound();
  void Handle(const Pistache::Aio::FdSet& fds);
  void PassOn(std::vector<Event> events);
  void PollQueues();
  void RunTasks();
  void RunTask(Inbox::Task& task);
  void ArmTick();
  void Tick();
  void CloseAll();
  Slot* Find(uint64_t fd);
  void Guard(Slot& slot, const std::function<void(Connection&)>& act);
  void WatchWritable(Slot& slot);
  void RemoveClosed();

  const std::shared_ptr<Core> core_;
  const OnNew on_new_;
  Station station_;
  std::vector<Slot> slots_;           // by descriptor
  std::vector<int> closed_;           // descriptors to be given back after this round
  std::vector<uint64_t> queue_tags_;  // of Pistache's own queues, as they are met
  uint64_t last_serial_ = 0;
  int64_t date_second_ = 0;
  int tick_fd_ = -1;
  bool tick_due_ = false;
  bool stopping_ = false;
};

}  // namespace tidings::http
