#include "bus/socket.h"

#include <cassert>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "bus/internal.h"

namespace tidings::bus {
namespace {

constexpr std::string_view kIpc = "ipc://";

int ZmqKind(SocketKind kind) {
  switch (kind) {
    case SocketKind::kRouter: return ZMQ_ROUTER;
    case SocketKind::kDealer: return ZMQ_DEALER;
    case SocketKind::kPub: return ZMQ_PUB;
    case SocketKind::kSub: return ZMQ_SUB;
    case SocketKind::kPair: return ZMQ_PAIR;
  }
  return -1;
}

Status CheckEndpoint(const std::string& endpoint) {
  if (!endpoint.starts_with(kIpc)) return {};
  size_t length = endpoint.size() - kIpc.size();
  if (length > 0 && length <= kLongestIpcPath) return {};
  return Fail(
      Code::kInvalidArgument,
      fmt::format("the path of `{}` has {} bytes, and a socket's path holds 1 to {}: choose "
                  "a folder with a shorter path",
                  endpoint, length, kLongestIpcPath));
}

}  // namespace

// ZeroMQ removes whatever stands at an ipc path before it binds, so a second host would silently
// take the endpoint of the first. A locked file beside the socket prevents that; the lock goes with
// the process that held it, however it ended.
class Socket::IpcLock {
 public:
  static Result<std::unique_ptr<IpcLock>> Take(const std::string& socket_path) {
    auto lock = std::make_unique<IpcLock>(socket_path + ".lock");
    for (;;) {
      TRY(lock->Open(socket_path));
      if (lock->IsStillThere()) return lock;
    }
  }

  explicit IpcLock(std::string path) : path_(std::move(path)) {}
  ~IpcLock() {
    if (held_) ::unlink(path_.c_str());
    Close();
  }

 private:
  Status Open(const std::string& socket_path) {
    Close();
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) {
      auto code = errno == ENOENT ? Code::kNotFound : Code::kPermissionDenied;
      return Fail(code, fmt::format("cannot make {}: {}", path_, std::strerror(errno)));
    }
    held_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
    if (held_) return {};
    return Fail(Code::kAlreadyExists,
                fmt::format("another socket is bound to {}; stop its process, or choose another "
                            "folder",
                            socket_path));
  }

  // Whoever held the lock before may have removed the file between our open and our lock.
  bool IsStillThere() {
    struct stat ours, there;
    held_ = ::fstat(fd_, &ours) == 0 && ::stat(path_.c_str(), &there) == 0 &&
            ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
    return held_;
  }

  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  const std::string path_;
  int fd_ = -1;
  bool held_ = false;
};

Socket::Socket(void* handle) : handle_(handle) {}
Socket::Socket(Socket&&) noexcept = default;
Socket& Socket::operator=(Socket&& other) noexcept {
  handle_ = std::move(other.handle_);  // closes ours before its lock is given up
  lock_ = std::move(other.lock_);
  authenticator_ = std::move(other.authenticator_);
  endpoint_ = std::move(other.endpoint_);
  thread_ = other.thread_;
  return *this;
}
Socket::~Socket() = default;

void Socket::Close::operator()(void* handle) const { zmq_close(handle); }

Result<Socket> Socket::Open(Context& context, SocketKind kind, const SocketOptions& options) {
  void* handle = zmq_socket(context.handle(), ZmqKind(kind));
  if (!handle) return ZmqFailure("opening a socket");
  Socket socket(handle);
  TRY(socket.Configure(kind, options));
  return socket;
}

Status Socket::Set(int option, int64_t value, size_t size) {
  int small = static_cast<int>(value);
  const void* data = size == sizeof value ? static_cast<const void*>(&value) : &small;
  if (zmq_setsockopt(handle_.get(), option, data, size) == 0) return {};
  return ZmqFailure(fmt::format("socket option {}", option));
}

Status Socket::SetText(int option, const std::string& value) {
  if (zmq_setsockopt(handle_.get(), option, value.data(), value.size()) == 0) return {};
  return ZmqFailure(fmt::format("socket option {}", option));
}

Status Socket::Configure(SocketKind kind, const SocketOptions& options) {
  TRY(Set(ZMQ_LINGER, 0, sizeof(int)));
  TRY(Set(ZMQ_SNDHWM, options.high_water, sizeof(int)));
  TRY(Set(ZMQ_RCVHWM, options.high_water, sizeof(int)));
  TRY(Set(ZMQ_MAXMSGSIZE, options.largest_message, sizeof(int64_t)));
  TRY(Set(ZMQ_RECONNECT_IVL, 50, sizeof(int)));
  TRY(Set(ZMQ_RECONNECT_IVL_MAX, 2000, sizeof(int)));
  if (kind == SocketKind::kRouter) TRY(Set(ZMQ_ROUTER_MANDATORY, 1, sizeof(int)));
  if (!options.identity.empty()) TRY(SetText(ZMQ_ROUTING_ID, options.identity));
  return ConfigureCurve(options);
}

Status Socket::ConfigureCurve(const SocketOptions& options) {
  if (options.serve_as) {
    if (!options.authenticator) {
      return Fail(Code::kInvalidArgument,
                  "a CURVE server needs an authenticator: without one ZeroMQ lets anybody in");
    }
    TRY(Set(ZMQ_CURVE_SERVER, 1, sizeof(int)));
    TRY(SetText(ZMQ_CURVE_SECRETKEY, options.serve_as->secret_key));
    TRY(SetText(ZMQ_ZAP_DOMAIN, "tidings"));
    authenticator_ = options.authenticator;
  }
  if (options.connect_as) {
    TRY(SetText(ZMQ_CURVE_SERVERKEY, options.server_key));
    TRY(SetText(ZMQ_CURVE_PUBLICKEY, options.connect_as->public_key));
    TRY(SetText(ZMQ_CURVE_SECRETKEY, options.connect_as->secret_key));
  }
  return {};
}

Status Socket::Bind(const std::string& endpoint) {
  TRY(CheckEndpoint(endpoint));
  if (endpoint.starts_with(kIpc)) {
    TRY_ASSIGN(lock_, IpcLock::Take(endpoint.substr(kIpc.size())));
  }
  if (zmq_bind(handle_.get(), endpoint.c_str()) != 0) {
    auto failure = ZmqFailure("cannot bind to " + endpoint);
    lock_.reset();
    return failure;
  }
  char text[256];
  size_t size = sizeof text;
  bool known = zmq_getsockopt(handle_.get(), ZMQ_LAST_ENDPOINT, text, &size) == 0;
  endpoint_ = known ? text : endpoint;
  return {};
}

Status Socket::Connect(const std::string& endpoint) {
  TRY(CheckEndpoint(endpoint));
  if (zmq_connect(handle_.get(), endpoint.c_str()) == 0) return {};
  return ZmqFailure("cannot connect to " + endpoint);
}

Status Socket::Subscribe(const std::string& prefix) { return SetText(ZMQ_SUBSCRIBE, prefix); }

void Socket::CheckThread() const {
  if (thread_ == std::thread::id()) thread_ = std::this_thread::get_id();
  assert(thread_ == std::this_thread::get_id() && "a socket belongs to one thread");
}

Status Socket::Send(Frames frames) {
  CheckThread();
  for (size_t i = 0; i < frames.size(); ++i) {
    HandOver(frames[i].bytes().data());
    int flags = ZMQ_DONTWAIT | (i + 1 < frames.size() ? ZMQ_SNDMORE : 0);
    auto* message = static_cast<zmq_msg_t*>(frames[i].handle());
    int sent;
    do {
      sent = zmq_msg_send(message, handle_.get(), flags);
    } while (sent < 0 && zmq_errno() == EINTR);
    if (sent < 0) return ZmqFailure("sending");
  }
  return {};
}

Result<std::optional<Frames>> Socket::Receive(Duration timeout) {
  CheckThread();
  auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  zmq_pollitem_t item{handle_.get(), 0, ZMQ_POLLIN, 0};
  if (milliseconds > 0 && zmq_poll(&item, 1, static_cast<long>(milliseconds)) <= 0) {
    return std::nullopt;
  }
  Frames frames;
  int more = 1;
  while (more) {
    Frame frame;
    auto* message = static_cast<zmq_msg_t*>(frame.handle());
    if (zmq_msg_recv(message, handle_.get(), ZMQ_DONTWAIT) < 0) {
      if (zmq_errno() == EINTR) continue;
      if (zmq_errno() == EAGAIN && frames.empty()) return std::nullopt;
      return ZmqFailure("receiving");
    }
    TakeOver(frame.bytes().data());
    more = zmq_msg_more(message);
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace tidings::bus
