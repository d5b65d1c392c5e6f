#include "http/outbox.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <utility>

namespace tidings::http {
namespace {

constexpr size_t kMostPieces = 16;    // in one call of sendmsg
constexpr size_t kSmallPiece = 4096;  // up to here copying is cheaper than another piece

}  // namespace

void Outbox::Append(std::string bytes, size_t credit) {
  if (bytes.empty()) {
    credit_ += credit;
    return;
  }
  if (!queue_.empty() && bytes.size() + queue_.back().bytes.size() <= kSmallPiece) {
    queue_.back().bytes += bytes;
    queue_.back().credit += credit;
    return;
  }
  queue_.push_back({std::move(bytes), credit});
}

Outbox::Progress Outbox::Flush(int fd) {
  while (!queue_.empty()) {
    std::array<iovec, kMostPieces> parts;
    size_t count = 0;
    for (auto piece = queue_.begin(); piece != queue_.end() && count < kMostPieces; ++piece) {
      size_t skip = count == 0 ? offset_ : 0;
      parts[count++] = {piece->bytes.data() + skip, piece->bytes.size() - skip};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      return errno == EAGAIN || errno == EWOULDBLOCK ? Progress::kBlocked : Progress::kGone;
    }
    Drop(static_cast<size_t>(sent));
  }
  return Progress::kDone;
}

void Outbox::Drop(size_t bytes) {
  sent_ += bytes;
  offset_ += bytes;
  while (!queue_.empty() && offset_ >= queue_.front().bytes.size()) {
    offset_ -= queue_.front().bytes.size();
    credit_ += queue_.front().credit;
    queue_.pop_front();
  }
}

size_t Outbox::TakeCredit() { return std::exchange(credit_, 0); }

}  // namespace tidings::http
