// Bodies that are processed while they arrive: order, back-pressure, and every way to end early.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "http/test_client.h"
#include "http/test_server.h"

namespace tidings::http {
namespace {

using std::chrono::milliseconds;

// What the sink or reader of a route has seen, for the test to look at.
struct Seen {
  std::mutex mutex;
  size_t bytes = 0;
  uint64_t hash = 1469598103934665603u;
  bool ended = false;
  std::optional<Error> aborted;
  std::optional<BodyFlow> flow;
  std::optional<Responder> responder;

  void Take(std::string_view data) {
    std::lock_guard lock(mutex);
    bytes += data.size();
    for (char c : data) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  size_t Bytes() {
    std::lock_guard lock(mutex);
    return bytes;
  }
  bool Aborted() {
    std::lock_guard lock(mutex);
    return aborted.has_value();
  }
};

class RecordingSink : public BodySink {
 public:
  explicit RecordingSink(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}
  void OnData(std::string_view data) override { seen_->Take(data); }
  void OnEnd() override {
    std::lock_guard lock(seen_->mutex);
    seen_->ended = true;
    seen_->responder->Send(Response::Of(200, "text/plain", "done"));
  }
  void OnAbort(const Error& why) override {
    std::lock_guard lock(seen_->mutex);
    seen_->aborted = why;
    seen_->responder.reset();
  }

 private:
  std::shared_ptr<Seen> seen_;
};

Router WithSink(std::shared_ptr<Seen> seen, size_t max_body = 64 << 20) {
  Router router = TestRoutes();
  router.AddSink("POST", "/sink",
                 [seen](const Request&, Responder responder, BodyFlow flow) {
                   std::lock_guard lock(seen->mutex);
                   seen->responder = std::move(responder);
                   seen->flow = std::move(flow);
                   return std::make_unique<RecordingSink>(seen);
                 },
                 {.max_body = max_body});
  return router;
}

std::string Noise(size_t size) {
  std::string text(size, '\0');
  uint64_t state = 88172645463325252u;
  for (char& c : text) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state);
  }
  return text;
}

uint64_t HashOf(std::string_view text) {
  Seen seen;
  seen.Take(text);
  return seen.hash;
}

std::string Head(size_t length) {
  return "POST /sink HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

TEST(Sink, GetsTheBodyInOrder) {
  auto seen = std::make_shared<Seen>();
  Options options;
  options.body_window = 64 << 20;
  auto server = StartServer(WithSink(seen), options);
  TestClient client(server->port());
  std::string body = Noise(5'000'000);
  ASSERT_TRUE(client.Send(Head(body.size()) + body));
  EXPECT_EQ(client.Read()->body, "done");
  EXPECT_EQ(seen->bytes, body.size());
  EXPECT_EQ(seen->hash, HashOf(body));
  EXPECT_EQ(client.Ask(Get("/hello"))->body, "hello");
}

TEST(Sink, OfAnEmptyBodyEndsAtOnce) {
  auto seen = std::make_shared<Seen>();
  auto server = StartServer(WithSink(seen));
  TestClient client(server->port());
  EXPECT_EQ(client.Ask(Head(0))->body, "done");
  EXPECT_TRUE(seen->ended);
}

TEST(Sink, HoldsTheClientBackUntilItHasConsumed) {
  auto seen = std::make_shared<Seen>();
  Options options;
  options.body_window = 200'000;
  options.body_timeout = milliseconds(400);
  auto server = StartServer(WithSink(seen), options);
  TestClient client(server->port());
  std::string body = Noise(30'000'000);
  auto sent = std::async(std::launch::async, [&] { return client.Send(Head(body.size()) + body); });

  ASSERT_TRUE(Eventually([&] { return seen->Bytes() > options.body_window; }));
  ::usleep(1'000'000);  // more than the body timeout: we are slow, not the client
  size_t held = seen->Bytes();
  EXPECT_LE(held, options.body_window + (64 << 10)) << "no more than the window and one piece";
  EXPECT_EQ(sent.wait_for(milliseconds(0)), std::future_status::timeout);

  for (size_t consumed = 0; consumed < body.size();) {
    size_t now = seen->Bytes();
    if (now == consumed) ::usleep(200);
    seen->flow->Consumed(now - consumed);
    consumed = now;
  }
  EXPECT_TRUE(sent.get());
  EXPECT_EQ(client.Read()->body, "done");
  EXPECT_EQ(seen->hash, HashOf(body));
}

TEST(Sink, HearsOfAClientThatLeaves) {
  auto seen = std::make_shared<Seen>();
  auto server = StartServer(WithSink(seen));
  TestClient client(server->port());
  ASSERT_TRUE(client.Send(Head(1000) + "abc"));
  ASSERT_TRUE(Eventually([&] { return seen->Bytes() == 3; }));
  client.Leave();
  ASSERT_TRUE(Eventually([&] { return seen->Aborted(); }));
  EXPECT_EQ(seen->aborted->code, Code::kUnavailable);
  EXPECT_FALSE(seen->ended);
}

TEST(Sink, HearsOfABodyThatIsTooLongBrokenOrSlow) {
  struct Case {
    const char* rest;
    Code code;
    int status;
  };
  for (const Case& one : {Case{"3\r\nabc\r\nx", Code::kInvalidArgument, 400},
                          Case{"186a1\r\n", Code::kResourceExhausted, 413},
                          Case{"3\r\nabc\r\n", Code::kTimeout, 408}}) {
    auto seen = std::make_shared<Seen>();
    Options options;
    options.body_timeout = milliseconds(500);
    auto server = StartServer(WithSink(seen, 100'000), options);
    TestClient client(server->port());
    ASSERT_TRUE(
        client.Send("POST /sink HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"));
    ASSERT_TRUE(client.Send(one.rest));
    if (one.status == 400) client.Send("\r\n");
    if (one.status == 413) client.Send(std::string(100'001, 'x'));
    auto answer = client.Read();
    ASSERT_TRUE(answer) << one.status;
    EXPECT_EQ(answer->status, one.status);
    ASSERT_TRUE(seen->Aborted());
    EXPECT_EQ(seen->aborted->code, one.code) << one.status;
  }
}

TEST(Sink, MayAnswerBeforeTheBodyHasCome) {
  auto seen = std::make_shared<Seen>();
  auto server = StartServer(WithSink(seen));
  TestClient client(server->port());
  ASSERT_TRUE(client.Send(Head(10'000'000) + "abc"));
  ASSERT_TRUE(Eventually([&] { return seen->Bytes() == 3; }));
  seen->responder->Problem(422, "That will not do.");
  client.Send(std::string(3'000'000, 'x'));
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 422);
  EXPECT_EQ(*answer->headers.Find("Connection"), "close");
  EXPECT_EQ(seen->aborted->code, Code::kCancelled);
}

TEST(Sink, AFactoryMayRefuse) {
  Router router = TestRoutes();
  router.AddSink("POST", "/sink", [](const Request& request, const Responder& responder, BodyFlow) {
    if (!request.Query("drop")) responder.Problem(401, "Who are you?");
    return std::unique_ptr<BodySink>();
  });
  auto server = StartServer(std::move(router));
  TestClient client(server->port());
  auto answer = client.Ask(Head(100));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(*answer->headers.Find("Connection"), "close");
  TestClient again(server->port());
  EXPECT_EQ(again.Ask(Head(0))->status, 401);
  EXPECT_EQ(again.Ask("POST /sink?drop HTTP/1.1\r\nHost: t\r\n\r\n")->status, 500);
  EXPECT_EQ(again.Ask(Get("/hello"))->body, "hello") << "without a body, the connection stays";
}

// `begun` counts the uploads that have been given a thread.
Router WithUpload(std::shared_ptr<std::atomic<int>> begun = std::make_shared<std::atomic<int>>()) {
  Router router = TestRoutes();
  router.AddUpload("POST", "/sink",
                   [begun](const Request& request, BodyReader body, const Responder& responder) {
                     ++*begun;
                     auto give_up = request.Query("after");
                     size_t most = give_up ? std::stoul(std::string(*give_up)) : SIZE_MAX;
                     Seen seen;
                     while (seen.bytes < most) {
                       auto piece = body.Next();
                       if (!piece) return;
                       if (piece->empty()) break;
                       seen.Take(*piece);
                     }
                     responder.Send(Response::Of(200, "text/plain", std::to_string(seen.hash)));
                   },
                   {.max_body = 64 << 20});
  return router;
}

TEST(Upload, ReadsWhileTheClientSends) {
  auto server = StartServer(WithUpload());
  std::vector<std::future<bool>> answers;
  for (int i = 0; i < 4; ++i) {
    answers.push_back(std::async(std::launch::async, [&, i] {
      TestClient client(server->port());
      std::string body = Noise(8'000'000 + static_cast<size_t>(i));
      client.Send(Head(body.size()) + body);
      auto answer = client.Read();
      return answer && answer->body == std::to_string(HashOf(body));
    }));
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
}

TEST(Upload, AClientThatLeavesWakesTheReader) {
  Options options;
  options.upload_threads = 1;
  auto server = StartServer(WithUpload(), options);
  for (int i = 0; i < 5; ++i) {
    TestClient client(server->port());
    ASSERT_TRUE(client.Send(Head(1000) + "abc"));
    client.Leave(i % 2 == 0);
  }
  TestClient client(server->port());
  EXPECT_EQ(client.Ask(Head(3) + "abc")->body, std::to_string(HashOf("abc")))
      << "the only thread is free again";
}

TEST(Upload, AReaderMayStopReading) {
  auto server = StartServer(WithUpload());
  TestClient client(server->port());
  ASSERT_TRUE(
      client.Send("POST /sink?after=1 HTTP/1.1\r\nHost: t\r\nContent-Length: 9999999\r\n\r\n"
                  "a"));
  client.Send(std::string(4'000'000, 'b'));
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(*answer->headers.Find("Connection"), "close");
}

TEST(Upload, WaitsForAThreadWithoutHoldingTheOthersUp) {
  Options options;
  options.upload_threads = 1;
  auto begun = std::make_shared<std::atomic<int>>();
  auto server = StartServer(WithUpload(begun), options);
  TestClient slow(server->port());
  ASSERT_TRUE(slow.Send(Head(4) + "ab"));
  while (*begun == 0) std::this_thread::sleep_for(milliseconds(1));
  TestClient waiting(server->port());
  ASSERT_TRUE(waiting.Send(Head(3) + "abc"));
  TestClient other(server->port());
  EXPECT_EQ(other.Ask(Get("/later?id=1"))->body, "id=1;");
  EXPECT_FALSE(waiting.Read(false, milliseconds(100)));
  EXPECT_EQ(slow.Ask("cd")->body, std::to_string(HashOf("abcd")));
  EXPECT_EQ(waiting.Read()->body, std::to_string(HashOf("abc")));
}

}  // namespace
}  // namespace tidings::http
