#include "bus/poller.h"

#include <cerrno>
#include <chrono>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

#include "bus/internal.h"
#include "bus/socket.h"

namespace tidings::bus {

Poller::Poller() : wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (wake_fd_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
}

Poller::~Poller() { ::close(wake_fd_); }

void Poller::Add(Socket& socket) { sockets_.push_back(&socket); }

Result<bool> Poller::Wait(Duration timeout) {
  std::vector<zmq_pollitem_t> items;
  for (Socket* socket : sockets_) {
    socket->CheckThread();
    items.push_back({socket->handle(), 0, ZMQ_POLLIN, 0});
  }
  items.push_back({nullptr, wake_fd_, ZMQ_POLLIN, 0});
  auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  int ready =
      zmq_poll(items.data(), static_cast<int>(items.size()), static_cast<long>(milliseconds));
  if (ready < 0 && zmq_errno() == EINTR) return true;
  if (ready < 0) return ZmqFailure("polling sockets");
  uint64_t count;
  if (items.back().revents && ::read(wake_fd_, &count, sizeof count) < 0) return true;
  return ready > 0;
}

void Poller::Wake() {
  uint64_t one = 1;
  while (::write(wake_fd_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

}  // namespace tidings::bus
