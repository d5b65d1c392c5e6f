#include "bus/curve.h"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "bus/context.h"
#include "bus/frame.h"
#include "bus/internal.h"
#include "bus/poller.h"
#include "bus/socket.h"

namespace tidings::bus {
namespace {

constexpr char kZapEndpoint[] = "inproc://zeromq.zap.01";
constexpr size_t kKeyText = 40, kKeyBytes = 32;

std::string ToText(std::string_view key) {
  char text[kKeyText + 1] = {};
  zmq_z85_encode(text, reinterpret_cast<const uint8_t*>(key.data()), key.size());
  return text;
}

// Answers the requests of ZeroMQ's authentication protocol (RFC 27) on a thread of its own.
// A request: identity, "", version, request id, domain, address, peer, mechanism, credentials...
class ZapServer : public Authenticator {
 public:
  explicit ZapServer(Socket socket) : socket_(std::move(socket)) {
    poller_.Add(socket_);
    thread_ = std::thread([this] { Serve(); });
  }

  ~ZapServer() override {
    stop_ = true;
    poller_.Wake();
    thread_.join();
  }

  Status Allow(const std::string& public_key) override {
    uint8_t key[kKeyBytes];
    if (public_key.size() != kKeyText || !zmq_z85_decode(key, public_key.c_str())) {
      return Fail(Code::kInvalidArgument,
                  "a public key is 40 characters of Z85, and this is none: " + public_key);
    }
    std::lock_guard lock(mutex_);
    allowed_.insert(public_key);
    return {};
  }

  void Revoke(const std::string& public_key) override {
    std::lock_guard lock(mutex_);
    allowed_.erase(public_key);
  }

 private:
  void Serve() {
    while (!stop_) {
      if (!poller_.Wait(std::chrono::seconds(1))) return;
      for (;;) {
        auto request = socket_.Receive();
        if (!request || !*request) break;
        Answer(std::move(**request));
      }
    }
  }

  void Answer(Frames request) {
    if (request.size() < 8) return;
    bool curve = request[7].bytes() == "CURVE" && request.size() >= 9;
    bool allowed = curve && IsAllowed(request[8].bytes());
    Frames answer;
    for (int i : {0, 1, 2, 3}) answer.push_back(std::move(request[i]));
    answer.emplace_back(allowed ? "200" : "400");
    answer.emplace_back(allowed ? "OK" : "this key is not on the allow-list");
    answer.emplace_back(allowed ? "worker" : "");
    answer.emplace_back("");
    (void)socket_.Send(std::move(answer));  // the peer may have gone; it will ask again
  }

  bool IsAllowed(std::string_view key) {
    if (key.size() != kKeyBytes) return false;
    std::lock_guard lock(mutex_);
    return allowed_.contains(ToText(key));
  }

  Socket socket_;  // the thread's
  Poller poller_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::set<std::string> allowed_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace

Result<CurveKeys> CurveKeys::Generate() {
  char public_key[kKeyText + 1], secret_key[kKeyText + 1];
  if (zmq_curve_keypair(public_key, secret_key) != 0) return ZmqFailure("making CURVE keys");
  return CurveKeys{public_key, secret_key};
}

Result<CurveKeys> CurveKeys::FromSecret(const std::string& secret_key) {
  char public_key[kKeyText + 1];
  if (secret_key.size() == kKeyText && zmq_curve_public(public_key, secret_key.c_str()) == 0) {
    return CurveKeys{public_key, secret_key};
  }
  return Fail(Code::kInvalidArgument, "a secret CURVE key is 40 characters of Z85");
}

Result<std::shared_ptr<Authenticator>> Authenticator::Start(Context& context) {
  TRY_ASSIGN(Socket socket, Socket::Open(context, SocketKind::kRouter));
  TRY(socket.Bind(kZapEndpoint));
  return std::make_shared<ZapServer>(std::move(socket));
}

}  // namespace tidings::bus
