#include "net/http_client.h"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/exchange.h"
#include "net/resolver.h"
#include "net/test_server.h"

namespace tidings::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Answers every request with its own bytes.
void Echo(Peer& peer) {
  for (auto request = peer.Receive(); !request.empty(); request = peer.Receive()) {
    if (!peer.Answer(request)) return;
  }
}

// Answers the first request with `bytes` and closes.
std::function<void(Peer&)> Raw(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    if (!peer.Receive().empty()) peer.Send(bytes);
  };
}

std::unique_ptr<HttpClient> ClientFor(std::vector<std::string> allow) {
  HttpOptions options;
  options.allow = std::move(allow);
  auto client = HttpClient::Create(options);
  EXPECT_TRUE(client);
  return std::move(*client);
}
std::unique_ptr<HttpClient> ClientFor(const TestServer& server) {
  return ClientFor({server.At("127.0.0.1"), server.At("localhost")});
}

HttpCall Get(std::string url, Duration timeout = seconds(20)) {
  HttpCall call;
  call.url = std::move(url);
  call.timeout = timeout;
  return call;
}

TEST(HttpClient, AsksAndGetsAnswers) {
  TestServer server(Echo);
  auto answer = ClientFor(server)->Call(Get(server.Url("/a%20b?c=d")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(answer->body, AllOf(HasSubstr("GET /a%20b?c=d HTTP/1.1\r\n"),
                                  HasSubstr("Host: " + server.At("127.0.0.1")),
                                  HasSubstr("User-Agent: tidings\r\n")));
  EXPECT_EQ(answer->Header("content-LENGTH"), std::to_string(answer->body.size()));
  EXPECT_EQ(answer->Header("x-none"), "");
}

TEST(HttpClient, SendsMethodHeadersAndBody) {
  TestServer server(Echo);
  auto client = ClientFor(server);
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    auto call = Get(server.Url());
    call.method = method;
    call.headers = "X-Key: secret\r\nContent-Type: application/json\r\n";
    call.body = std::string("{\"a\":1}\0", 8);
    auto answer = client->Call(call);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_THAT(
        answer->body,
        AllOf(HasSubstr(std::string(method) + " / HTTP/1.1\r\n"), HasSubstr("X-Key: secret\r\n"),
              HasSubstr("Content-Length: 8\r\n"), HasSubstr(call.body), Not(HasSubstr("Expect"))));
  }
  auto call = Get(server.Url());
  call.method = "POST";
  EXPECT_THAT(client->Call(call)->body,
              AllOf(HasSubstr("Content-Length: 0\r\n"), Not(HasSubstr("Content-Type"))));
}

TEST(HttpClient, AHeadHasNoBody) {
  TestServer server(Raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
  auto call = Get(server.Url());
  call.method = "HEAD";
  auto answer = ClientFor(server)->Call(call);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "");
}

TEST(HttpClient, EveryStatusIsAnAnswer) {
  for (int status : {204, 302, 404, 429, 500, 529}) {
    TestServer server(Raw("HTTP/1.1 " + std::to_string(status) +
                          " X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"));
    auto answer = ClientFor(server)->Call(Get(server.Url()));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->Header("retry-after"), "7");
  }
}

TEST(HttpClient, KeepsOnlyTheHeadersOfTheFinalAnswer) {
  TestServer server(
      Raw("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
          "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nok"));
  auto answer = ClientFor(server)->Call(Get(server.Url()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers, "A: b\r\nContent-Length: 2\r\n");
}

// ---------------------------------------------------------------- the guard

TEST(Guard, RefusesEveryWayToWriteLoopback) {
  TestServer server(Echo);
  auto client = ClientFor(std::vector<std::string>());
  for (const char* host :
       {"localhost", "LOCALHOST", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1",
        "017700000001", "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "127.0.0.1%2f"}) {
    auto answer = client->Call(Get("http://" + server.At(host) + "/?key=SECRET"));
    ASSERT_FALSE(answer) << host;
    EXPECT_THAT(answer.error().code,
                ::testing::AnyOf(Code::kPermissionDenied, Code::kInvalidArgument))
        << host << ": " << answer.error().message;
    EXPECT_THAT(answer.error().message, Not(HasSubstr("SECRET")));
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Guard, RefusesInnerNetworks) {
  auto client = ClientFor(std::vector<std::string>());
  for (const char* host : {"10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
                           "224.0.0.1", "[fe80::1]", "[fd00::1]", "[ff02::1]"}) {
    auto answer = client->Call(Get(std::string("http://") + host + "/", seconds(5)));
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, Code::kPermissionDenied) << answer.error().message;
  }
}

TEST(Guard, SaysWhichAddressAndWhatToDo) {
  auto client = ClientFor(std::vector<std::string>());
  EXPECT_EQ(client->Call(Get("http://10.1.2.3:81/x")).error().message,
            "calls to 10.1.2.3:81 are refused: it lies at 10.1.2.3, a private address; an operator "
            "can allow `10.1.2.3:81`");
}

TEST(Guard, TheAllowListOpensOneHostAndPort) {
  TestServer server(Echo), other(Echo);
  auto client = ClientFor({server.At("localhost")});
  EXPECT_TRUE(client->Call(Get("http://" + server.At("localhost") + "/")));
  EXPECT_TRUE(client->Call(Get("http://" + server.At("LocalHost") + "/")));
  for (const auto& closed : {server.At("127.0.0.1"), other.At("localhost")}) {
    auto answer = client->Call(Get("http://" + closed + "/"));
    ASSERT_FALSE(answer) << closed;
    EXPECT_EQ(answer.error().code, Code::kPermissionDenied);
  }
  EXPECT_EQ(other.connections(), 0);
}

TEST(Guard, ABadAllowListIsAnError) {
  HttpOptions options;
  options.allow = {"http://vendor"};
  EXPECT_EQ(HttpClient::Create(options).error().code, Code::kInvalidArgument);
}

TEST(Guard, RedirectsAreAnswersAndNotFollowed) {
  TestServer inner(Echo);
  TestServer server(
      Raw("HTTP/1.1 302 Found\r\nLocation: " + inner.Url() + "\r\nContent-Length: 0\r\n\r\n"));
  auto answer = ClientFor({server.At("127.0.0.1"), inner.At("127.0.0.1")})->Call(Get(server.Url()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->Header("Location"), inner.Url());
  EXPECT_EQ(inner.connections(), 0);
}

TEST(Guard, ProxiesOfTheEnvironmentAreNotUsed) {
  TestServer server(Echo), proxy(Echo);
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    ::setenv(name, proxy.Url("").c_str(), 1);
  }
  auto answer = ClientFor(server)->Call(Get(server.Url()));
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(proxy.connections(), 0);
}

// A name that is looked up as public and connected to as loopback: the last check must hold even
// where all before it were deceived.
TEST(Guard, ThePeerIsCheckedAgainWhenConnecting) {
  TestServer server(Echo);
  auto target = ParseTarget("http://" + server.At("public.example") + "/");
  ASSERT_TRUE(target);
  Route route;
  route.connect_timeout = seconds(5);
  route.pin = server.At("public.example") + ":127.0.0.1";
  Exchange exchange;
  auto answer = exchange.Run(Get(server.Url()), *target, {}, route, seconds(5));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kPermissionDenied);
  EXPECT_THAT(answer.error().message, HasSubstr("it lies at 127.0.0.1, a loopback address"));
  EXPECT_EQ(server.connections(), 0);
  route.guarded = false;  // the same pin is what is connected to
  EXPECT_TRUE(exchange.Run(Get(server.Url()), *target, {}, route, seconds(5)));
}

// ---------------------------------------------------------------- limits and failures

TEST(Limits, AnEndlessBodyIsCut) {
  TestServer server([](Peer& peer) {
    peer.Receive();
    peer.Send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.Send(std::string(65536, 'x'))) {
    }
  });
  auto call = Get(server.Url());
  call.max_body = 1'000'000;
  auto answer = ClientFor(server)->Call(call);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kResourceExhausted);
  EXPECT_THAT(answer.error().message,
              HasSubstr(server.At("127.0.0.1") + ": the answer is larger than 1,000,000 bytes"));
}

TEST(Limits, ABodyOfExactlyTheLimitPasses) {
  TestServer server([](Peer& peer) {
    peer.Receive();
    peer.Answer(std::string(100'000, 'x'));
  });
  auto call = Get(server.Url());
  call.max_body = 100'000;
  auto answer = ClientFor(server)->Call(call);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), 100'000u);
}

TEST(Limits, EndlessHeadersAreCut) {
  TestServer server([](Peer& peer) {
    peer.Receive();
    peer.Send("HTTP/1.1 200 OK\r\n");
    while (peer.Send("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  auto answer = ClientFor(server)->Call(Get(server.Url()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kResourceExhausted) << answer.error().message;
}

TEST(Limits, ASlowBodyTimesOut) {
  TestServer server([](Peer& peer) {
    peer.Receive();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (peer.Send("x")) std::this_thread::sleep_for(milliseconds(20));
  });
  const auto begin = steady_clock::now();
  auto answer = ClientFor(server)->Call(Get(server.Url(), milliseconds(300)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kTimeout);
  EXPECT_THAT(answer.error().message, HasSubstr("no whole answer within 300 ms"));
  EXPECT_LT(steady_clock::now() - begin, seconds(10));
}

TEST(Limits, ASilentServerTimesOut) {
  TestServer server([](Peer& peer) { peer.AwaitEnd(); });
  auto answer = ClientFor(server)->Call(Get(server.Url(), milliseconds(200)));
  EXPECT_EQ(answer.error().code, Code::kTimeout);
}

TEST(Limits, ACallCanBeCancelled) {
  TestServer server([](Peer& peer) { peer.AwaitEnd(); });
  auto client = ClientFor(server);
  std::atomic<bool> cancelled{false};
  auto call = Get(server.Url(), seconds(60));
  call.cancelled = &cancelled;
  std::thread canceller([&] {
    std::this_thread::sleep_for(milliseconds(100));
    cancelled = true;
  });
  const auto begin = steady_clock::now();
  auto answer = client->Call(call);
  canceller.join();
  EXPECT_EQ(answer.error().code, Code::kCancelled);
  EXPECT_LT(steady_clock::now() - begin, seconds(20));
  EXPECT_EQ(client->Call(call).error().code, Code::kCancelled);
}

TEST(Failures, NameTheHostAndWhatHappened) {
  int free_port = 0;
  {
    TestServer gone(Echo);
    free_port = gone.port();
  }
  auto name = "127.0.0.1:" + std::to_string(free_port);
  auto answer = ClientFor({name})->Call(Get("http://" + name + "/?key=SECRET"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
  EXPECT_THAT(answer.error().message, AllOf(HasSubstr(name + ": "), Not(HasSubstr("SECRET"))));
}

TEST(Failures, BrokenAnswersAreNone) {
  for (const char* bytes :
       {"", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 2"}) {
    TestServer server(Raw(bytes));
    auto answer = ClientFor(server)->Call(Get(server.Url()));
    ASSERT_FALSE(answer) << bytes;
    EXPECT_EQ(answer.error().code, Code::kUnavailable) << bytes;
  }
}

TEST(Failures, UnknownNamesAreNamed) {
  auto answer =
      ClientFor(std::vector<std::string>())->Call(Get("http://no-such-host.invalid/", seconds(30)));
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().code, ::testing::AnyOf(Code::kUnavailable, Code::kTimeout));
  EXPECT_THAT(answer.error().message, HasSubstr("no-such-host.invalid"));
}

TEST(Failures, ALookUpCanBeCancelled) {
  Resolver resolver;
  std::atomic<bool> cancelled{true};
  auto found =
      resolver.Resolve("no-such-host.invalid", steady_clock::now() + seconds(30), &cancelled);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().code, ::testing::AnyOf(Code::kCancelled, Code::kUnavailable));
}

// ---------------------------------------------------------------- connections

TEST(Connections, AreKeptOpenBetweenCalls) {
  TestServer server(Echo);
  auto client = ClientFor(server);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(client->Call(Get("http://" + server.At(i % 2 ? "localhost" : "127.0.0.1") + "/")));
  }
  EXPECT_EQ(server.connections(), 2);
}

TEST(Connections, ThatTheServerClosedAreReplaced) {
  TestServer server([](Peer& peer) {
    peer.Receive();
    peer.Answer("once");
  });
  auto client = ClientFor(server);
  for (int i = 0; i < 10; ++i) {
    auto call = Get(server.Url());
    call.method = "POST";
    call.body = "x";
    auto answer = client->Call(call);
    ASSERT_TRUE(answer) << answer.error().message;
  }
  EXPECT_EQ(server.connections(), 10);
}

TEST(Connections, OfSeveralThreadsDoNotMix) {
  TestServer server(Echo);
  auto client = ClientFor(server);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        auto path = "/thread" + std::to_string(t) + "/" + std::to_string(i) + "/";
        auto answer = client->Call(Get(server.Url(path)));
        if (!answer || answer->body.find(path) == std::string::npos) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(server.connections(), 8);
}

TEST(Connections, AFailedCallLeavesTheClientUsable) {
  TestServer slow([](Peer& peer) { peer.AwaitEnd(); });
  TestServer server(Echo);
  auto client = ClientFor({slow.At("127.0.0.1"), server.At("127.0.0.1")});
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(client->Call(Get(slow.Url(), milliseconds(50))));
    EXPECT_TRUE(client->Call(Get(server.Url())));
  }
}

}  // namespace
}  // namespace tidings::net
