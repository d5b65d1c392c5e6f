// The vendor with its threads, behind the plugin's interface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tidings/testing.hpp"

namespace {

using namespace tidings::sdk::testing;
using namespace std::chrono_literals;
using nlohmann::json;
using testing::HasSubstr;
using tidings::sdk::ToText;

// Messages "c.0" to "c.<count-1>"; keeps the text that they point to.
class Messages {
 public:
  explicit Messages(int count, int first = 0) {
    for (int i = 0; i < count; ++i) ids_.push_back("c." + std::to_string(first + i));
    for (auto& id : ids_) {
      tidings_message message{};
      message.id = message.idempotency_key = ToText(id);
      message.campaign_id = ToText("c");
      message.customer_id = ToText("x");
      message.channel = ToText("email");
      message.recipient = ToText("a@example.com");
      message.text = ToText("Hello");
      message.attributes = ToText("{}");
      message.attempt = 1;
      items.push_back(message);
    }
  }
  std::vector<tidings_message> items;

 private:
  std::vector<std::string> ids_;
};

// A receipt API that answers as it is told. Thread-safe.
class ReceiptApi {
 public:
  explicit ReceiptApi(FakeHost& host) {
    host.receipts_url = "http://127.0.0.1:8080/api/v1/receipts";
    host.http = [this](const FakeHttpCall& call) { return Take(call); };
  }

  // The next `calls` calls are answered with `status`; 0 means that nobody answers.
  void Fail(int calls, uint32_t status) {
    std::lock_guard lock(mutex_);
    failures_ = calls;
    status_ = status;
  }
  void Hold(bool hold) {
    std::lock_guard lock(mutex_);
    held_ = hold;
    changed_.notify_all();
  }
  std::vector<json> receipts() const {
    std::lock_guard lock(mutex_);
    return receipts_;
  }
  std::vector<size_t> sizes() const {
    std::lock_guard lock(mutex_);
    return sizes_;
  }
  bool WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return receipts_.size() >= count; });
  }

 private:
  FakeHttpAnswer Take(const FakeHttpCall& call) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !held_; });
    if (failures_ > 0) {
      --failures_;
      FakeHttpAnswer answer{status_, "", "no", status_ == 0 ? "connection refused" : ""};
      return answer;
    }
    auto body = json::parse(call.body);
    sizes_.push_back(body.size());
    for (auto& receipt : body) receipts_.push_back(receipt);
    changed_.notify_all();
    return {202, "", "{}", ""};
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<json> receipts_;
  std::vector<size_t> sizes_;  // of the calls
  int failures_ = 0;
  uint32_t status_ = 0;
  bool held_ = false;
};

int64_t Soon(FakeHost& host, std::chrono::microseconds time = 20s) {
  return host.now + time.count();
}

std::vector<std::string> IdsOf(const std::vector<json>& receipts) {
  std::vector<std::string> ids;
  for (auto& receipt : receipts) ids.push_back(receipt["commId"]);
  return ids;
}

TEST(DeliverSimulated, SendsAReceiptForEachMessage) {
  FakeHost host;
  ReceiptApi api(host);
  Driver plugin(host);
  Messages messages(2000);
  auto& out = plugin.Process(messages.items);
  EXPECT_EQ(out.problems, std::vector<std::string>());
  ASSERT_EQ(out.verdicts.size(), 2000u);
  EXPECT_EQ(out.verdicts.at(7).code, TIDINGS_ACCEPT);
  EXPECT_THAT(out.verdicts.at(7).reference, testing::StartsWith("sim-"));
  ASSERT_TRUE(api.WaitFor(2000));
  EXPECT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);

  auto receipts = api.receipts();
  auto ids = IdsOf(receipts);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 2000u);
  auto failed = std::count_if(receipts.begin(), receipts.end(),
                              [](const json& r) { return r["status"] == "FAILED"; });
  EXPECT_NEAR(static_cast<double>(failed), 200, 50);
  for (size_t size : api.sizes()) EXPECT_LE(size, 500u);
  EXPECT_EQ(host.Counter("receipts_sent"), 2000);
  auto call = host.Calls().at(0);
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, host.receipts_url);
  EXPECT_EQ(call.headers, "Content-Type: application/json\r\n");
}

TEST(DeliverSimulated, GivesAMessageTheSameReceiptWhenItComesAgain) {
  FakeHost host;
  ReceiptApi api(host);
  Driver plugin(host);
  Messages messages(300);
  plugin.Process(messages.items);
  plugin.Process(messages.items);
  ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);
  std::map<std::string, std::set<std::string>> seen;
  for (auto& receipt : api.receipts()) seen[receipt["commId"]].insert(receipt.dump());
  ASSERT_EQ(seen.size(), 300u);
  for (auto& [id, different] : seen) EXPECT_EQ(different.size(), 1u) << id;
}

TEST(DeliverSimulated, SendsSomeTwiceAndInDisorder) {
  FakeHost host;
  ReceiptApi api(host);
  api.Hold(true);
  Driver plugin(host, R"({"duplicates": 0.5, "disorder": true, "connections": 1})");
  plugin.Process(Messages(1000).items);
  api.Hold(false);
  ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);
  auto ids = IdsOf(api.receipts());
  EXPECT_NEAR(static_cast<double>(ids.size()), 1500, 75);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1000u);
  EXPECT_FALSE(std::is_sorted(ids.begin(), ids.end(), [](auto& a, auto& b) {
    return std::stoi(a.substr(2)) < std::stoi(b.substr(2));
  }));
}

TEST(DeliverSimulated, KeepsOrderOtherwise) {
  FakeHost host;
  ReceiptApi api(host);
  Driver plugin(host, R"({"connections": 1, "receipts_per_call": 7})");
  plugin.Process(Messages(100).items);
  ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);
  auto ids = IdsOf(api.receipts());
  ASSERT_EQ(ids.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ids[static_cast<size_t>(i)], "c." + std::to_string(i));
}

TEST(DeliverSimulated, RetriesAndRejectsWithReasons) {
  FakeHost host;
  ReceiptApi api(host);
  Driver plugin(host, R"({"retry_rate": 0.3, "reject_rate": 0.2})");
  auto& out = plugin.Process(Messages(1000).items);
  std::map<tidings_verdict_code, int> codes;
  std::set<std::string> reasons;
  for (auto& [item, verdict] : out.verdicts) {
    ++codes[verdict.code];
    reasons.insert(verdict.reason);
  }
  EXPECT_NEAR(codes[TIDINGS_REJECT], 200, 60);
  EXPECT_NEAR(codes[TIDINGS_RETRY], 240, 60);
  EXPECT_EQ(reasons,
            (std::set<std::string>{"", "EMAIL_BOUNCED", "INVALID_EMAIL", "SPAM_DETECTED",
                                   "RATE_LIMITED", "TEMPORARY_FAILURE", "QUOTA_EXCEEDED"}));
  size_t accepted = static_cast<size_t>(codes[TIDINGS_ACCEPT]);
  ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);
  EXPECT_EQ(api.receipts().size(), accepted);
}

TEST(DeliverSimulated, LosesNoReceiptWhileTheApiIsAway) {
  for (uint32_t status : {0u, 500u, 503u, 429u, 408u}) {
    FakeHost host;
    ReceiptApi api(host);
    api.Fail(3, status);
    Driver plugin(host, R"({"receipts_per_call": 50})");
    plugin.Process(Messages(200).items);
    ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK) << status;
    EXPECT_EQ(api.receipts().size(), 200u) << status;
    EXPECT_EQ(host.Counter("receipt_calls_failed"), 3) << status;
  }
}

TEST(DeliverSimulated, GivesUpReceiptsThatAreRefused) {
  FakeHost host;
  ReceiptApi api(host);
  api.Fail(1, 400);
  Driver plugin(host, R"({"connections": 1, "receipts_per_call": 50})");
  plugin.Process(Messages(200).items);
  ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);
  EXPECT_EQ(api.receipts().size(), 150u);
  EXPECT_EQ(host.Counter("receipts_refused"), 50);
  ASSERT_EQ(host.Log().size(), 1u);
  EXPECT_EQ(host.Log()[0].text, "the receipt API refuses 50 receipts with HTTP 400: no");
}

TEST(DeliverSimulated, SaysWhatItCouldNotSendInTime) {
  FakeHost host;
  ReceiptApi api(host);
  api.Fail(1'000'000, 0);
  Driver plugin(host);
  plugin.Process(Messages(10).items);
  EXPECT_EQ(plugin.Drain(Soon(host, 150ms)), TIDINGS_UNAVAILABLE);
  EXPECT_THAT(host.LastError(), HasSubstr("10 receipts could not be sent to http://127"));
  plugin.Stop();
  EXPECT_EQ(host.Log().back().text, "10 receipts were never sent");
  EXPECT_EQ(host.Counter("receipts_lost"), 10);
}

TEST(DeliverSimulated, WaitsForItsDelayUnlessItIsDrained) {
  FakeHost host;
  ReceiptApi api(host);
  Driver plugin(host, R"({"delay": "100ms..200ms"})");
  auto start = std::chrono::steady_clock::now();
  plugin.Process(Messages(20).items);
  ASSERT_TRUE(api.WaitFor(20));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);

  Driver slow(host, R"({"delay": "1h"})");
  start = std::chrono::steady_clock::now();
  slow.Process(Messages(20).items);
  EXPECT_EQ(slow.Drain(Soon(host)), TIDINGS_OK);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
  EXPECT_EQ(api.receipts().size(), 40u);
}

TEST(DeliverSimulated, HoldsBackWhenTooManyReceiptsWait) {
  FakeHost host;
  ReceiptApi api(host);
  api.Hold(true);
  Driver plugin(host, R"({"max_pending": 100, "receipts_per_call": 10})");
  Messages messages(250);
  std::thread opener([&] {
    std::this_thread::sleep_for(100ms);
    api.Hold(false);
  });
  auto& out = plugin.Process(messages.items);  // waits until there is room for all
  opener.join();
  for (auto& [item, verdict] : out.verdicts) EXPECT_EQ(verdict.code, TIDINGS_ACCEPT) << item;

  api.Hold(true);
  host.cancelled = true;
  auto& late = plugin.Process(messages.items);
  size_t accepted = 0, retried = 0;
  for (auto& [item, verdict] : late.verdicts) {
    accepted += verdict.code == TIDINGS_ACCEPT;
    retried += verdict.code == TIDINGS_RETRY;
  }
  EXPECT_LE(accepted, 100u);
  EXPECT_EQ(accepted + retried, 250u);
  api.Hold(false);
  ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);
  EXPECT_EQ(api.receipts().size(), 250 + accepted);
}

TEST(DeliverSimulated, TakesItsTimeAndEndsEarlyWhenCancelled) {
  FakeHost host;
  ReceiptApi api(host);
  Driver plugin(host, R"({"latency": "50ms"})");
  auto start = std::chrono::steady_clock::now();
  plugin.Process(Messages(1).items);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 50ms);
  Driver slow(host, R"({"latency": "1h"})");
  host.cancelled = true;
  EXPECT_EQ(slow.Process(Messages(1).items).verdicts.size(), 1u);
}

TEST(DeliverSimulated, StopsAtOnceWithReceiptsOnTheirWay) {
  FakeHost host;
  ReceiptApi api(host);
  Driver plugin(host, R"({"delay": "1h", "connections": 8})");
  plugin.Process(Messages(1000).items);
  plugin.Stop();
  EXPECT_EQ(host.Counter("receipts_lost"), 1000);
}

TEST(DeliverSimulated, NeedsSomebodyToCallBack) {
  FakeHost host;
  EXPECT_THROW({ Driver plugin(host); }, std::runtime_error);
  EXPECT_EQ(host.LastError(),
            "/receipt_url: this host serves no receipt API to call back; say where receipts go");
  ReceiptApi api(host);
  Driver told(host, R"({"receipt_url": "http://elsewhere/receipts"})");
  told.Process(Messages(1).items);
  told.Drain(Soon(host));
  EXPECT_EQ(host.Calls().at(0).url, "http://elsewhere/receipts");
}

TEST(DeliverSimulated, HandsMessagesToAVendorOfItsOwn) {
  FakeHost host;
  host.http = [](const FakeHttpCall& call) {
    auto body = json::parse(call.body);
    EXPECT_EQ(body.size(), 3u);
    EXPECT_EQ(body[0]["personalized_msg"], "Hello");
    return FakeHttpAnswer{
        200, "", R"({"results":[{"commId":"c.1","status":"REJECTED","reason":"INVALID_EMAIL"}]})",
        ""};
  };
  Driver plugin(host, R"({"url": "http://127.0.0.1:9/deliver"})");
  auto& out = plugin.Process(Messages(3).items);
  EXPECT_EQ(out.verdicts.at(0).code, TIDINGS_ACCEPT);
  EXPECT_EQ(out.verdicts.at(1).code, TIDINGS_REJECT);
  EXPECT_EQ(out.verdicts.at(1).reason, "INVALID_EMAIL");
  EXPECT_EQ(host.Calls().at(0).url, "http://127.0.0.1:9/deliver");

  host.http = [](const FakeHttpCall&) { return FakeHttpAnswer{0, "", "", "connection refused"}; };
  EXPECT_EQ(plugin.Process(Messages(3).items).status, TIDINGS_UNAVAILABLE);
  EXPECT_EQ(host.LastError(), "http://127.0.0.1:9/deliver: connection refused");
}

TEST(DeliverSimulated, CostsLittleForAMessage) {
  FakeHost host;
  ReceiptApi api(host);
  host.http = [](const FakeHttpCall&) { return FakeHttpAnswer{}; };
  Driver plugin(host);
  constexpr int kBatches = 100, kBatch = 1000;
  Messages messages(kBatch);
  auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kBatches; ++i) plugin.Process(messages.items);
  ASSERT_EQ(plugin.Drain(Soon(host)), TIDINGS_OK);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(host.Counter("receipts_sent"), kBatches * kBatch);
  double rate = kBatches * kBatch / took.count();
  std::cout << static_cast<int64_t>(rate) << " messages/s\n";
  EXPECT_GT(rate, 2'000);  // far under what it does: sanitizers and crowds allowed for
}

}  // namespace
