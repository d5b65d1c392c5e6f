// How other threads reach a connection: by its number, through the inbox of the one thread that
// may touch it.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tidings::http {

class Connection;

// Thread-safe. Outlives the worker it belongs to, which closes it when it stops.
class Inbox {
 public:
  // Runs on the worker's thread, with the connection, or nullptr when that has gone.
  using Work = std::function<void(Connection*)>;
  struct Task {
    uint64_t connection;
    Work work;
  };

  Inbox();
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // Number 0 is no connection: work for the worker as such. False, and the work dropped unrun, when
  // the worker has stopped.
  bool Post(uint64_t connection, Work work);

  // For the worker: becomes readable when there are tasks, unless they were posted by its thread.
  int fd() const { return fd_; }
  void SetOwner(std::thread::id owner);
  std::vector<Task> Take();  // all that has come, and quiets fd()
  void Signal();             // makes fd() readable
  void Close();              // drops what is waiting; from now on Post fails

 private:
  const int fd_;  // an eventfd
  std::mutex mutex_;
  std::vector<Task> tasks_;
  std::thread::id owner_;
  bool closed_ = false;
};

}  // namespace tidings::http
