// Sockets, with the settings that ZeroMQ leaves dangerous always made.
//
// Always set: LINGER 0 (closing never hangs), ROUTER_MANDATORY (what cannot be routed is an error),
// a limit on the size of what comes in, and high-water marks, which hold for each peer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "bus/context.h"
#include "bus/curve.h"
#include "bus/frame.h"

namespace tidings::bus {

enum class SocketKind { kRouter, kDealer, kPub, kSub, kPair };

struct SocketOptions {
  int high_water = 1000;                // messages waiting for each peer, in each direction
  int64_t largest_message = 256 << 20;  // bytes of one frame; a peer that sends more is cut off
  std::string identity;                 // what a ROUTER knows this DEALER by; empty = made up there
  // As a server: our keys, and who decides which clients come in. Both or neither.
  std::optional<CurveKeys> serve_as;
  std::shared_ptr<Authenticator> authenticator;
  // As a client: our keys and the public key of the server.
  std::optional<CurveKeys> connect_as;
  std::string server_key;
};

// The longest path of an ipc endpoint, in bytes.
inline constexpr size_t kLongestIpcPath = 107;

// Used by one thread, the one that first sends, receives or polls (an assertion checks it); it may
// be made, bound and connected by another before that. Endpoints: "inproc://name",
// "ipc:///path", "tcp://127.0.0.1:9000"; port * is any free one.
class Socket {
 public:
  static Result<Socket> Open(Context& context, SocketKind kind, const SocketOptions& options = {});
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;
  ~Socket();

  // Fails with kAlreadyExists where somebody else is bound there: an ipc endpoint is never stolen,
  // and what a dead process left behind is cleared away. kInvalidArgument for a path too long or an
  // endpoint of no known form, with what to do about it.
  Status Bind(const std::string& endpoint);
  // Succeeds before there is a peer, save that an inproc endpoint of the wrong form is refused.
  Status Connect(const std::string& endpoint);
  const std::string& endpoint() const { return endpoint_; }  // of the last Bind, ports filled in

  Status Subscribe(const std::string& prefix);  // kSub

  // Never blocks. Fails with kUnavailable when the peer is gone (ROUTER) or the high-water mark is
  // reached; nothing of the message was sent then.
  Status Send(Frames frames);
  // Waits for `timeout` at most (0 = not at all); none when nothing came. From a ROUTER's socket
  // the first frame is the sender's identity.
  Result<std::optional<Frames>> Receive(Duration timeout = Duration(0));

  void* handle() const { return handle_.get(); }  // for bus/ itself
  void CheckThread() const;                       // for bus/ itself

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  class IpcLock;

  explicit Socket(void* handle);
  Status Set(int option, int64_t value, size_t size);
  Status SetText(int option, const std::string& value);
  Status Configure(SocketKind kind, const SocketOptions& options);
  Status ConfigureCurve(const SocketOptions& options);

  // In this order: both are given up after the socket is closed.
  std::shared_ptr<Authenticator> authenticator_;
  std::unique_ptr<IpcLock> lock_;
  std::unique_ptr<void, Close> handle_;
  std::string endpoint_;
  mutable std::thread::id thread_;
};

}  // namespace tidings::bus
