// The thread that looks after every crew.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace tidings::pipeline {

class Crew;

// Thread-safe. Workers are started on its thread, so they last at most as long as it does.
class Supervisor {
 public:
  Supervisor();
  ~Supervisor();  // every crew must have been removed
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void Add(Crew& crew);
  void Remove(Crew& crew);  // returns when no Tick of it is under way, nor will be

  void Notify();  // look now: something waits. Cheap, never blocks.

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Crew*> crews_;  // guarded by mutex_
  bool notified_ = false;     // guarded by mutex_
  bool stopping_ = false;     // guarded by mutex_
  std::mutex ticking_;        // held while crews are looked after
  std::thread thread_;
};

}  // namespace tidings::pipeline
