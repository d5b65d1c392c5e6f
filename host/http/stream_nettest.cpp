// Bodies that are written piece by piece.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_client.h"
#include "http/test_server.h"

namespace tidings::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A route whose stream the test writes to.
class Streaming : public testing::Test {
 protected:
  void Start(Options options = {}) {
    Router router = TestRoutes();
    router.Add(
        "GET", "/stream",
        [this](const Request&, const Responder& responder) {
          std::lock_guard lock(mutex_);
          stream_ = responder.Stream(Response::Of(200, "text/plain", ""));
        },
        kQuick);
    router.Add(
        "GET", "/events",
        [this](const Request&, const Responder& responder) {
          std::lock_guard lock(mutex_);
          events_ = EventStream::Open(responder);
        },
        kQuick);
    server_ = StartServer(std::move(router), options);
  }

  ResponseStream Stream() {
    EXPECT_TRUE(Eventually([&] {
      std::lock_guard lock(mutex_);
      return stream_.has_value();
    }));
    std::lock_guard lock(mutex_);
    return *std::exchange(stream_, std::nullopt);
  }

  EventStream Events() {
    EXPECT_TRUE(Eventually([&] {
      std::lock_guard lock(mutex_);
      return events_.has_value();
    }));
    std::lock_guard lock(mutex_);
    return *std::exchange(events_, std::nullopt);
  }

  std::mutex mutex_;
  std::optional<ResponseStream> stream_;
  std::optional<EventStream> events_;
  std::unique_ptr<Server> server_;
};

TEST_F(Streaming, PiecesArriveInOrderAndThenTheNextAnswer) {
  Start();
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send(Get("/stream") + Get("/hello")));
  ResponseStream stream = Stream();
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    std::string piece = std::to_string(i) + ",";
    expected += piece;
    EXPECT_TRUE(stream.Write(piece));
  }
  stream.End();
  EXPECT_FALSE(stream.Write("too late"));
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer->headers.Find("Transfer-Encoding"), "chunked");
  EXPECT_FALSE(answer->headers.Find("Content-Length"));
  EXPECT_EQ(answer->body, expected);
  EXPECT_EQ(client.Read()->body, "hello");
}

TEST_F(Streaming, AStreamThatIsDroppedIsBrokenOff) {
  Start();
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send(Get("/stream")));
  { Stream().Write("half"); }
  std::string all = client.ReadAll();
  EXPECT_THAT(all, testing::EndsWith("half\r\n")) << "without the last chunk";
}

TEST_F(Streaming, ToHttp10EndsWithTheConnection) {
  Start();
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  ResponseStream stream = Stream();
  stream.Write("a");
  stream.Write("b");
  stream.End();
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "ab");
  EXPECT_EQ(*answer->headers.Find("Connection"), "close");
}

TEST_F(Streaming, ToHeadIsClosedFromTheStart) {
  Start();
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send("HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n" + Get("/hello")));
  ResponseStream stream = Stream();
  EXPECT_TRUE(Eventually([&] { return !stream.open(); }));
  EXPECT_EQ(client.Read(true)->status, 200);
  EXPECT_EQ(client.Read()->body, "hello");
}

TEST_F(Streaming, AProducerThatWaitsStaysWithinItsBound) {
  Start();
  TestClient client(server_->port(), 8192);
  ASSERT_TRUE(client.Send(Get("/stream")));
  ResponseStream stream = Stream();
  constexpr size_t kPiece = 50'000;
  constexpr size_t kPieces = 400;
  size_t most = 0;
  std::thread producer([&] {
    for (size_t i = 0; i < kPieces; ++i) {
      ASSERT_TRUE(stream.WaitBelow(200'000, seconds(20)));
      ASSERT_TRUE(stream.Write(std::string(kPiece, 'p')));
      most = std::max(most, stream.queued());
    }
    stream.End();
  });
  ::usleep(300'000);
  auto answer = client.Read();
  producer.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), kPiece * kPieces);
  EXPECT_LE(most, 200'000 + kPiece);
}

TEST_F(Streaming, AReaderThatFallsBehindIsDisconnected) {
  Options options;
  options.stream_buffer = 100'000;
  Start(options);
  TestClient client(server_->port(), 8192);
  ASSERT_TRUE(client.Send(Get("/events")));
  EventStream events = Events();
  std::string data(10'000, 'd');
  size_t written = 0;
  while (written < 100'000'000 && events.Send("", data)) written += data.size();
  EXPECT_LT(written, 20'000'000u) << "the kernel's buffers and ours";
  EXPECT_FALSE(events.stream().WaitBelow(SIZE_MAX, milliseconds(1)));
  EXPECT_TRUE(Eventually([&] { return server_->counters().connections == 0; }));
}

TEST_F(Streaming, EventsHaveTheirFormat) {
  Start();
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send(Get("/events")));
  EventStream events = Events();
  EXPECT_TRUE(events.Send("progress", "{\"sent\":1}\n{\"x\":2}", "7"));
  EXPECT_TRUE(events.Send("", "plain"));
  EXPECT_TRUE(events.Send("evil\nname", "x"));
  EXPECT_TRUE(events.Comment("still here"));
  events.End();
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer->headers.Find("Content-Type"), "text/event-stream");
  EXPECT_EQ(answer->body,
            "id: 7\nevent: progress\ndata: {\"sent\":1}\ndata: {\"x\":2}\n\n"
            "data: plain\n\nevent: evilname\ndata: x\n\n: still here\n\n");
}

TEST_F(Streaming, AClientThatLeavesClosesTheStream) {
  Start();
  for (bool reset : {false, true}) {
    TestClient client(server_->port());
    ASSERT_TRUE(client.Send(Get("/events")));
    EventStream events = Events();
    EXPECT_TRUE(events.Send("", "one"));
    client.Leave(reset);
    EXPECT_TRUE(Eventually([&] { return !events.stream().open(); }));
    EXPECT_FALSE(events.Send("", "two"));
  }
}

TEST_F(Streaming, AStreamMayOutliveItsServer) {
  Start();
  TestClient client(server_->port());
  ASSERT_TRUE(client.Send(Get("/stream")));
  ResponseStream stream = Stream();
  server_.reset();
  EXPECT_FALSE(stream.Write("nobody"));
  EXPECT_FALSE(stream.open());
}

}  // namespace
}  // namespace tidings::http
