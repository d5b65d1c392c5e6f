// Stopping: what is in flight is finished, the rest is let go, and nothing hangs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "http/test_client.h"
#include "http/test_server.h"

namespace tidings::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(Drain, FinishesWhatIsInFlight) {
  auto server = StartServer(TestRoutes());
  std::vector<std::unique_ptr<TestClient>> busy;
  for (int i = 0; i < 8; ++i) {
    busy.push_back(std::make_unique<TestClient>(server->port()));
    ASSERT_TRUE(busy.back()->Send(Get("/later?ms=300&kb=2000&id=" + std::to_string(i))));
  }
  TestClient idle(server->port());
  EXPECT_EQ(idle.Ask(Get("/hello"))->status, 200);
  TestClient silent(server->port());
  TestClient half(server->port());
  ASSERT_TRUE(half.Send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nab"));
  ASSERT_TRUE(Eventually([&] {
    Counters now = server->counters();
    return now.connections == 11 && now.in_flight == 9;
  }));

  int port = server->port();
  auto drained = std::async(std::launch::async, [&] { return server->Drain(seconds(20)); });
  EXPECT_TRUE(idle.IsClosed(seconds(2)));
  EXPECT_TRUE(silent.IsClosed(seconds(2)));
  EXPECT_FALSE(TestClient(port).connected()) << "the port is closed";
  auto rest = half.Ask("cd");
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->body, "abcd");
  EXPECT_EQ(*rest->headers.Find("Connection"), "close");
  for (int i = 0; i < 8; ++i) {
    auto answer = busy[static_cast<size_t>(i)]->Read();
    ASSERT_TRUE(answer) << i;
    EXPECT_THAT(answer->body, testing::StartsWith("id=" + std::to_string(i) + ";"));
    EXPECT_EQ(answer->body.size(), 5u + (2000u << 10));
  }
  auto status = drained.get();
  EXPECT_TRUE(status) << status.error().message;
  EXPECT_EQ(server->counters().connections, 0);
  EXPECT_EQ(server->counters().in_flight, 0);
}

TEST(Drain, CutsOffWhatTakesTooLong) {
  auto server = StartServer(TestRoutes());
  TestClient reader(server->port(), 8192);
  ASSERT_TRUE(reader.Send(Get("/big?mb=30")));
  ASSERT_TRUE(Eventually([&] { return server->counters().in_flight == 1; }));
  auto status = server->Drain(milliseconds(200));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kTimeout);
  EXPECT_THAT(status.error().message, HasSubstr("1 requests were cut off"));
  EXPECT_TRUE(server->Drain(milliseconds(0))) << "twice is once";
}

TEST(Drain, EndsEventStreamsCleanly) {
  Router router;
  std::mutex mutex;
  std::optional<EventStream> events;
  router.Add("GET", "/events", [&](const Request&, const Responder& responder) {
    std::lock_guard lock(mutex);
    events = EventStream::Open(responder);
    events->Send("", "first");
  });
  auto server = StartServer(std::move(router));
  TestClient client(server->port());
  ASSERT_TRUE(client.Send(Get("/events")));
  ASSERT_TRUE(Eventually([&] { return server->counters().by_class[1] == 1; }));
  EXPECT_TRUE(server->Drain(seconds(5)));
  auto answer = client.Read();
  ASSERT_TRUE(answer) << "the last chunk has come";
  EXPECT_EQ(answer->body, "data: first\n\n");
}

TEST(Drain, OfAServerThatNeverStartedOrHasNothingToDo) {
  Server never({}, TestRoutes());
  EXPECT_TRUE(never.Drain(seconds(1)));
  auto idle = StartServer(TestRoutes());
  EXPECT_TRUE(idle->Drain(seconds(1)));
}

TEST(Destruction, AtAnyTimeNeitherHangsNorCrashes) {
  for (int round = 0; round < 30; ++round) {
    std::optional<Responder> late;
    std::mutex mutex;
    Router router = TestRoutes();
    router.Add("GET", "/never", [&](const Request&, const Responder& responder) {
      std::lock_guard lock(mutex);
      late = responder;
    });
    auto server = StartServer(std::move(router));
    std::vector<std::unique_ptr<TestClient>> clients;
    for (int i = 0; i < 6; ++i) {
      clients.push_back(std::make_unique<TestClient>(server->port()));
      const char* const kPaths[] = {"/never", "/later?ms=20", "/big?mb=4", "/hello"};
      if (i < 4) clients.back()->Send(Get(kPaths[i]));
      if (i == 4) clients.back()->Send("POST /echo HTTP/1.1\r\n");
    }
    ::usleep(static_cast<useconds_t>(round * 500));
    server.reset();
    std::lock_guard lock(mutex);
    if (late) late->Send(Response::Of(200, "text/plain", "nobody hears this"));
  }
}

TEST(Destruction, GivesThePortBack) {
  Options options;
  for (int i = 0; i < 5; ++i) {
    auto server = StartServer(TestRoutes(), options);
    options.port = server->port();
    TestClient client(options.port);
    EXPECT_EQ(client.Ask(Get("/hello"))->status, 200);
  }
}

}  // namespace
}  // namespace tidings::http
