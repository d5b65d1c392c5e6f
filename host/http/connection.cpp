#include "http/connection.h"

#include <sys/socket.h>

#include <cerrno>

namespace tidings::http {
namespace {

// How long a connection that we end waits for the client to read the last answer. Closing at once,
// with input unread, would make TCP throw that answer away.
constexpr auto kLinger = std::chrono::seconds(2);
constexpr size_t kMostDiscarded = 1 << 20;  // of input, in one go, while lingering

FramingLimits LimitsOf(const Options& options) {
  return {options.max_target, options.max_head, options.max_fields};
}

}  // namespace

Connection::Connection(Station& station, uint64_t id, int fd, std::string peer)
    : station_(station),
      core_(*station.core),
      id_(id),
      fd_(fd),
      peer_(std::move(peer)),
      framing_(LimitsOf(core_.options)),
      quiet_since_(station.now) {
  ++core_.cells.connections;
}

Connection::~Connection() {
  Close();
  --core_.cells.connections;
}

void Connection::OnReady(bool hung_up, bool finished) {
  readable_ = true;
  finished_ = finished_ || finished;
  if (hung_up) return Close();
  // Whoever reads events for ever shows by a FIN that nobody listens any more.
  if (finished_ && current_ && current_->flow && current_->stream_options.endless) return Close();
  if (state_ == State::kLingering) return Discard();
  Settle();
  Advance();
}

bool Connection::MayParse() const {
  if (state_ != State::kOpen || close_after_) return false;
  if (!current_) return true;
  return !current_->received && !current_->answered && !current_->intake->paused();
}

void Connection::Advance() {
  for (;;) {
    // First what is held, even if that is nothing: the end of a request may be due.
    std::string held = std::exchange(input_, {});
    std::string_view rest = held;
    Parse(rest);
    input_ = rest;
    if (!MayParse()) return;
    std::string_view fresh = Receive();
    if (fresh.empty()) break;
    Parse(fresh);
    input_ = fresh;
  }
  // Nothing more will come, and all that came is dealt with.
  if (end_of_input_ && MayParse()) Close();
}

void Connection::Parse(std::string_view& input) {
  while (MayParse()) {
    bool begins = !framing_.started() && !input.empty();
    if (begins) head_begun_ = station_.now;
    switch (framing_.Next(input)) {
      case Framing::Event::kNeedMore: return;
      case Framing::Event::kHead: OnHead(std::move(framing_.head())); break;
      case Framing::Event::kBody:
        if (auto error = current_->intake->Take(framing_.piece(), station_.now)) {
          Refuse(*error, Code::kResourceExhausted);
        }
        break;
      case Framing::Event::kEnd: OnBodyEnd(); break;
      case Framing::Event::kError:
        ++core_.cells.malformed;
        Refuse(framing_.error(), Code::kInvalidArgument);
        break;
    }
  }
}

// What has come, "" when nothing has. Points into the worker's scratch memory.
std::string_view Connection::Receive() {
  char* scratch = station_.scratch.data();
  while (readable_ && !end_of_input_) {
    ssize_t count = ::recv(fd_, scratch, station_.scratch.size(), MSG_DONTWAIT);
    if (count > 0) {
      core_.cells.bytes_in += static_cast<uint64_t>(count);
      // Less than was asked for: the socket is empty, and epoll tells when it no longer is.
      readable_ = finished_ || static_cast<size_t>(count) == station_.scratch.size();
      return {scratch, static_cast<size_t>(count)};
    }
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) {
      end_of_input_ = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      readable_ = false;
    } else {
      Close();
      return {};
    }
  }
  return {};
}

void Connection::Discard() {
  size_t discarded = 0;
  while (state_ == State::kLingering && discarded < kMostDiscarded) {
    std::string_view input = Receive();
    if (input.empty()) break;
    discarded += input.size();
  }
  if (end_of_input_) Close();
}

// Sends what can be sent, and goes on to the next request when that was all of an answer.
void Connection::Settle() {
  if (state_ != State::kOpen) return;
  auto progress = outbox_.Flush(fd_);
  blocked_ = progress == Outbox::Progress::kBlocked;
  if (outbox_.sent() != counted_out_) {
    core_.cells.bytes_out += outbox_.sent() - counted_out_;
    counted_out_ = outbox_.sent();
    last_output_ = station_.now;
  }
  size_t credit = outbox_.TakeCredit();
  if (current_ && current_->flow) current_->flow->Release(credit);
  if (progress == Outbox::Progress::kGone) return Close();
  if (!outbox_.empty()) return;
  if (current_ && current_->complete) FinishCurrent();
  if (close_after_ && !current_) {
    more_may_come_ || !input_.empty() || readable_ ? Linger() : Close();
  }
}

void Connection::FinishCurrent() {
  Report();
  --core_.cells.in_flight;
  current_.reset();
  quiet_since_ = station_.now;
  if (core_.draining) close_after_ = true;
}

void Connection::Linger() {
  if (::shutdown(fd_, SHUT_WR) != 0 || end_of_input_) return Close();
  state_ = State::kLingering;
  linger_until_ = station_.now + kLinger;
  input_.clear();
  Discard();
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  if (!current_) return;
  if (!current_->complete || !outbox_.empty()) ++core_.cells.dropped;
  if (auto exchange = current_->exchange.lock()) exchange->SetGone();
  if (current_->flow) current_->flow->Close();
  --core_.cells.in_flight;
  current_.reset();  // a sink that waits for the rest of its body hears of it
}

void Connection::OnDrain() {
  if (state_ != State::kOpen) return;
  if (current_ && current_->flow && current_->stream_options.endless) {
    return EndStream(current_->number);
  }
  readable_ = true;
  Advance();
  if (state_ == State::kOpen && !current_ && !framing_.started()) Close();
}

Steady::time_point Connection::Deadline() const {
  const Options& options = core_.options;
  if (state_ == State::kLingering) return linger_until_;
  if (!outbox_.empty()) return last_output_ + options.write_timeout;
  if (current_ && (current_->received || current_->answered)) return Steady::time_point::max();
  if (current_) return current_->intake->Deadline();
  if (framing_.started()) return head_begun_ + options.head_timeout;
  return quiet_since_ + options.idle_timeout;
}

void Connection::OnTick() {
  if (state_ == State::kLingering && readable_) Discard();
  if (state_ == State::kClosed || station_.now < Deadline()) return;
  if (state_ == State::kLingering) return Close();
  bool slow_reader = !outbox_.empty();
  bool slow_writer = !slow_reader && (current_ || framing_.started());
  if (slow_reader || slow_writer) ++core_.cells.timeouts;
  if (!slow_writer) return Close();
  Refuse({408, "The rest of the request did not come in time."}, Code::kTimeout);
}

}  // namespace tidings::http
