#include "outbox.h"

#include <algorithm>

namespace deliver_simulated {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kCallLimit{10'000};
constexpr milliseconds kFirstPause{50}, kLongestPause{5'000};

}  // namespace

Outbox::Outbox(const Options& options, Post post)
    : options_(options), post_(std::move(post)), random_(options.seed) {}

Outbox::~Outbox() { Stop(); }

void Outbox::Start() {
  for (int i = 0; i < options_.connections; ++i) threads_.emplace_back([this] { Run(); });
}

size_t Outbox::Put(std::vector<Receipt>& receipts, size_t from, milliseconds patience) {
  std::unique_lock lock(mutex_);
  room_.wait_for(lock, patience, [&] { return stopping_ || pending_ < options_.max_pending; });
  if (stopping_ || pending_ >= options_.max_pending) return 0;
  size_t count = std::min(receipts.size() - from, options_.max_pending - pending_);
  auto now = steady_clock::now();
  for (size_t i = from; i < from + count; ++i) {
    if (receipts[i].due <= now || flushing_) {
      ready_.push_back(std::move(receipts[i].json));
    } else {
      waiting_.push_back(std::move(receipts[i]));
      std::push_heap(waiting_.begin(), waiting_.end(), Later());
    }
  }
  pending_ += count;
  lock.unlock();
  work_.notify_all();
  return count;
}

bool Outbox::Flush(SteadyTime until) {
  std::unique_lock lock(mutex_);
  flushing_ = true;
  flush_until_ = until;
  work_.notify_all();
  return idle_.wait_until(lock, until, [&] { return pending_ == 0; });
}

size_t Outbox::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  room_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  return pending();
}

size_t Outbox::pending() const {
  std::lock_guard lock(mutex_);
  return pending_;
}

void Outbox::Run() {
  std::unique_lock lock(mutex_);
  while (WaitForWork(lock)) Send(lock);
}

// False when it is time to end.
bool Outbox::WaitForWork(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (stopping_) return false;
    Ripen();
    if (!ready_.empty()) return true;
    if (waiting_.empty()) {
      work_.wait(lock);
    } else {
      work_.wait_until(lock, waiting_.front().due);
    }
  }
}

// Moves what is due from waiting_ to ready_.
void Outbox::Ripen() {
  auto now = steady_clock::now();
  while (!waiting_.empty() && (flushing_ || waiting_.front().due <= now)) {
    std::pop_heap(waiting_.begin(), waiting_.end(), Later());
    ready_.push_back(std::move(waiting_.back().json));
    waiting_.pop_back();
  }
}

std::string Outbox::TakeBody(size_t* count) {
  std::string body = "[";
  *count = std::min(ready_.size(), options_.per_call);
  for (size_t i = 0; i < *count; ++i) {
    if (options_.disorder) std::swap(ready_.front(), ready_[random_() % ready_.size()]);
    if (i > 0) body += ',';
    body += ready_.front();
    ready_.pop_front();
  }
  body += ']';
  return body;
}

// Posts one call's worth, again and again until it is taken or refused.
void Outbox::Send(std::unique_lock<std::mutex>& lock) {
  size_t count = 0;
  std::string body = TakeBody(&count);
  auto pause = kFirstPause;
  while (Attempt(body, count, lock) == Posted::kAway) {
    bool flushed = flushing_;
    work_.wait_for(lock, pause, [&] { return stopping_ || flushing_ != flushed; });
    if (stopping_) return;
    pause = flushing_ ? kFirstPause : std::min(pause * 2, kLongestPause);
  }
  pending_ -= count;
  room_.notify_all();
  if (pending_ == 0) idle_.notify_all();
}

Posted Outbox::Attempt(const std::string& body, size_t count, std::unique_lock<std::mutex>& lock) {
  auto limit = kCallLimit;
  if (flushing_) {
    auto left = std::chrono::duration_cast<milliseconds>(flush_until_ - steady_clock::now());
    limit = std::clamp(left, milliseconds(100), kCallLimit);
  }
  lock.unlock();
  Posted posted = post_(body, count, limit);
  lock.lock();
  return posted;
}

}  // namespace deliver_simulated
