#include "http/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <vector>

#include "base/log.h"
#include "http/worker.h"

namespace tidings::http {
namespace {

constexpr int kBacklog = 1024;

bool IsIpv6(const std::string& address) { return address.find(':') != std::string::npos; }

Result<Pistache::Address> AddressOf(const Options& options) {
  unsigned char bytes[16];
  bool v6 = IsIpv6(options.address);
  if (::inet_pton(v6 ? AF_INET6 : AF_INET, options.address.c_str(), bytes) != 1) {
    return Fail(Code::kInvalidArgument,
                "\"" + options.address + "\" is no IP address; write it as 127.0.0.1 or ::1");
  }
  Pistache::Port port(static_cast<uint16_t>(options.port));
  return Pistache::Address(v6 ? "[" + options.address + "]" : options.address, port);
}

int PortOf(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  // The port stands at the same place in the addresses of IPv4 and IPv6.
  return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

bool IsListening(int fd) {
  int yes = 0;
  socklen_t size = sizeof(yes);
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 && yes == 1;
}

// Pistache keeps its listening socket to itself; nobody else in this process listens on that port.
int FindListening(int port) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    int fd = std::atoi(entry.path().filename().c_str());
    if (IsListening(fd) && PortOf(fd) == port) return fd;
  }
  return -1;
}

}  // namespace

class Listener::Impl {
 public:
  explicit Impl(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~Impl() { Stop(); }

  Status Open();
  int port() const { return port_; }
  void StopAccepting();
  void Drain();
  void Stop();

 private:
  void Listen(const Pistache::Address& address);

  const std::shared_ptr<Core> core_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::unique_ptr<Pistache::Tcp::Listener> listener_;  // joins its threads when it goes
  int port_ = 0;
  int listening_ = -1;
  bool running_ = false;
};

Status Listener::Impl::Open() {
  const Options& options = core_->options;
  TRY_ASSIGN(Pistache::Address address, AddressOf(options));
  try {
    Listen(address);
  } catch (const std::exception& error) {
    return Fail(Code::kUnavailable, "cannot listen on " + options.address + " port " +
                                        std::to_string(options.port) + ": " + error.what());
  }
  return {};
}

void Listener::Impl::Listen(const Pistache::Address& address) {
  using Flag = Pistache::Tcp::Options;
  listener_ = std::make_unique<Pistache::Tcp::Listener>();
  listener_->init(static_cast<size_t>(core_->options.threads),
                  Pistache::Flags<Flag>(Flag::ReuseAddr) | Flag::NoDelay | Flag::CloseOnExec,
                  "tidings-http", kBacklog);
  listener_->setTransportFactory([this] {
    return std::make_shared<Worker>(
        core_, [this](const std::shared_ptr<Worker>& worker) { workers_.push_back(worker); });
  });
  listener_->bind(address);
  port_ = static_cast<int>(static_cast<uint16_t>(listener_->getPort()));
  listening_ = FindListening(port_);
  listener_->runThreaded();
  running_ = true;
  for (const auto& worker : workers_) worker->Start();
}

// Pistache can stop listening only together with its workers. So its descriptor is replaced by that
// of a socket that does not listen: the port closes, epoll forgets it, and the number stays taken
// until Pistache closes it.
void Listener::Impl::StopAccepting() {
  if (!running_ || listening_ < 0) return;
  int idle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (idle >= 0) {
    ::dup3(idle, listening_, O_CLOEXEC);
    ::close(idle);
  }
  listening_ = -1;
}

void Listener::Impl::Drain() {
  for (const auto& worker : workers_) worker->Drain();
}

void Listener::Impl::Stop() {
  if (!running_) return;
  running_ = false;
  StopAccepting();
  for (const auto& worker : workers_) worker->Stop();
  listener_->shutdown();
  listener_.reset();
  workers_.clear();
}

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() = default;
int Listener::port() const { return impl_->port(); }
void Listener::StopAccepting() { impl_->StopAccepting(); }
void Listener::Drain() { impl_->Drain(); }
void Listener::Stop() { impl_->Stop(); }

Result<std::unique_ptr<Listener>> Listener::Open(std::shared_ptr<Core> core) {
  auto impl = std::make_unique<Impl>(std::move(core));
  TRY(impl->Open());
  return std::make_unique<Listener>(std::move(impl));
}

}  // namespace tidings::http
