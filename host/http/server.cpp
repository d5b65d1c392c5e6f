#include "http/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "http/core.h"
#include "http/listener.h"

namespace tidings::http {
namespace {

constexpr auto kDrainPoll = std::chrono::milliseconds(10);
constexpr rlim_t kOtherDescriptors = 256;  // of databases, plugins, files

Status CheckPositive(const char* name, int64_t value) {
  if (value > 0) return {};
  return Fail(Code::kInvalidArgument, fmt::format("{} is {}; it must be positive", name, value));
}

Status CheckOptions(const Options& options) {
  if (options.port < 0 || options.port > 65535) {
    return Fail(Code::kInvalidArgument, fmt::format("there is no port {}", options.port));
  }
  if (options.max_head > 64 << 10) {
    return Fail(Code::kInvalidArgument, "max_head is over 64 KiB");
  }
  TRY(CheckPositive("threads", options.threads));
  TRY(CheckPositive("blocking_threads", options.blocking_threads));
  TRY(CheckPositive("upload_threads", options.upload_threads));
  TRY(CheckPositive("blocking_queue", options.blocking_queue));
  TRY(CheckPositive("max_connections", options.max_connections));
  TRY(CheckPositive("max_head", static_cast<int64_t>(options.max_head)));
  return CheckPositive("body_window", static_cast<int64_t>(options.body_window));
}

// How many connections there is room for, at most `wanted`. Beyond the limit of open files,
// Pistache's listener would spin on those it cannot accept.
Result<int> MakeRoom(int wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  rlim_t needed = static_cast<rlim_t>(wanted) + kOtherDescriptors;
  if (limit.rlim_cur >= needed) return wanted;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed) return wanted;
  if (limit.rlim_cur <= kOtherDescriptors) {
    return Fail(Code::kResourceExhausted,
                fmt::format("only {} files may be open at a time, which leaves none for "
                            "connections; raise the limit (ulimit -n)",
                            limit.rlim_cur));
  }
  int room = static_cast<int>(limit.rlim_cur - kOtherDescriptors);
  log::Warning("http",
               "takes {} connections at a time instead of {}, because only {} files may be "
               "open (ulimit -n)",
               room, wanted, limit.rlim_cur);
  return room;
}

}  // namespace

class Server::Impl {
 public:
  Impl(Options options, Router router)
      : core_(std::make_shared<Core>(std::move(options), std::move(router))) {}
  ~Impl() { Stop(); }

  Status Start();
  int port() const { return listener_ ? listener_->port() : 0; }
  Status Drain(Duration at_most);
  Counters counters() const { return core_->cells.Snapshot(); }

 private:
  void Stop();

  const std::shared_ptr<Core> core_;
  std::unique_ptr<Listener> listener_;
};

Status Server::Impl::Start() {
  if (listener_) return Fail(Code::kConflict, "the server has started already");
  TRY(CheckOptions(core_->options));
  TRY_ASSIGN(core_->max_connections, MakeRoom(core_->options.max_connections));
  TRY_ASSIGN(listener_, Listener::Open(core_));
  return {};
}

Status Server::Impl::Drain(Duration at_most) {
  if (!listener_) return {};
  auto deadline = Steady::now() + at_most;
  core_->draining = true;
  listener_->StopAccepting();
  listener_->Drain();
  while (core_->cells.connections > 0 && Steady::now() < deadline) {
    std::this_thread::sleep_for(kDrainPoll);
  }
  int64_t cut_off = core_->cells.in_flight;
  Stop();
  if (cut_off <= 0) return {};
  return Fail(Code::kTimeout, fmt::format("{} requests were cut off", cut_off));
}

// First the sockets, so that handlers which wait for a client are woken; then the handlers.
void Server::Impl::Stop() {
  if (listener_) listener_->Stop();
  core_->blocking.Stop();
  core_->uploads.Stop();
}

Server::Server(Options options, Router router)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router))) {}
Server::~Server() = default;
Status Server::Start() { return impl_->Start(); }
int Server::port() const { return impl_->port(); }
Status Server::Drain(Duration at_most) { return impl_->Drain(at_most); }
Counters Server::counters() const { return impl_->counters(); }

}  // namespace tidings::http
