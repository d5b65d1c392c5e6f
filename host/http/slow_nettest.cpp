// Clients that are too slow, at every point of a request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_client.h"
#include "http/test_server.h"

namespace tidings::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class Slow : public testing::Test {
 protected:
  static Options Impatient() {
    Options options;
    options.head_timeout = milliseconds(300);
    options.body_timeout = milliseconds(300);
    options.idle_timeout = milliseconds(600);
    options.write_timeout = milliseconds(500);
    return options;
  }

  void ExpectTimeout(TestClient& client) {
    auto answer = client.Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_EQ(*answer->headers.Find("Content-Type"), "application/problem+json");
    EXPECT_EQ(*answer->headers.Find("Connection"), "close");
    client.FinishSending();
    EXPECT_TRUE(client.IsClosed());
    EXPECT_EQ(server_->counters().timeouts, 1u);
  }

  std::unique_ptr<Server> server_ = StartServer(TestRoutes(), Impatient());
};

TEST_F(Slow, Head) {
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send("GET /hello HTTP/1.1\r\nHo"));
  ExpectTimeout(client);
}

TEST_F(Slow, HeadThatDrips) {
  TestClient client(server_->port());
  auto begun = std::chrono::steady_clock::now();
  // Each byte comes long before the timeout, but the head as a whole does not.
  client.SendSlowly("GET /hello HTTP/1.1\r\nHost", milliseconds(50));
  ExpectTimeout(client);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10));
}

TEST_F(Slow, HeadOfTheSecondRequest) {
  TestClient client(server_->port());
  EXPECT_EQ(client.Ask(Get("/hello"))->status, 200);
  ASSERT_TRUE(client.Send("GET"));
  ExpectTimeout(client);
}

TEST_F(Slow, Body) {
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc"));
  ExpectTimeout(client);
}

TEST_F(Slow, ChunkedBody) {
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n5"));
  ExpectTimeout(client);
}

TEST_F(Slow, BodyThatDrips) {
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n"));
  client.SendSlowly(std::string(20, 'x'), milliseconds(50));
  ExpectTimeout(client);
}

TEST_F(Slow, SilenceIsClosedWithoutAWord) {
  TestClient never(server_->port());
  TestClient no_longer(server_->port());
  EXPECT_EQ(no_longer.Ask(Get("/hello"))->status, 200);
  EXPECT_TRUE(never.IsClosed());
  EXPECT_TRUE(no_longer.IsClosed());
  EXPECT_EQ(server_->counters().timeouts, 0u);
}

TEST_F(Slow, AHandlerMayTakeItsTime) {
  TestClient client(server_->port());
  EXPECT_EQ(client.Ask(Get("/later?ms=1200&id=7"))->body, "id=7;");
  EXPECT_EQ(client.Ask(Get("/hello"))->body, "hello") << "its time does not count as idle";
}

TEST_F(Slow, ReaderOfABigAnswer) {
  TestClient client(server_->port(), 8192);
  ASSERT_TRUE(client.Send(Get("/big?mb=30")));
  EXPECT_TRUE(Eventually([&] { return server_->counters().in_flight == 1; }));
  EXPECT_TRUE(Eventually([&] { return server_->counters().connections == 0; }));
  EXPECT_EQ(server_->counters().timeouts, 1u);
  EXPECT_EQ(server_->counters().dropped, 1u);
}

TEST_F(Slow, ReaderThatTakesALittleAtATimeGetsAll) {
  TestClient client(server_->port(), 8192);
  ASSERT_TRUE(client.Send(Get("/big?mb=8")));
  ::usleep(300'000);  // shorter than the patience of the server
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), 8u << 20);
}

// Readers that stall must not cost the others anything.
TEST(Stalled, ReadersDoNotHinderOthers) {
  auto server = StartServer(TestRoutes());
  std::vector<std::unique_ptr<TestClient>> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.push_back(std::make_unique<TestClient>(server->port(), 8192));
    ASSERT_TRUE(stalled.back()->Send(Get("/big?mb=10")));
  }
  ASSERT_TRUE(Eventually([&] { return server->counters().in_flight == 20; }));
  std::clock_t cpu = std::clock();
  ::usleep(500'000);
  double busy = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  EXPECT_LT(busy, 0.2) << "seconds of processor for half a second of waiting";
  TestClient client(server->port());
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.Ask(Get("/hello"))->body, "hello");
}

}  // namespace
}  // namespace tidings::http
