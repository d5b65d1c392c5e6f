#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "bus/curve.h"
#include "bus/poller.h"
#include "bus/socket.h"

namespace tidings::bus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

std::vector<std::string> Texts(const Frames& frames) {
  std::vector<std::string> texts;
  for (const auto& frame : frames) texts.emplace_back(frame.bytes());
  return texts;
}

Socket Open(Context& context, SocketKind kind, const SocketOptions& options = {}) {
  auto socket = Socket::Open(context, kind, options);
  EXPECT_TRUE(socket) << socket.error().message;
  return std::move(*socket);
}

// The next message, or nothing after five seconds.
Frames MustReceive(Socket& socket) {
  auto frames = socket.Receive(seconds(5));
  if (!frames || !*frames) return {};
  return std::move(**frames);
}

TEST(Frame, KeepsItsBytesWhenMoved) {
  for (size_t size : {0, 5, 33, 34, 5000}) {
    std::string text(size, 'x');
    Frame copied{std::string_view(text)}, taken{std::string(text)};
    Frame moved = std::move(copied);
    moved = std::move(taken);
    EXPECT_EQ(moved.bytes(), text);
  }
}

TEST(Socket, CarriesFramesBothWays) {
  Context context;
  TempDir folder;
  for (const std::string& where :
       {std::string("inproc://both"), "ipc://" + (folder.path() / "both").string(),
        std::string("tcp://127.0.0.1:*")}) {
    Socket router = Open(context, SocketKind::kRouter);
    ASSERT_TRUE(router.Bind(where));
    Socket dealer = Open(context, SocketKind::kDealer);
    ASSERT_TRUE(dealer.Connect(router.endpoint()));
    ASSERT_TRUE(dealer.Send(MakeFrames("ask", std::string(100'000, 'q'))));
    Frames request = MustReceive(router);
    ASSERT_EQ(request.size(), 3u) << where;
    EXPECT_EQ(request[2].size(), 100'000u);
    ASSERT_TRUE(router.Send(MakeFrames(request[0].bytes(), "answer")));
    EXPECT_THAT(Texts(MustReceive(dealer)), ::testing::ElementsAre("answer"));
  }
}

TEST(Socket, PublishesToSubscribers) {
  Context context;
  Socket publisher = Open(context, SocketKind::kPub), subscriber = Open(context, SocketKind::kSub);
  ASSERT_TRUE(publisher.Bind("inproc://news"));
  ASSERT_TRUE(subscriber.Subscribe("wake"));
  ASSERT_TRUE(subscriber.Connect("inproc://news"));
  ASSERT_FALSE(subscriber.Receive(milliseconds(20)).value());  // lets the subscription arrive
  ASSERT_TRUE(publisher.Send(MakeFrames("tap", "1")));
  ASSERT_TRUE(publisher.Send(MakeFrames("wake", "2")));
  EXPECT_THAT(Texts(MustReceive(subscriber)), ::testing::ElementsAre("wake", "2"));
}

TEST(Socket, ReportsWhatCannotBeRouted) {
  Context context;
  Socket router = Open(context, SocketKind::kRouter);
  ASSERT_TRUE(router.Bind("inproc://nobody"));
  auto sent = router.Send(MakeFrames("stranger", "hello"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::kUnavailable);
}

TEST(Socket, ReportsAFullPeerInsteadOfBlocking) {
  Context context;
  SocketOptions narrow;
  narrow.high_water = 10;
  Socket router = Open(context, SocketKind::kRouter, narrow);
  ASSERT_TRUE(router.Bind("inproc://full"));
  Socket dealer = Open(context, SocketKind::kDealer, narrow);
  ASSERT_TRUE(dealer.Connect("inproc://full"));
  Status sent;
  for (int i = 0; i < 100 && sent; ++i) sent = dealer.Send(MakeFrames("x"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::kUnavailable);
}

TEST(Socket, CutsOffAPeerThatSendsTooMuch) {
  Context context;
  SocketOptions careful;
  careful.largest_message = 1000;
  Socket router = Open(context, SocketKind::kRouter, careful);
  ASSERT_TRUE(router.Bind("tcp://127.0.0.1:*"));
  Socket dealer = Open(context, SocketKind::kDealer);
  ASSERT_TRUE(dealer.Connect(router.endpoint()));
  ASSERT_TRUE(dealer.Send(MakeFrames(std::string(2000, 'x'))));
  EXPECT_FALSE(router.Receive(milliseconds(200)).value());
}

TEST(Socket, ExplainsABadEndpoint) {
  Context context;
  struct Case {
    std::string endpoint, says;
    Code code;
  };
  std::string longest = "/tmp/" + std::string(kLongestIpcPath - 5, 'a');
  for (const auto& [endpoint, says, code] : std::vector<Case>{
           {"ipc://" + longest + "a", "has 108 bytes, and a socket's path holds 1 to 107",
            Code::kInvalidArgument},
           {"ipc:///tmp/no-such-folder-here/socket", "cannot make", Code::kNotFound},
           {"carrier-pigeon://x", "cannot bind to carrier-pigeon://x", Code::kInvalidArgument},
           {"tcp://127.0.0.1:notaport", "cannot bind to tcp://127.0.0.1:notaport",
            Code::kInvalidArgument},
       }) {
    Socket socket = Open(context, SocketKind::kRouter);
    auto bound = socket.Bind(endpoint);
    ASSERT_FALSE(bound) << endpoint;
    EXPECT_THAT(bound.error().message, HasSubstr(says));
    EXPECT_EQ(bound.error().code, code) << bound.error().message;
  }
  Socket longest_socket = Open(context, SocketKind::kRouter);
  auto bound = longest_socket.Bind("ipc://" + longest);
  // The lock beside it has a longer name, which a folder may hold: the socket alone counts.
  EXPECT_TRUE(bound) << bound.error().message;
}

TEST(Socket, NeverTakesAnIpcEndpointFromItsOwner) {
  Context context;
  TempDir folder;
  std::string endpoint = "ipc://" + (folder.path() / "s").string();
  auto first = std::make_unique<Socket>(Open(context, SocketKind::kRouter));
  ASSERT_TRUE(first->Bind(endpoint));
  Socket second = Open(context, SocketKind::kRouter);
  auto bound = second.Bind(endpoint);
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().code, Code::kAlreadyExists);
  EXPECT_THAT(bound.error().message, HasSubstr("another socket is bound to"));
  Socket dealer = Open(context, SocketKind::kDealer);
  ASSERT_TRUE(dealer.Connect(endpoint));
  ASSERT_TRUE(dealer.Send(MakeFrames("still yours")));
  EXPECT_EQ(MustReceive(*first).size(), 2u);
  first.reset();
  EXPECT_TRUE(second.Bind(endpoint));
}

TEST(Socket, ClearsAwayWhatADeadProcessLeft) {
  TempDir folder;
  std::string path = (folder.path() / "s").string();
  int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  Context context;
  Socket socket = Open(context, SocketKind::kRouter);
  EXPECT_TRUE(socket.Bind("ipc://" + path));
}

TEST(SocketDeathTest, BelongsToOneThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        Context context;
        Socket socket = Open(context, SocketKind::kDealer);
        (void)socket.Receive();
        std::thread([&] { (void)socket.Receive(); }).join();
      },
      "belongs to one thread");
}

TEST(Poller, WakesForSocketsAndForOtherThreads) {
  Context context;
  Socket router = Open(context, SocketKind::kRouter), dealer = Open(context, SocketKind::kDealer);
  ASSERT_TRUE(router.Bind("inproc://poll"));
  ASSERT_TRUE(dealer.Connect("inproc://poll"));
  Poller poller;
  poller.Add(router);
  EXPECT_FALSE(poller.Wait(milliseconds(5)).value());
  ASSERT_TRUE(dealer.Send(MakeFrames("x")));
  EXPECT_TRUE(poller.Wait(seconds(5)).value());
  ASSERT_EQ(MustReceive(router).size(), 2u);
  poller.Wake();
  poller.Wake();
  EXPECT_TRUE(poller.Wait(seconds(5)).value());
  EXPECT_FALSE(poller.Wait(milliseconds(5)).value()) << "wakes that come together count as one";
  std::thread other([&] {
    std::this_thread::sleep_for(milliseconds(10));
    poller.Wake();
  });
  EXPECT_TRUE(poller.Wait(seconds(5)).value());
  other.join();
}

// A CURVE server on loopback and a client with `keys`; what the server receives within `wait`.
class Curve : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.serve_as = server_keys_;
    options_.authenticator = authenticator_;
    server_ = std::make_unique<Socket>(Open(context_, SocketKind::kRouter, options_));
    ASSERT_TRUE(server_->Bind("tcp://127.0.0.1:*"));
  }

  bool Reaches(const SocketOptions& client_options, milliseconds wait) {
    Socket client = Open(context_, SocketKind::kDealer, client_options);
    EXPECT_TRUE(client.Connect(server_->endpoint()));
    EXPECT_TRUE(client.Send(MakeFrames("let me in")));
    return server_->Receive(wait).value().has_value();
  }

  SocketOptions ClientWith(const CurveKeys& keys) {
    SocketOptions options;
    options.connect_as = keys;
    options.server_key = server_keys_.public_key;
    return options;
  }

  Context context_;
  std::shared_ptr<Authenticator> authenticator_ = Authenticator::Start(context_).value();
  CurveKeys server_keys_ = CurveKeys::Generate().value();
  CurveKeys client_keys_ = CurveKeys::Generate().value();
  SocketOptions options_;
  std::unique_ptr<Socket> server_;
};

TEST_F(Curve, LetsOnlyAllowedKeysIn) {
  ASSERT_TRUE(authenticator_->Allow(client_keys_.public_key));
  EXPECT_TRUE(Reaches(ClientWith(client_keys_), milliseconds(5000)));
  EXPECT_FALSE(Reaches(ClientWith(CurveKeys::Generate().value()), milliseconds(200)));
  EXPECT_FALSE(Reaches(SocketOptions{}, milliseconds(200))) << "a client without keys";
  authenticator_->Revoke(client_keys_.public_key);
  EXPECT_FALSE(Reaches(ClientWith(client_keys_), milliseconds(200)));
}

TEST_F(Curve, IsNotServedWithoutAnAuthenticator) {
  options_.authenticator = nullptr;
  auto socket = Socket::Open(context_, SocketKind::kRouter, options_);
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().message, HasSubstr("needs an authenticator"));
}

TEST_F(Curve, KnowsOneAuthenticatorAContext) {
  auto second = Authenticator::Start(context_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  auto allowed = authenticator_->Allow("no key");
  ASSERT_FALSE(allowed);
  EXPECT_THAT(allowed.error().message, HasSubstr("a public key is 40 characters of Z85"));
}

TEST(CurveKeys, ComeInPairs) {
  CurveKeys keys = CurveKeys::Generate().value();
  EXPECT_EQ(CurveKeys::FromSecret(keys.secret_key).value().public_key, keys.public_key);
  EXPECT_FALSE(CurveKeys::FromSecret("short"));
}

}  // namespace
}  // namespace tidings::bus
