// What a connection has still to send.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

namespace tidings::http {

// A queue of byte strings in front of a socket that never blocks. Not thread-safe.
class Outbox {
 public:
  enum class Progress {
    kDone,     // all is with the kernel
    kBlocked,  // the socket takes no more; go on when it is writable
    kGone,     // the other end has gone
  };

  // `credit` is returned by TakeCredit once the whole of `bytes` is with the kernel.
  void Append(std::string bytes, size_t credit = 0);
  Progress Flush(int fd);

  bool empty() const { return queue_.empty(); }
  uint64_t sent() const { return sent_; }  // bytes, ever
  size_t TakeCredit();                     // returned since the last call

 private:
  struct Piece {
    std::string bytes;
    size_t credit;
  };
  void Drop(size_t bytes);

  std::deque<Piece> queue_;
  size_t offset_ = 0;  // of the first piece, sent already
  uint64_t sent_ = 0;
  size_t credit_ = 0;
};

}  // namespace tidings::http
