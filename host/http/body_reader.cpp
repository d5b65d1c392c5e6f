#include "http/body_reader.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace tidings::http {

// Bounded by the window of the BodyFlow: the server delivers no more than that ahead of Next().
class BodyReader::Queue {
 public:
  void Push(std::string_view piece) {
    std::lock_guard lock(mutex_);
    if (abandoned_) return;
    pieces_.emplace_back(piece);
    changed_.notify_one();
  }

  // `why` is none at the end of the body.
  void Finish(std::optional<Error> why) {
    std::lock_guard lock(mutex_);
    finished_ = true;
    failure_ = std::move(why);
    if (failure_) pieces_.clear();  // half a body is of no use
    changed_.notify_one();
  }

  void Abandon() {
    std::lock_guard lock(mutex_);
    abandoned_ = true;
    pieces_.clear();
  }

  Result<std::string> Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return finished_ || !pieces_.empty(); });
    if (failure_) return Fail(*failure_);
    if (pieces_.empty()) return std::string();
    std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> pieces_;
  bool finished_ = false;
  bool abandoned_ = false;
  std::optional<Error> failure_;
};

class BodyReader::Sink : public BodySink {
 public:
  explicit Sink(std::shared_ptr<Queue> queue) : queue_(std::move(queue)) {}
  void OnData(std::string_view data) override { queue_->Push(data); }
  void OnEnd() override { queue_->Finish(std::nullopt); }
  void OnAbort(const Error& why) override { queue_->Finish(why); }

 private:
  std::shared_ptr<Queue> queue_;
};

BodyReader::BodyReader(std::shared_ptr<Queue> queue, BodyFlow flow)
    : queue_(std::move(queue)), flow_(std::move(flow)) {}
BodyReader::BodyReader(BodyReader&&) noexcept = default;
BodyReader& BodyReader::operator=(BodyReader&&) noexcept = default;

BodyReader::~BodyReader() {
  if (queue_) queue_->Abandon();
}

Result<std::string> BodyReader::Next() {
  auto piece = queue_->Next();
  if (piece && !piece->empty()) flow_.Consumed(piece->size());
  return piece;
}

Result<std::string> BodyReader::Rest() {
  std::string all;
  for (;;) {
    TRY_ASSIGN(std::string piece, Next());
    if (piece.empty()) return all;
    all += piece;
  }
}

std::pair<std::unique_ptr<BodySink>, BodyReader> BodyReader::Make(BodyFlow flow) {
  auto queue = std::make_shared<Queue>();
  return {std::make_unique<Sink>(queue), BodyReader(queue, std::move(flow))};
}

}  // namespace tidings::http
