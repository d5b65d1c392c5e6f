#include "http/worker.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <future>

#include "base/log.h"

namespace tidings::http {
namespace {

using Pistache::Polling::Mode;
using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

constexpr auto kTick = std::chrono::milliseconds(100);
constexpr int kTaskBatches = 4;      // before other events get their turn
constexpr int kDescriptorBits = 24;  // the lower bits of a connection's number

// Pistache announces connections to a handler; ours passes them to its worker.
class Gate : public Pistache::Tcp::Handler {
  PROTOTYPE_OF(Pistache::Tcp::Handler, Gate)
  void onConnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    static_cast<Worker*>(transport())->Adopt(peer);
  }
  void onInput(const char*, size_t, const std::shared_ptr<Pistache::Tcp::Peer>&) override {
    log::Failure("http", "input went past its connection");  // Worker::Handle reads it all
  }
};

// Entry hides that it is an Event, and with it whether the other end has finished sending. A cast
// in this notation may reach a private base.
const Pistache::Polling::Event& EventOf(const Pistache::Aio::FdSet::Entry& entry) {
  return (const Pistache::Polling::Event&)entry;
}

}  // namespace

Worker::Worker(std::shared_ptr<Core> core, OnNew on_new)
    : Transport(std::make_shared<Gate>()), core_(core), on_new_(std::move(on_new)) {
  station_.core = std::move(core);
  station_.inbox = std::make_shared<Inbox>();
}

Worker::~Worker() {
  station_.inbox->Close();
  if (tick_fd_ >= 0) ::close(tick_fd_);
}

std::shared_ptr<Pistache::Aio::Handler> Worker::clone() const {
  auto worker = std::make_shared<Worker>(core_, on_new_);
  on_new_(worker);
  return worker;
}

void Worker::registerPoller(Pistache::Polling::Epoll& poller) {
  Transport::registerPoller(poller);
  int fd = station_.inbox->fd();
  poller.addFd(fd, Pistache::Flags<NotifyOn>(NotifyOn::Read), Tag(static_cast<uint64_t>(fd)),
               Mode::Edge);
}

void Worker::Start() {
  station_.inbox->Post(0, [this](Connection*) { ArmTick(); });
}

void Worker::Drain() {
  station_.inbox->Post(0, [this](Connection*) {
    PollQueues();
    for (Slot& slot : slots_) {
      if (slot.connection) Guard(slot, [](Connection& connection) { connection.OnDrain(); });
    }
  });
}

void Worker::Stop() {
  auto done = std::make_shared<std::promise<void>>();
  auto stopped = done->get_future();
  if (station_.inbox->Post(0, [this, done](Connection*) {
        CloseAll();
        done->set_value();
      })) {
    stopped.wait();
  }
}

void Worker::CloseAll() {
  stopping_ = true;
  PollQueues();
  for (Slot& slot : slots_) {
    if (slot.connection) Guard(slot, [](Connection& connection) { connection.Close(); });
  }
  RemoveClosed();
  station_.inbox->Close();
}

void Worker::onReady(const Pistache::Aio::FdSet& fds) {
  try {
    BeginRound();
    Handle(fds);
    if (tick_due_) Tick();
    RunTasks();
    RemoveClosed();
  } catch (const std::exception& error) {
    log::Failure("http", "a round of events failed: {}", error.what());
  }
}

void Worker::BeginRound() {
  station_.now = Steady::now();
  int64_t second =
      std::chrono::duration_cast<std::chrono::seconds>(Clock::System().Now().time_since_epoch())
          .count();
  if (second == date_second_) return;
  date_second_ = second;
  station_.date = DateText(second);
  station_.inbox->SetOwner(std::this_thread::get_id());
}

void Worker::Handle(const Pistache::Aio::FdSet& fds) {
  std::vector<Event> others;
  for (const auto& entry : fds) {
    const Event& event = EventOf(entry);
    if (event.tag.value() == static_cast<uint64_t>(station_.inbox->fd())) continue;
    if (Slot* slot = Find(event.tag.value())) {
      Guard(*slot, [&](Connection& connection) {
        connection.OnReady(event.flags.hasFlag(NotifyOn::Hangup),
                           event.flags.hasFlag(NotifyOn::Shutdown));
      });
    } else {
      others.push_back(event);
    }
  }
  if (!others.empty()) PassOn(std::move(others));
}

// Pistache's queues empty themselves before they quiet their descriptor: what is queued between
// the two waits for somebody to look again. A new client must not wait for the next one, so their
// tags are remembered, and they are looked at once more after each event and at each tick.
void Worker::PassOn(std::vector<Event> events) {
  for (const Event& event : events) {
    uint64_t tag = event.tag.value();
    bool known = std::count(queue_tags_.begin(), queue_tags_.end(), tag) > 0;
    if (!known && tag != static_cast<uint64_t>(tick_fd_)) queue_tags_.push_back(tag);
  }
  Transport::onReady(Pistache::Aio::FdSet(std::move(events)));
  PollQueues();
}

void Worker::PollQueues() {
  std::vector<Event> again;
  for (uint64_t tag : queue_tags_) {
    again.emplace_back(Tag(tag));
    again.back().flags.setFlag(NotifyOn::Read);
  }
  if (!again.empty()) Transport::onReady(Pistache::Aio::FdSet(std::move(again)));
}

// Pistache is about to watch the new peer: it must not be removed before the round is over.
void Worker::Adopt(const std::shared_ptr<Pistache::Tcp::Peer>& peer) {
  auto fd = static_cast<size_t>(peer->fd());
  std::erase(queue_tags_, fd);  // a late event of an earlier peer; no queue has this number
  if (slots_.size() <= fd) slots_.resize(fd + 1);
  Slot& slot = slots_[fd];
  slot.id = (++last_serial_ << kDescriptorBits) | fd;
  slot.watches_writable = false;
  bool full = core_->cells.connections >= core_->max_connections;
  slot.connection =
      std::make_unique<Connection>(station_, slot.id, peer->fd(), peer->address().host());
  ++core_->cells.accepted;
  if (full) ++core_->cells.refused;
  if (full || stopping_ || core_->draining) {
    Guard(slot, [](Connection& connection) { connection.Close(); });
  }
}

void Worker::RunTasks() {
  for (int batch = 0; batch < kTaskBatches; ++batch) {
    auto tasks = station_.inbox->Take();
    if (tasks.empty()) return;
    for (Inbox::Task& task : tasks) RunTask(task);
  }
  station_.inbox->Signal();  // there may be more
}

void Worker::RunTask(Inbox::Task& task) {
  if (task.connection == 0) return task.work(nullptr);
  Slot* slot = Find(task.connection & ((1 << kDescriptorBits) - 1));
  if (!slot || slot->id != task.connection) return task.work(nullptr);
  Guard(*slot, [&](Connection& connection) { task.work(&connection); });
}

void Worker::ArmTick() {
  tick_fd_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  Pistache::Async::Promise<uint64_t> fired([this](Pistache::Async::Deferred<uint64_t> deferred) {
    armTimer(tick_fd_, kTick, std::move(deferred));
  });
  fired.then([this](uint64_t) { tick_due_ = true; },
             [](const std::exception_ptr&) { log::Failure("http", "cannot set a timer"); });
}

// A descriptor can be armed only once (Pistache adds it to epoll each time), so each tick has its
// own.
void Worker::Tick() {
  tick_due_ = false;
  ::close(tick_fd_);
  ArmTick();
  PollQueues();
  for (Slot& slot : slots_) {
    if (slot.connection) Guard(slot, [](Connection& connection) { connection.OnTick(); });
  }
}

Worker::Slot* Worker::Find(uint64_t fd) {
  if (fd >= slots_.size() || !slots_[fd].connection) return nullptr;
  return &slots_[fd];
}

// Lets the connection act, and sees to what it then needs. An exception ends this connection only.
void Worker::Guard(Slot& slot, const std::function<void(Connection&)>& act) {
  Connection& connection = *slot.connection;
  if (connection.closed()) return;
  try {
    act(connection);
    if (connection.wants_writable() && !slot.watches_writable) WatchWritable(slot);
  } catch (const std::exception& error) {
    log::Failure("http", "a connection failed: {}", error.what());
    connection.Close();
  }
  if (connection.closed()) closed_.push_back(connection.fd());
}

// From here on, as long as the connection lives: edges come only after the socket was full.
void Worker::WatchWritable(Slot& slot) {
  slot.watches_writable = true;
  reactor()->modifyFd(key(), slot.connection->fd(),
                      NotifyOn::Read | NotifyOn::Write | NotifyOn::Shutdown, Mode::Edge);
}

void Worker::RemoveClosed() {
  for (int fd : std::exchange(closed_, {})) {
    slots_[static_cast<size_t>(fd)].connection.reset();
    auto peer = peers.at(fd);
    removePeer(peer);
  }
}

}  // namespace tidings::http
