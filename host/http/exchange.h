// What handlers and connections share about one request. Internal to this folder.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "http/inbox.h"
#include "http/responder.h"

namespace tidings::http {

// Says which request of which connection is meant. Numbers are never used twice, so an answer that
// comes late finds nobody instead of somebody else.
struct ReturnAddress {
  std::shared_ptr<Inbox> inbox;
  uint64_t connection = 0;
  uint64_t exchange = 0;
};

// Shared by the copies of a Responder; the connection keeps a weak pointer. Thread-safe.
class Exchange {
 public:
  Exchange(ReturnAddress to, size_t stream_limit) : to_(std::move(to)), limit_(stream_limit) {}
  ~Exchange();  // unanswered: a 500

  // True once: for the one who answers.
  bool Spend() { return !spent_.exchange(true); }
  void SetGone() { gone_ = true; }
  bool gone() const { return gone_; }
  const ReturnAddress& to() const { return to_; }
  size_t stream_limit() const { return limit_; }

 private:
  const ReturnAddress to_;
  const size_t limit_;
  std::atomic<bool> spent_ = false;
  std::atomic<bool> gone_ = false;
};

// How far the reader of a streamed body lags behind its writer. Thread-safe.
class StreamFlow {
 public:
  explicit StreamFlow(size_t limit) : limit_(limit) {}

  enum class Verdict { kTaken, kClosed, kTooSlow };
  // kTooSlow, and closed from then on, when more than the limit was queued already.
  Verdict Add(size_t bytes);
  void Release(size_t bytes);
  void Close();
  size_t queued() const;
  bool open() const;
  bool WaitBelow(size_t bytes, Duration at_most);

 private:
  const size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  size_t queued_ = 0;
  bool closed_ = false;
};

// The writing end of a streamed body: goes with the last copy of its ResponseStream.
class StreamHandle {
 public:
  StreamHandle(ReturnAddress to, std::shared_ptr<StreamFlow> flow)
      : to_(std::move(to)), flow_(std::move(flow)) {}
  ~StreamHandle();  // not ended: broken off

  bool Write(std::string piece);
  void End();
  StreamFlow& flow() { return *flow_; }

 private:
  const ReturnAddress to_;
  const std::shared_ptr<StreamFlow> flow_;
};

}  // namespace tidings::http
