#include "http/pool.h"

#include <utility>

namespace tidings::http {

Pool::Pool(int threads, int queue) : longest_(static_cast<size_t>(queue)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

bool Pool::Post(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (stopped_ || jobs_.size() >= longest_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Pool::Stop() {
  std::deque<Job> dropped;  // destroyed without the lock: a job may own a Responder
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(jobs_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Pool::Run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || !jobs_.empty(); });
    if (stopped_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace tidings::http
