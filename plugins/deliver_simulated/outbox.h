// Receipts on their way: they wait until they are due, and go out by threads of the outbox's own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace deliver_simulated {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Receipt {
  std::string json;
  SteadyTime due;
};

enum class Posted {
  kTaken,    // done with
  kRefused,  // will never be taken: given up
  kAway,     // nobody was there: try again
};

// Thread-safe, but for Start and Stop, which one thread calls, once each.
class Outbox {
 public:
  struct Options {
    size_t per_call = 500;
    size_t max_pending = 50'000;
    int connections = 2;
    bool disorder = false;
    uint64_t seed = 1;
  };
  // Posts a JSON array of `count` receipts within `limit`. Called by several threads at once.
  using Post =
      std::function<Posted(const std::string& body, size_t count, std::chrono::milliseconds limit)>;

  Outbox(const Options& options, Post post);
  ~Outbox();  // stops
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  void Start();
  // Takes receipts from the front of `receipts`, as many as there is room for; waits for at most
  // `patience` for room for the first. Returns how many it took (their text is moved away).
  size_t Put(std::vector<Receipt>& receipts, size_t from, std::chrono::milliseconds patience);
  // Sends everything at once, whether it is due or not. False when `until` came first.
  bool Flush(SteadyTime until);
  // Ends the threads; returns how many receipts were never sent.
  size_t Stop();

  size_t pending() const;

 private:
  struct Later {
    bool operator()(const Receipt& a, const Receipt& b) const { return a.due > b.due; }
  };

  void Run();
  bool WaitForWork(std::unique_lock<std::mutex>& lock);
  void Ripen();
  std::string TakeBody(size_t* count);
  void Send(std::unique_lock<std::mutex>& lock);
  Posted Attempt(const std::string& body, size_t count, std::unique_lock<std::mutex>& lock);

  const Options options_;
  const Post post_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable work_, room_, idle_;
  std::deque<std::string> ready_;
  std::vector<Receipt> waiting_;  // a heap, what is due first in front
  std::mt19937_64 random_;
  size_t pending_ = 0;  // ready, waiting and being posted
  bool flushing_ = false, stopping_ = false;
  SteadyTime flush_until_{};
  std::vector<std::thread> threads_;  // of Start and Stop only
};

}  // namespace deliver_simulated
