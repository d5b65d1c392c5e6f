#include "pipeline/worker.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <unistd.h>

#include <fmt/core.h>

#include "base/log.h"
#include "bus/poller.h"
#include "pipeline/codec.h"

namespace tidings::pipeline {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Duration kLastWords = std::chrono::seconds(1);  // to wait for the answer to BYE

}  // namespace

// The socket and its thread, and the two queues between it and the thread that runs batches.
class Worker::Link {
 public:
  struct Work {
    uint64_t id = 0;
    Duration limit{};
    bus::Frame body;
  };

  Link(bus::Context& context, const WorkerOptions& options)
      : context_(context), options_(options) {}
  ~Link() { Close(); }

  // Connects and begins with `greeting`.
  Status Open(WireHeader greeting) {
    TRY_ASSIGN(auto socket, bus::Socket::Open(context_, bus::SocketKind::kDealer, options_.socket));
    TRY(socket.Connect(options_.endpoint));
    socket_ = std::make_unique<bus::Socket>(std::move(socket));
    poller_.Add(*socket_);
    Send(greeting);
    std::lock_guard lock(thread_mutex_);
    if (!closing_) thread_ = std::thread([this] { Serve(); });
    return {};
  }

  void Send(const WireHeader& header, std::string body = {}) {
    auto frames = bus::MakeFrames(Encode(header));
    if (header.kind == WireKind::kVerdict && !header.failed) frames.emplace_back(std::move(body));
    std::lock_guard lock(mutex_);
    outbox_.push_back(std::move(frames));
    poller_.Wake();
  }

  // The next batch; none when there will be no more.
  std::optional<Work> Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !inbox_.empty() || draining_ || gone_ || closing_; });
    if (inbox_.empty() || closing_ || gone_) return std::nullopt;
    Work work = std::move(inbox_.front());
    inbox_.pop_front();
    current_ = work.id;
    cancelled_ = false;
    return work;
  }

  // Says BYE and waits a little until the dispatcher has heard it.
  void SayGoodbye() {
    Send({.kind = WireKind::kBye});
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLastWords, [this] { return heard_bye_ || gone_ || closing_; });
  }

  void Drain() {
    std::lock_guard lock(mutex_);
    draining_ = true;
    changed_.notify_all();
  }

  void Close() {
    {
      std::lock_guard lock(mutex_);
      closing_ = true;
      cancelled_ = true;
      changed_.notify_all();
      poller_.Wake();
    }
    std::lock_guard lock(thread_mutex_);
    if (thread_.joinable()) thread_.join();
    socket_.reset();
  }

  bool gone() {
    std::lock_guard lock(mutex_);
    return gone_;
  }
  bool closing() const { return closing_; }
  const std::atomic<bool>* cancelled() const { return &cancelled_; }

 private:
  void Serve() {
    last_heard_ = last_sent_ = Steady::now();
    while (!closing_) {
      auto waited = poller_.Wait(options_.heartbeat / 2);
      if (!waited) break;
      ReceiveAll();
      SendAll();
      if (Steady::now() - last_heard_ > options_.silence) break;
    }
    SendAll();
    std::lock_guard lock(mutex_);
    gone_ = true;
    changed_.notify_all();
  }

  void ReceiveAll() {
    for (;;) {
      auto frames = socket_->Receive();
      if (!frames || !*frames) return;
      last_heard_ = Steady::now();
      auto header = DecodeHeader((**frames)[0].bytes());
      if (header) OnMessage(*header, **frames);
    }
  }

  void OnMessage(const WireHeader& header, bus::Frames& frames) {
    std::lock_guard lock(mutex_);
    switch (header.kind) {
      case WireKind::kWork:
        if (frames.size() == 2)
          inbox_.push_back({header.batch, header.limit, std::move(frames[1])});
        break;
      case WireKind::kCancel: Cancel(header.batch); break;
      case WireKind::kDrain: draining_ = true; break;
      case WireKind::kBye: heard_bye_ = true; break;
      default: break;
    }
    changed_.notify_all();
  }

  // Holds mutex_. A batch that has not begun is forgotten: the dispatcher has already done so.
  void Cancel(uint64_t id) {
    if (id == current_) cancelled_ = true;
    std::erase_if(inbox_, [id](const Work& work) { return work.id == id; });
  }

  void SendAll() {
    std::deque<bus::Frames> out;
    {
      std::lock_guard lock(mutex_);
      out.swap(outbox_);
    }
    if (out.empty() && Steady::now() - last_sent_ >= options_.heartbeat) {
      out.push_back(bus::MakeFrames(Encode(WireHeader{.kind = WireKind::kHeartbeat})));
    }
    for (auto& frames : out) {
      // A full pipe means that the dispatcher does not read: silence will tell.
      if (socket_->Send(std::move(frames))) last_sent_ = Steady::now();
    }
  }

  bus::Context& context_;
  const WorkerOptions& options_;

  // The I/O thread's, once it runs.
  std::unique_ptr<bus::Socket> socket_;
  Steady::time_point last_heard_, last_sent_;

  bus::Poller poller_;  // any thread may wake it

  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> closing_ = false;

  std::mutex thread_mutex_;
  std::thread thread_;  // guarded by thread_mutex_

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Work> inbox_;
  std::deque<bus::Frames> outbox_;
  uint64_t current_ = 0;
  bool draining_ = false, heard_bye_ = false;
  bool gone_ = false;  // the I/O thread has ended
};

Worker::Worker(bus::Context& context, WorkerOptions options, Factory factory)
    : options_(std::move(options)),
      factory_(std::move(factory)),
      link_(std::make_unique<Link>(context, options_)) {}

Worker::~Worker() = default;

void Worker::Drain() { link_->Drain(); }
void Worker::Abandon() { link_->Close(); }

Status Worker::Run() {
  auto runner = factory_(link_->cancelled());
  WireHeader ready{.kind = WireKind::kReady, .credit = options_.credit, .pid = ::getpid()};
  if (runner) {
    ready.runner = (*runner)->name();
    ready.version = (*runner)->version();
  } else {
    ready.failed = true;
    ready.error = runner.error();
  }
  TRY(link_->Open(ready));
  Status status = runner ? RunBatches(**runner) : Fail(runner.error());
  link_->SayGoodbye();
  link_->Close();
  return status;
}

Status Worker::RunBatches(Runner& runner) {
  while (auto work = link_->Next()) RunOne(runner, work->id, work->body.bytes(), work->limit);
  if (link_->closing()) return Fail(Code::kCancelled, "the worker was abandoned");
  if (link_->gone()) return Fail(Code::kUnavailable, "the dispatcher has gone silent");
  runner.Drain(options_.clock->Now() + options_.drain);
  return {};
}

void Worker::RunOne(Runner& runner, uint64_t id, std::string_view body, Duration limit) {
  auto begun = Steady::now();
  WireHeader answer{.kind = WireKind::kVerdict, .batch = id};
  std::string bytes;
  auto batch = DecodeBatch(body);
  auto outcome = batch.and_then([&](Batch& decoded) {
    if (limit > Duration()) decoded.deadline = options_.clock->Now() + limit;
    return runner.Process(decoded);
  });
  if (outcome) {
    outcome->runner = runner.name() + " " + runner.version();
    bytes = Encode(*outcome);
  } else {
    answer.failed = true;
    answer.error = outcome.error();
  }
  answer.took = std::chrono::duration_cast<Duration>(Steady::now() - begun);
  link_->Send(answer, std::move(bytes));
}

}  // namespace tidings::pipeline
