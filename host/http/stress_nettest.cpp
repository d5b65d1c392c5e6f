// Many clients at once, many of which misbehave: no answer may reach another client than its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "http/test_client.h"
#include "http/test_server.h"

namespace tidings::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Asks for a deferred answer that carries its id, and leaves before it comes; then somebody else,
// who most likely gets the same descriptor, asks for another.
TEST(CrossedAnswers, NeverHappenWhenClientsLeaveEarly) {
  auto server = StartServer(TestRoutes());
  for (int i = 0; i < 400; ++i) {
    int kilobytes = i % 4 == 0 ? 2000 : 4;
    {
      TestClient leaver(server->port());
      ASSERT_TRUE(leaver.Send(Get(fmt::format("/later?ms=2&kb={}&id={}", kilobytes, 1000000 + i))));
      if (i % 3 == 0) ::usleep(2500);
      leaver.Leave(i % 2 == 0);
    }
    TestClient stayer(server->port());
    auto answer = stayer.Ask(Get(fmt::format("/later?ms=3&kb={}&id={}", i % 8, i)));
    ASSERT_TRUE(answer) << i;
    ASSERT_THAT(answer->body, testing::StartsWith(fmt::format("id={};", i)));
    ASSERT_FALSE(stayer.Read(false, milliseconds(1))) << "one request, one answer";
  }
  EXPECT_TRUE(Eventually([&] { return server->counters().connections == 0; }));
  EXPECT_EQ(server->counters().in_flight, 0);
  EXPECT_GT(server->counters().dropped, 0u);
}

// One client of the crowd: sends requests of all kinds, in all manners, and checks each answer.
class Member {
 public:
  Member(int port, unsigned seed) : port_(port), random_(seed) {}

  void Run(std::chrono::steady_clock::time_point until) {
    while (std::chrono::steady_clock::now() < until) OneConnection();
  }
  int answered() const { return answered_; }
  int wrong() const { return wrong_; }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  void OneConnection() {
    TestClient client(port_);
    for (int i = Pick(20); i >= 0; --i) {
      std::string id = std::to_string(random_());
      switch (Pick(7)) {
        case 0: Expect(client, Get("/items/" + id), id); break;
        case 1: Expect(client, Post("/echo", id), id); break;
        case 2: Expect(client, Get("/later?ms=1&id=" + id), "id=" + id + ";"); break;
        case 3:
          Expect(client, Get("/items/" + id) + Get("/later?id=" + id), id);
          Expect(client, "", "id=" + id + ";");
          break;
        case 4: ExpectEchoInChunks(client, id); break;
        case 5: client.Send(Get("/later?ms=2&kb=300&id=" + id)); return client.Leave(Pick(2) == 0);
        case 6: client.Send("GET /" + std::string(1, static_cast<char>(Pick(256)))); return;
      }
    }
  }

  void ExpectEchoInChunks(TestClient& client, const std::string& id) {
    client.Send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (char c : id) client.Send(fmt::format("1\r\n{}\r\n", c));
    Expect(client, "0\r\n\r\n", id);
  }

  void Expect(TestClient& client, const std::string& request, const std::string& body) {
    auto answer = client.Ask(request);
    ++answered_;
    if (!answer || answer->body != body) ++wrong_;
  }

  int port_;
  std::mt19937 random_;
  int answered_ = 0;
  int wrong_ = 0;
};

TEST(Crowd, GetsItsAnswers) {
  auto server = StartServer(TestRoutes());
  std::vector<std::unique_ptr<Member>> members;
  std::vector<std::thread> threads;
  auto until = std::chrono::steady_clock::now() + seconds(2);
  for (unsigned i = 0; i < 16; ++i) {
    members.push_back(std::make_unique<Member>(server->port(), i));
    threads.emplace_back([member = members.back().get(), until] { member->Run(until); });
  }
  for (std::thread& thread : threads) thread.join();
  int answered = 0;
  for (const auto& member : members) {
    answered += member->answered();
    EXPECT_EQ(member->wrong(), 0);
  }
  EXPECT_GT(answered, 500);
  EXPECT_TRUE(Eventually([&] { return server->counters().connections == 0; }));
  EXPECT_EQ(server->counters().in_flight, 0);
  EXPECT_EQ(server->counters().body_bytes, 0);
}

TEST(Crowd, OfNewConnectionsWaitsForNobody) {
  auto server = StartServer(TestRoutes());
  std::atomic<int64_t> slowest = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 500; ++j) {
        auto begun = std::chrono::steady_clock::now();
        TestClient client(server->port());
        auto answer = client.Ask(Get("/hello", "Connection: close\r\n"));
        ASSERT_TRUE(answer);
        auto took =
            std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
        if (took.count() > slowest) slowest = took.count();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LT(slowest, 5000) << "milliseconds; a connection was forgotten until the next one came";
}

}  // namespace
}  // namespace tidings::http
