// What a well-behaved client sees.
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_client.h"
#include "http/test_server.h"

namespace tidings::http {
namespace {

using testing::HasSubstr;

class ServerTest : public testing::Test {
 protected:
  Server& server() { return *server_; }
  int port() const { return server_->port(); }
  std::unique_ptr<Server> server_ = StartServer(TestRoutes());
};

TEST_F(ServerTest, AnswersWithDateLengthAndSecurityHeaders) {
  TestClient client(port());
  auto answer = client.Ask(Get("/hello"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(*answer->headers.Find("content-length"), "5");
  EXPECT_EQ(*answer->headers.Find("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer->headers.Find("Date")->size(), 29u);
  EXPECT_FALSE(answer->headers.Find("Connection"));
}

TEST_F(ServerTest, KeepsAConnectionForManyRequests) {
  TestClient client(port());
  for (int i = 0; i < 50; ++i) {
    auto answer = client.Ask(Get("/items/" + std::to_string(i)));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::to_string(i));
  }
  EXPECT_EQ(server().counters().accepted, 1u);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  TestClient client(port());
  std::string requests;
  for (int i = 0; i < 100; ++i) {
    // Slow and quick ones, mixed: the quick ones must wait their turn.
    requests += i % 10 == 0 ? Get("/later?ms=5&id=" + std::to_string(i))
                            : Get("/items/id=" + std::to_string(i) + ";");
  }
  ASSERT_TRUE(client.Send(requests));
  for (int i = 0; i < 100; ++i) {
    auto answer = client.Read();
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->body, "id=" + std::to_string(i) + ";");
  }
}

TEST_F(ServerTest, AnswersPipelinedRequestsOfAClientThatHasFinishedSending) {
  TestClient client(port());
  ASSERT_TRUE(client.Send(Get("/later?id=1&ms=20") + Get("/later?id=2") + Post("/echo", "3")));
  client.FinishSending();
  EXPECT_EQ(client.Read()->body, "id=1;");
  EXPECT_EQ(client.Read()->body, "id=2;");
  EXPECT_EQ(client.Read()->body, "3");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, ServesHeadByGetWithoutABody) {
  TestClient client(port());
  ASSERT_TRUE(client.Send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n" + Get("/items/next")));
  auto head = client.Read(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(*head->headers.Find("Content-Length"), "5");
  EXPECT_EQ(client.Read()->body, "next");
}

TEST_F(ServerTest, AnswersUnknownPathsAndMethodsWithProblems) {
  TestClient client(port());
  auto missing = client.Ask(Get("/nowhere"));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(*missing->headers.Find("Content-Type"), "application/problem+json");
  EXPECT_THAT(missing->body, HasSubstr(R"("status":404)"));
  EXPECT_THAT(missing->body, HasSubstr("There is nothing at /nowhere."));
  auto wrong = client.Ask("DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(wrong) << "the connection is still good after a 404";
  EXPECT_EQ(wrong->status, 405);
  EXPECT_EQ(*wrong->headers.Find("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(ServerTest, AnswersOptions) {
  TestClient client(port());
  auto one = client.Ask("OPTIONS /echo HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->status, 204);
  EXPECT_EQ(*one->headers.Find("Allow"), "OPTIONS, POST");
  EXPECT_FALSE(one->headers.Find("Content-Length"));
  EXPECT_EQ(client.Ask("OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n")->status, 204);
}

TEST_F(ServerTest, DecodesPathsAndQueries) {
  TestClient client(port());
  EXPECT_EQ(client.Ask(Get("/items/a%20b%2Fc%C3%A9"))->body, "a b/c\xC3\xA9");
  EXPECT_EQ(client.Ask(Get("http://example.com/items/absolute?x=1"))->body, "absolute");
  auto bad = client.Ask(Get("/items/%zz"));
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->status, 400);
  EXPECT_THAT(bad->body, HasSubstr("percent escape"));
}

TEST_F(ServerTest, TakesBodiesByLengthAndByChunks) {
  TestClient client(port());
  EXPECT_EQ(client.Ask(Post("/echo", "a body"))->body, "a body");
  EXPECT_EQ(client
                .Ask("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n4;x=\"y\"\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n")
                ->body,
            "abcdefg");
  EXPECT_EQ(client.Ask(Post("/echo", ""))->body, "");
}

TEST_F(ServerTest, TellsAClientThatAsksToGoOn) {
  TestClient client(port());
  ASSERT_TRUE(client.Send(
      "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.Read()->status, 100);
  EXPECT_EQ(client.Ask("abc")->body, "abc");
  auto refused = client.Ask(Post("/echo", "", "Expect: a miracle\r\n"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 417);
}

TEST_F(ServerTest, RefusesAnExpectedBodyWithoutReadingIt) {
  TestClient client(port());
  auto answer = client.Ask(
      "POST /nowhere HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n"
      "Expect: 100-continue\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(*answer->headers.Find("Connection"), "close");
  EXPECT_TRUE(client.IsClosed());
}

TEST_F(ServerTest, ClosesWhenAskedAndForHttp10) {
  TestClient asking(port());
  auto answer = asking.Ask(Get("/hello", "Connection: close\r\n"));
  EXPECT_EQ(*answer->headers.Find("Connection"), "close");
  EXPECT_TRUE(asking.IsClosed());
  TestClient old(port());
  EXPECT_EQ(old.Ask("GET /hello HTTP/1.0\r\n\r\n")->body, "hello");
  EXPECT_TRUE(old.IsClosed());
  TestClient keeping(port());
  auto kept = keeping.Ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(*kept->headers.Find("Connection"), "keep-alive");
  EXPECT_EQ(keeping.Ask("GET /items/again HTTP/1.0\r\n\r\n")->body, "again");
}

TEST_F(ServerTest, HandlersThatThrowDropOrAnswerTwice) {
  TestClient client(port());
  auto thrown = client.Ask(Get("/throw"));
  ASSERT_TRUE(thrown);
  EXPECT_EQ(thrown->status, 500);
  EXPECT_THAT(thrown->body, testing::Not(HasSubstr("secret")));
  EXPECT_EQ(client.Ask(Get("/drop"))->status, 500);
  EXPECT_EQ(client.Ask(Get("/twice"))->body, "first");
  EXPECT_EQ(client.Ask(Get("/items/after"))->body, "after");
}

TEST_F(ServerTest, Counts) {
  TestClient client(port());
  client.Ask(Get("/hello"));
  client.Ask(Get("/nowhere"));
  client.Ask(Get("/throw"));
  // An answer may arrive a moment before it is counted as finished.
  EXPECT_TRUE(Eventually([&] { return server().counters().in_flight == 0; }));
  Counters now = server().counters();
  EXPECT_EQ(now.connections, 1);
  EXPECT_EQ(now.by_class, (std::array<uint64_t, 5>{0, 1, 0, 1, 1}));
  EXPECT_EQ(now.bytes_in, Get("/hello").size() + Get("/nowhere").size() + Get("/throw").size());
  EXPECT_GT(now.bytes_out, 300u);
  client.Leave();
  EXPECT_TRUE(Eventually([&] { return server().counters().connections == 0; }));
}

TEST(ServerStart, RefusesWhatCannotBe) {
  auto first = StartServer(TestRoutes());
  Options options;
  options.port = first->port();
  Server second(options, TestRoutes());
  auto started = second.Start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kUnavailable);
  EXPECT_THAT(started.error().message, HasSubstr("Address already in use"));
  EXPECT_EQ(first->Start().error().code, Code::kConflict);

  Options named;
  named.address = "localhost.example";
  EXPECT_EQ(Server(named, Router()).Start().error().code, Code::kInvalidArgument);
  Options idle;
  idle.threads = 0;
  EXPECT_THAT(Server(idle, Router()).Start().error().message, HasSubstr("threads is 0"));
  Options greedy;
  greedy.max_connections = 2'000'000'000;
  EXPECT_TRUE(Server(greedy, Router()).Start()) << "takes as many as it may";
}

TEST(ServerStart, ListensOnIpv6) {
  Options options;
  options.address = "::1";
  auto server = StartServer(TestRoutes(), options);
  EXPECT_GT(server->port(), 0);
}

TEST(ServerAccess, ReportsEachAnswer) {
  std::mutex mutex;
  std::vector<std::string> seen;
  Options options;
  options.on_access = [&](const Access& access) {
    std::lock_guard lock(mutex);
    seen.push_back(fmt::format("{} {} {} {} {} {}", access.method, access.route, access.target,
                               access.status, access.bytes, access.peer));
  };
  auto server = StartServer(TestRoutes(), options);
  TestClient client(server->port());
  client.Ask(Get("/items/7?x"));
  client.Ask(Get("/none"));
  ASSERT_TRUE(server->Drain(std::chrono::seconds(5)));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], "GET /items/{id} /items/7?x 200 1 127.0.0.1");
  EXPECT_THAT(seen[1], testing::StartsWith("GET  /none 404 "));
}

}  // namespace
}  // namespace tidings::http
