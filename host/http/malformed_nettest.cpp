// What comes over a real socket and is not HTTP, or too much of it: every request of the framing
// cases in one piece, split everywhere, and the limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/framing_cases.h"
#include "http/test_client.h"
#include "http/test_server.h"

namespace tidings::http {
namespace {

using testing::HasSubstr;

Server& SharedServer() {
  static const auto kServer = [] {
    Options options;
    options.max_head = 4096;
    options.max_target = 1024;
    options.max_body = 100'000;
    return StartServer(TestRoutes(), options);
  }();
  return *kServer;
}

class Malformed : public testing::TestWithParam<FramingCase> {};

// Answers with the status the framing names, as a problem, says that it closes, and does. A case
// may hold a good request in front (it is answered first).
TEST_P(Malformed, IsRefusedAndClosed) {
  TestClient client(SharedServer().port());
  ASSERT_TRUE(client.Send(GetParam().input));
  std::optional<Answered> last;
  while (auto answer = client.Read()) last = answer;
  ASSERT_TRUE(last);
  std::string expected(GetParam().expected);
  if (size_t at = expected.find("error "); at != std::string::npos) expected.erase(0, at + 6);
  if (GetParam().input.starts_with("POST /c")) {
    EXPECT_EQ(last->status, 404) << "answered from the head alone";
  } else {
    EXPECT_EQ(std::to_string(last->status), expected.substr(0, 3));
    EXPECT_EQ(*last->headers.Find("Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(*last->headers.Find("Connection"), "close");
  client.FinishSending();
  EXPECT_TRUE(client.IsClosed());
}

INSTANTIATE_TEST_SUITE_P(Wire, Malformed, testing::ValuesIn(kBadRequests), CaseName);

// The chunk cases again, on a route that reads the body.
TEST(MalformedChunks, AreRefusedWhileTheBodyIsRead) {
  int tried = 0;
  for (const FramingCase& bad : kBadRequests) {
    if (!bad.input.starts_with("POST /c ")) continue;
    std::string input(bad.input);
    input.replace(5, 2, "/echo");
    TestClient client(SharedServer().port());
    auto answer = client.Ask(input);
    ASSERT_TRUE(answer) << bad.name;
    EXPECT_EQ(answer->status, 400) << bad.name;
    EXPECT_THAT(answer->body, HasSubstr(R"("status":400)")) << bad.name;
    ++tried;
  }
  EXPECT_GE(tried, 15);
}

// A chunked upload in two packets, split at every byte: CR | LF has hung servers.
TEST(SplitRequests, AreAnsweredWhereverTheyAreSplit) {
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\nwiki\r\n6;x=y\r\npedia \r\n0\r\nTrailer: t\r\n\r\n";
  TestClient client(SharedServer().port());
  for (size_t i = 1; i < request.size(); ++i) {
    ASSERT_TRUE(client.Send(request.substr(0, i)));
    ::usleep(500);
    auto answer = client.Ask(request.substr(i));
    ASSERT_TRUE(answer) << "split at " << i;
    ASSERT_EQ(answer->body, "wikipedia ") << "split at " << i;
  }
}

TEST(SplitRequests, AreAnsweredByteByByte) {
  TestClient client(SharedServer().port());
  ASSERT_TRUE(
      client.SendSlowly(Get("/hello") + Post("/echo", "slowly"), std::chrono::microseconds(200)));
  EXPECT_EQ(client.Read()->body, "hello");
  EXPECT_EQ(client.Read()->body, "slowly");
}

TEST(Limits, OfTheHeadEvenWhenItNeverEnds) {
  TestClient client(SharedServer().port());
  ASSERT_TRUE(client.Send("GET / HTTP/1.1\r\nHost: t\r\n"));
  std::string field = "X-Filler: " + std::string(200, 'x') + "\r\n";
  for (int i = 0; i < 1000 && client.Send(field); ++i) {
  }
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 431);
}

TEST(Limits, OfTheTarget) {
  TestClient client(SharedServer().port());
  EXPECT_EQ(client.Ask(Get("/" + std::string(2000, 'a')))->status, 414);
}

TEST(Limits, OfABodyThatSaysItsLength) {
  TestClient client(SharedServer().port());
  // The whole body is sent before the answer is read: it must arrive all the same.
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n"));
  client.Send(std::string(3'000'000, 'x'));
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_EQ(*answer->headers.Find("Connection"), "close");
  client.FinishSending();
  EXPECT_TRUE(client.IsClosed());
}

TEST(Limits, OfAChunkedBody) {
  TestClient client(SharedServer().port());
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"));
  std::string chunk = "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  for (int i = 0; i < 20; ++i) client.Send(chunk);
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST(Limits, OfAllBodiesTogether) {
  Options options;
  options.max_body = 10'000;
  options.body_budget = 15'000;
  auto server = StartServer(TestRoutes(), options);
  TestClient first(server->port());
  ASSERT_TRUE(first.Send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9000\r\n\r\n" +
                         std::string(8000, 'a')));
  ASSERT_TRUE(Eventually([&] { return server->counters().body_bytes == 8000; }));
  TestClient second(server->port());
  auto refused = second.Ask(Post("/echo", std::string(9000, 'b')));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(*refused->headers.Find("Retry-After"), "1");
  auto answer = first.Ask(std::string(1000, 'a'));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->body == std::string(9000, 'a'));
  EXPECT_TRUE(Eventually([&] { return server->counters().body_bytes == 0; }));
}

TEST(Limits, OfConnections) {
  Options options;
  options.max_connections = 3;
  auto server = StartServer(TestRoutes(), options);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<TestClient>(server->port()));
    EXPECT_EQ(clients.back()->Ask(Get("/hello"))->body, "hello");
  }
  TestClient fourth(server->port());
  EXPECT_TRUE(fourth.IsClosed());
  EXPECT_EQ(server->counters().refused, 1u);
  clients.pop_back();
  ASSERT_TRUE(Eventually([&] { return server->counters().connections < 3; }));
  TestClient fifth(server->port());
  EXPECT_EQ(fifth.Ask(Get("/hello"))->body, "hello");
}

TEST(Limits, OfWaitingHandlers) {
  Options options;
  options.blocking_threads = 1;
  options.blocking_queue = 1;
  auto server = StartServer(TestRoutes(), options);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<TestClient>(server->port()));
    ASSERT_TRUE(clients.back()->Send(Get("/later?ms=300&id=1")));
  }
  int served = 0;
  int refused = 0;
  for (auto& client : clients) {
    auto answer = client->Read();
    ASSERT_TRUE(answer);
    served += answer->status == 200;
    refused += answer->status == 503 && *answer->headers.Find("Retry-After") == "1";
  }
  EXPECT_GE(served, 1);
  EXPECT_GE(refused, 3);
  EXPECT_EQ(served + refused, 6);
}

}  // namespace
}  // namespace tidings::http
