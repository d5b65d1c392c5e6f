// A few threads and a bounded queue, for handlers that block.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tidings::http {

// Thread-safe.
class Pool {
 public:
  using Job = std::function<void()>;

  // At most `queue` jobs wait for a thread.
  Pool(int threads, int queue);
  ~Pool() { Stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // False, and the job dropped, when the queue is full or the pool has stopped. A job must not
  // throw.
  bool Post(Job job);

  // Drops the jobs that wait and joins those that run. Idempotent.
  void Stop();

 private:
  void Run();

  const size_t longest_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tidings::http
