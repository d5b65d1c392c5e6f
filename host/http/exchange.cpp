#include "http/exchange.h"

#include "http/connection.h"

namespace tidings::http {

Exchange::~Exchange() {
  if (!Spend()) return;
  to_.inbox->Post(to_.connection, [number = to_.exchange](Connection* connection) {
    if (connection) connection->Answer(number, Problem(500, "The request was not answered."));
  });
}

StreamFlow::Verdict StreamFlow::Add(size_t bytes) {
  std::lock_guard lock(mutex_);
  if (closed_) return Verdict::kClosed;
  if (queued_ > limit_) {
    closed_ = true;
    changed_.notify_all();
    return Verdict::kTooSlow;
  }
  queued_ += bytes;
  return Verdict::kTaken;
}

void StreamFlow::Release(size_t bytes) {
  if (bytes == 0) return;
  std::lock_guard lock(mutex_);
  queued_ -= bytes;
  changed_.notify_all();
}

void StreamFlow::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

size_t StreamFlow::queued() const {
  std::lock_guard lock(mutex_);
  return queued_;
}

bool StreamFlow::open() const {
  std::lock_guard lock(mutex_);
  return !closed_;
}

bool StreamFlow::WaitBelow(size_t bytes, Duration at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [&] { return closed_ || queued_ < bytes; });
  return !closed_ && queued_ < bytes;
}

StreamHandle::~StreamHandle() {
  if (!flow_->open()) return;
  flow_->Close();
  to_.inbox->Post(to_.connection, [number = to_.exchange](Connection* connection) {
    if (connection) connection->BreakStream(number);
  });
}

bool StreamHandle::Write(std::string piece) {
  if (piece.empty()) return flow_->open();
  switch (flow_->Add(piece.size())) {
    case StreamFlow::Verdict::kClosed: return false;
    case StreamFlow::Verdict::kTooSlow:
      to_.inbox->Post(to_.connection, [number = to_.exchange](Connection* connection) {
        if (connection) connection->BreakStream(number);
      });
      return false;
    case StreamFlow::Verdict::kTaken: break;
  }
  return to_.inbox->Post(to_.connection, [number = to_.exchange, piece = std::move(piece)](
                                             Connection* connection) mutable {
    if (connection) connection->StreamPiece(number, std::move(piece));
  });
}

void StreamHandle::End() {
  if (!flow_->open()) return;
  flow_->Close();
  to_.inbox->Post(to_.connection, [number = to_.exchange](Connection* connection) {
    if (connection) connection->EndStream(number);
  });
}

}  // namespace tidings::http
