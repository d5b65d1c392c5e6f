// For unit tests of plugins: a host that records, and a driver that runs the life of a plugin.
// Needs no test framework. Header only, C++17.
//
//     FakeHost host;
//     Driver plugin(host, R"({"prefix": "hello"})");
//     std::vector<tidings_message> messages(2);
//     messages[0].id = ToText("c1.1");
//     auto& out = plugin.Process(messages);
//     EXPECT_EQ(out.verdicts[0].code, TIDINGS_ACCEPT);
//
// The driver is strict where the host is: it keeps items wider apart than the plugin knows them,
// and lists in `problems` every result that the host would refuse.
#ifndef TIDINGS_TESTING_HPP
#define TIDINGS_TESTING_HPP

#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tidings/plugin.hpp"

namespace tidings::sdk::testing {

struct LogLine {
  tidings_log_level level;
  std::string text;
};

struct FakeHttpCall {
  std::string method, url, headers, body;
  std::uint32_t timeout_ms = 0;
  std::uint64_t max_body = 0;
};

// `error` not empty: no answer came, with `code` (TIDINGS_UNAVAILABLE unless told otherwise).
struct FakeHttpAnswer {
  std::uint32_t status = 200;
  std::string headers, body;
  std::string error;
  tidings_status code = TIDINGS_UNAVAILABLE;
};

// The host's side of the interface. Set it up, hand get() to a plugin, read what was recorded.
// All of it may be called from any thread; the public members are set before the plugin runs.
class FakeHost {
 public:
  explicit FakeHost(std::int64_t time = 1767225600000000 /* 2026-01-01 */, std::uint64_t seed = 1);
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  const tidings_host* get() const { return &host_; }

  std::atomic<std::int64_t> now;
  std::atomic<bool> cancelled{false};
  // Answers the plugin's HTTP calls; without one, every call fails.
  std::function<FakeHttpAnswer(const FakeHttpCall&)> http;
  std::string receipts_url;
  std::map<std::string, std::string> secrets;

  std::vector<LogLine> Log() const { return Locked(log_); }
  std::vector<FakeHttpCall> Calls() const { return Locked(calls_); }
  double Counter(const std::string& name) const;  // 0 where nothing was counted
  // The last error() as "where: message", or "message" where it has no place.
  std::string LastError() const { return Locked(error_); }

 private:
  template <class T>
  T Locked(const T& value) const {
    std::lock_guard<std::mutex> lock(mutex_);
    return value;
  }
  static FakeHost& Of(void* context) { return *static_cast<FakeHost*>(context); }
  static std::uint64_t NextRandom(void* context);
  static tidings_status Http(void* context, const tidings_http_call* call, tidings_http_done done,
                             void* done_context, tidings_text* why);
  static tidings_status Secret(void* context, tidings_text name, tidings_text* value);
  static void Error(void* context, tidings_text where, tidings_text message);
  static const void* Service(void* context, const char* name);

  tidings_host host_{};
  tidings_receipts_service receipts_{};
  mutable std::mutex mutex_;  // guards all below
  std::uint64_t random_;      // state of SplitMix64, as the host's
  std::vector<LogLine> log_;
  std::vector<FakeHttpCall> calls_;
  std::map<std::string, double> counters_;
  std::string error_;
};

struct FakeVerdict {
  tidings_verdict_code code = TIDINGS_ACCEPT;
  std::uint64_t retry_after_ms = 0;
  std::string reason, reference;
};
struct FakeRecord {
  std::uint64_t item = 0, line = 0;
  std::string entity, json;
};
struct FakeReceipt {
  std::uint64_t item = 0;
  tidings_receipt_status status = 0;
  std::string message_id, reason, reference, event_id;
  std::int64_t occurred_at = TIDINGS_NO_TIME;
};
struct FakeRefusal {
  std::uint64_t item = 0, line = 0;
  std::string field, value, reason;
};

// What one process() gave.
struct FakeOutput {
  tidings_status status = TIDINGS_OK;
  std::map<std::uint64_t, FakeVerdict> verdicts;  // by item
  std::vector<FakeRecord> records;
  std::vector<FakeReceipt> receipts;
  std::map<std::uint64_t, std::string> texts;  // by item
  std::vector<FakeRefusal> refusals;
  std::vector<std::string> problems;  // what the host would refuse; empty when all is well
};

// Runs one instance: created and started by the constructor, which throws std::runtime_error with
// the plugin's own words when that fails; drained, stopped and destroyed by the destructor.
// `descriptor` is the plugin that is linked into the test, unless told otherwise.
class Driver {
 public:
  explicit Driver(FakeHost& host, std::string_view options = "{}",
                  const tidings_plugin_descriptor* descriptor = tidings_plugin());
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // One batch; the output is valid until the next one.
  template <class Item>
  const FakeOutput& Process(const std::vector<Item>& items) {
    return Run(items.data(), sizeof(Item), items.size());
  }
  tidings_status Drain(std::int64_t deadline);
  void Stop();  // otherwise the destructor does
  const tidings_plugin_descriptor& descriptor() const { return *descriptor_; }

  std::int64_t batch_now;  // the `now` of coming batches; the host's time at the start

 private:
  const FakeOutput& Run(const void* items, std::size_t size, std::size_t count);

  FakeHost& host_;
  const tidings_plugin_descriptor* descriptor_;
  tidings_instance* instance_;
  bool running_ = false;
  FakeOutput output_;
};

}  // namespace tidings::sdk::testing

#include "tidings/testing_impl.hpp"

#endif  // TIDINGS_TESTING_HPP
