#include "http/inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace tidings::http {

Inbox::Inbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Inbox::~Inbox() { ::close(fd_); }

bool Inbox::Post(uint64_t connection, Work work) {
  Task task{connection, std::move(work)};
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    // The owner looks into its inbox before it sleeps; others must wake it, once.
    wake = tasks_.empty() && owner_ != std::this_thread::get_id();
    tasks_.push_back(std::move(task));
  }
  if (wake) Signal();
  return true;
}

void Inbox::SetOwner(std::thread::id owner) {
  std::lock_guard lock(mutex_);
  owner_ = owner;
}

std::vector<Inbox::Task> Inbox::Take() {
  std::vector<Task> taken;
  std::lock_guard lock(mutex_);
  taken.swap(tasks_);
  return taken;
}

void Inbox::Signal() { ::eventfd_write(fd_, 1); }

void Inbox::Close() {
  std::vector<Task> dropped;  // destroyed without the lock: a task may own a Responder
  std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

}  // namespace tidings::http
