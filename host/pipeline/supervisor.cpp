#include "pipeline/supervisor.h"

#include <algorithm>
#include <chrono>

#include "pipeline/crew.h"

namespace tidings::pipeline {
namespace {

// How long a worker's end may go unseen, and how soon after one look the next may follow: a stage
// that is always busy asks all the time.
constexpr auto kTick = std::chrono::milliseconds(50);
constexpr auto kPause = std::chrono::milliseconds(2);

}  // namespace

Supervisor::Supervisor() {
  thread_ = std::thread([this] { Run(); });
}

Supervisor::~Supervisor() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Supervisor::Add(Crew& crew) {
  std::lock_guard lock(mutex_);
  crews_.push_back(&crew);
  notified_ = true;
  changed_.notify_all();
}

void Supervisor::Remove(Crew& crew) {
  std::lock_guard ticking(ticking_);
  std::lock_guard lock(mutex_);
  std::erase(crews_, &crew);
}

void Supervisor::Notify() {
  std::lock_guard lock(mutex_);
  notified_ = true;
  changed_.notify_all();
}

void Supervisor::Run() {
  for (;;) {
    {
      std::lock_guard ticking(ticking_);
      std::vector<Crew*> crews;
      {
        std::lock_guard lock(mutex_);
        crews = crews_;
      }
      for (Crew* crew : crews) crew->Tick(std::chrono::steady_clock::now());
    }
    std::this_thread::sleep_for(kPause);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kTick, [this] { return notified_ || stopping_; });
    notified_ = false;
    if (stopping_) return;
  }
}

}  // namespace tidings::pipeline
