// Instances: what they pass on, and what plugins that break the rules get to hear.
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/instance.h"
#include "test_plugins.h"

namespace tidings::plugin {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ViewOf(tidings_text text) { return std::string(text.data ? text.data : "", text.size); }

// Takes what passes the guard.
struct Taken {
  struct Verdict {
    uint64_t item;
    tidings_verdict_code code;
    std::string reason, reference;
  };
  Taken() {
    table = {
        sizeof table,
        0,
        this,
        [](void* self, uint64_t item, const tidings_verdict* verdict) {
          Of(self).verdicts.push_back(
              {item, verdict->code, ViewOf(verdict->reason), ViewOf(verdict->reference)});
        },
        [](void* self, uint64_t, const tidings_record*) { ++Of(self).others; },
        [](void* self, uint64_t, const tidings_receipt*) { ++Of(self).others; },
        [](void* self, uint64_t, tidings_text text) { Of(self).texts.push_back(ViewOf(text)); },
        [](void* self, uint64_t, uint64_t, tidings_text, tidings_text, tidings_text) {
          ++Of(self).others;
        }};
  }
  Taken(const Taken&) = delete;  // the table points here
  Taken& operator=(const Taken&) = delete;
  void Clear() {
    verdicts.clear();
    texts.clear();
    others = 0;
  }
  static Taken& Of(void* self) { return *static_cast<Taken*>(self); }

  tidings_output table{};
  std::vector<Verdict> verdicts;
  std::vector<std::string> texts;
  int others = 0;
};

template <class Item>
tidings_batch BatchOf(tidings_stage stage, const std::vector<Item>& items) {
  return {sizeof(tidings_batch), stage, items.size(),   items.data(),
          sizeof(Item),          1000,  TIDINGS_NO_TIME};
}

class Rogue : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Instance>> Make(const char* in, const char* what) {
    static const auto plugin = Loaded("rogue");
    HostServices services;
    services.log = [this](log::Level, std::string_view text) { log_.emplace_back(text); };
    services.clock = &clock_;
    services.cancelled = &cancelled_;
    return Instance::Create(plugin, Json{{"in", in}, {"do", what}}, services);
  }
  // An instance that has been started.
  std::unique_ptr<Instance> Started(const char* in, const char* what) {
    auto made = Make(in, what);
    if (!made || !(*made)->Start()) throw std::runtime_error("did not start");
    return std::move(*made);
  }
  Status Process(Instance& instance, int64_t deadline = TIDINGS_NO_TIME) {
    auto batch = BatchOf(TIDINGS_DELIVER, messages_);
    batch.deadline = deadline;
    return instance.Process(batch, taken_.table);
  }

  FixedClock clock_{Time(Duration(1'000'000))};
  std::atomic<bool> cancelled_{false};
  std::vector<std::string> log_;
  std::vector<tidings_message> messages_ = std::vector<tidings_message>(3);
  Taken taken_;
};

TEST_F(Rogue, PassesVerdictsOn) {
  auto instance = Started("", "");
  ASSERT_TRUE(Process(*instance));
  ASSERT_EQ(taken_.verdicts.size(), 3u);
  EXPECT_EQ(taken_.verdicts[2].item, 2u);
  EXPECT_EQ(taken_.verdicts[2].code, tidings_verdict_code{TIDINGS_ACCEPT});
  EXPECT_EQ(taken_.verdicts[2].reference, "ref");
}

TEST_F(Rogue, TellsWhyCreateFailed) {
  auto made = Make("create", "fail");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "rogue 0.1.0: create: at /endpoint: no such host");
  EXPECT_EQ(made.error().code, Code::kInvalidArgument);
}

TEST_F(Rogue, TellsThatCreateFailedWithoutAWord) {
  auto made = Make("create", "silent");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("gave no reason"));
}

TEST_F(Rogue, SurvivesExceptionsThatCrossTheBorder) {
  EXPECT_THAT(Make("create", "throw").error().message,
              HasSubstr("create: let an exception cross the interface, which breaks it: thrown"));
  EXPECT_THAT(Make("create", "throw_int").error().message, HasSubstr("no std::exception"));
  auto instance = Started("process", "throw");
  auto status = Process(*instance);
  EXPECT_EQ(status.error().code, Code::kInternal);
  EXPECT_THAT(status.error().message, HasSubstr("thrown across"));
  EXPECT_THAT(Process(*instance).error().message, HasSubstr("broken by an exception"));
}

TEST_F(Rogue, LogsExceptionsOfStopAndDestroy) {
  Started("stop", "throw").reset();
  Started("destroy", "throw").reset();
  EXPECT_THAT(log_, ElementsAre(HasSubstr("stop: let an exception cross"),
                                HasSubstr("destroy: let an exception cross")));
}

TEST_F(Rogue, StatusesKeepTheirMeaning) {
  const std::pair<const char*, Code> cases[] = {{"fail", Code::kInvalidArgument},
                                                {"unavailable", Code::kUnavailable},
                                                {"cancelled", Code::kCancelled},
                                                {"silent", Code::kInternal},
                                                {"unknown_status", Code::kInternal}};
  for (const auto& [what, code] : cases) {
    auto status = Process(*Started("process", what));
    ASSERT_FALSE(status) << what;
    EXPECT_EQ(status.error().code, code) << what;
    EXPECT_THAT(status.error().message, HasSubstr("rogue 0.1.0: process: ")) << what;
  }
  EXPECT_THAT(Process(*Started("process", "unknown_status")).error().message,
              HasSubstr("a status that is none (77)"));
  EXPECT_TRUE(taken_.verdicts.empty());
}

TEST_F(Rogue, CancelledPastTheDeadlineIsATimeout) {
  auto status = Process(*Started("process", "cancelled"), 999'999);
  EXPECT_EQ(status.error().code, Code::kTimeout);
}

TEST_F(Rogue, BrokenRulesFailTheBatch) {
  const std::pair<const char*, const char*> cases[] = {
      {"out_of_range", "a verdict for item 3, but the batch has 3 items, counted from 0"},
      {"far_out_of_range", "a verdict for item 18446744073709551615"},
      {"twice", "a verdict for item 0, but that item has a verdict already"},
      {"null", "struct_size is too small"},
      {"small", "struct_size is too small"},
      {"no_data", "text with a size and no data"},
      {"unknown_code", "its code is unknown"},
      {"record", "a record for item 0, but a plugin of its stage gives no such result"},
      {"other_thread", "inside process() and on its thread only"}};
  for (const auto& [what, words] : cases) {
    taken_.Clear();
    auto status = Process(*Started("output", what));
    ASSERT_FALSE(status) << what;
    EXPECT_EQ(status.error().code, Code::kInternal) << what;
    EXPECT_THAT(status.error().message, AllOf(HasSubstr("broke a rule"), HasSubstr(words)));
    EXPECT_EQ(taken_.others, 0) << what;
    EXPECT_LE(taken_.verdicts.size(), 3u) << what;
  }
}

TEST_F(Rogue, ABrokenRuleIsForgottenAfterItsBatch) {
  auto instance = Started("output", "twice");
  EXPECT_FALSE(Process(*instance));
  messages_.clear();
  taken_.Clear();
  EXPECT_FALSE(Process(*instance));  // a verdict for item 0 of none
  EXPECT_TRUE(taken_.verdicts.empty());
}

TEST_F(Rogue, MissingVerdictsAreRejected) {
  ASSERT_TRUE(Process(*Started("output", "first_only")));
  ASSERT_EQ(taken_.verdicts.size(), 3u);
  EXPECT_EQ(taken_.verdicts[0].item, 2u);
  EXPECT_EQ(taken_.verdicts[1].code, tidings_verdict_code{TIDINGS_REJECT});
  EXPECT_EQ(taken_.verdicts[1].reason, "the plugin gave no verdict");
}

TEST_F(Rogue, MissingVerdictsOfACancelledBatchAreRetried) {
  auto instance = Started("output", "none");
  cancelled_ = true;
  ASSERT_TRUE(Process(*instance));
  ASSERT_EQ(taken_.verdicts.size(), 3u);
  EXPECT_EQ(taken_.verdicts[0].code, tidings_verdict_code{TIDINGS_RETRY});
}

TEST_F(Rogue, ReasonsAreFitForPeopleAndPostgres) {
  ASSERT_TRUE(Process(*Started("output", "no_reason")));
  EXPECT_EQ(taken_.verdicts[0].reason, "the plugin gave no reason");
  taken_.Clear();
  ASSERT_TRUE(Process(*Started("output", "bad_text")));
  EXPECT_EQ(taken_.verdicts[0].reason, "caf? ?");
}

TEST_F(Rogue, KeepsTheOrderOfCalls) {
  auto made = std::move(*Make("", ""));
  EXPECT_THAT(Process(*made).error().message, HasSubstr("called it while it was not started"));
  EXPECT_THAT(made->Drain(Time()).error().message, HasSubstr("not started"));
  ASSERT_TRUE(made->Start());
  EXPECT_THAT(made->Start().error().message, HasSubstr("while it was running"));
  ASSERT_TRUE(made->Drain(Time()));
  EXPECT_THAT(Process(*made).error().message, HasSubstr("while it was drained"));
  made->Stop();
  made->Stop();
  EXPECT_THAT(made->Start().error().message, HasSubstr("while it was stopped"));
  EXPECT_TRUE(taken_.verdicts.empty());
}

TEST_F(Rogue, RefusesABatchOfAnotherStage) {
  auto instance = Started("", "");
  std::vector<tidings_task> tasks(1);
  auto status = instance->Process(BatchOf(TIDINGS_SUMMARIZE, tasks), taken_.table);
  EXPECT_EQ(status.error().code, Code::kInternal);
}

TEST_F(Rogue, IsNeverEnteredTwiceAtOnce) {
  auto instance = Started("process", "slow");
  std::atomic<int> inside{0}, refused{0};
  auto run = [&](Taken* taken) {
    auto batch = BatchOf(TIDINGS_DELIVER, messages_);
    auto status = instance->Process(batch, taken->table);
    if (status) ++inside;
    if (!status && status.error().message.find("another call is inside") != std::string::npos) {
      ++refused;
    }
  };
  Taken first, second;
  std::thread other(run, &first);
  std::this_thread::sleep_for(std::chrono::milliseconds(15));
  run(&second);
  other.join();
  EXPECT_EQ(inside + refused, 2);
  EXPECT_GE(inside, 1);
}

// ---------------------------------------------------------------- the host, through the C++ glue

class Chatty : public ::testing::Test {
 protected:
  Chatty() {
    services_.log = [this](log::Level, std::string_view text) { log_.emplace_back(text); };
    services_.count = [this](std::string_view name, double value) {
      counters_[std::string(name)] += value;
    };
    services_.clock = &clock_;
    services_.cancelled = &cancelled_;
    services_.random = [] { return 42u; };
    services_.http = [this](const HttpCall& call) {
      calls_.push_back(call);
      return answer_;
    };
    services_.secret = [](std::string_view name) -> std::optional<std::string> {
      return name == "key" ? std::optional<std::string>("s3") : std::nullopt;
    };
    services_.receipts_url = "http://here/receipts";
  }
  Result<std::unique_ptr<Instance>> Make(const Json& options = Json::object()) {
    static const auto plugin = Loaded("chatty");
    return Instance::Create(plugin, options, services_);
  }
  Status Process(Instance& instance, int64_t deadline = TIDINGS_NO_TIME) {
    std::vector<tidings_task> tasks(1);
    tasks[0].kind = {"summary", 7};
    auto batch = BatchOf(TIDINGS_SUMMARIZE, tasks);
    batch.deadline = deadline;
    return instance.Process(batch, taken_.table);
  }

  FixedClock clock_{Time(Duration(1'000'000))};
  std::atomic<bool> cancelled_{false};
  std::vector<std::string> log_;
  std::map<std::string, double> counters_;
  std::vector<HttpCall> calls_;
  Result<HttpAnswer> answer_ = HttpAnswer{201, "X: y\r\n", "made"};
  HostServices services_;
  Taken taken_;
};

TEST_F(Chatty, GetsWhatItAsksFor) {
  auto instance = std::move(*Make({{"url", "http://vendor/send"}}));
  ASSERT_TRUE(instance->Start());
  ASSERT_TRUE(Process(*instance));
  ASSERT_EQ(taken_.texts.size(), 1u);
  auto seen = Json::parse(taken_.texts[0]);
  EXPECT_EQ(seen["kind"], "summary");
  EXPECT_EQ(seen["now"], 1'000'000);
  EXPECT_EQ(seen["batch_now"], 1000);
  EXPECT_EQ(seen["cancelled"], false);
  EXPECT_EQ(seen["random"], 42);
  EXPECT_EQ(seen["receipts"], "http://here/receipts");
  EXPECT_EQ(seen["http"], (Json{{"code", 0}, {"status", 201}, {"body", "made"}, {"error", ""}}));
  EXPECT_EQ(counters_["tasks"], 2);
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(calls_[0].method + " " + calls_[0].url, "POST http://vendor/send");
  EXPECT_EQ(calls_[0].headers, "A: b\r\n");
  EXPECT_EQ(calls_[0].timeout, std::chrono::seconds(30));
  EXPECT_EQ(calls_[0].max_body, 16 << 20);
  ASSERT_TRUE(instance->Drain(Time(Duration(77))));
  instance.reset();
  EXPECT_THAT(log_, ElementsAre("started", "drained until 77", "secret s3"));
}

TEST_F(Chatty, HearsWhyACallFailed) {
  answer_ = Fail(Code::kTimeout, "vendor: no answer within 30 s");
  auto instance = std::move(*Make());
  ASSERT_TRUE(instance->Start());
  ASSERT_TRUE(Process(*instance));
  auto seen = Json::parse(taken_.texts[0]);
  EXPECT_EQ(seen["http"]["code"], int{TIDINGS_UNAVAILABLE});
  EXPECT_EQ(seen["http"]["error"], "vendor: no answer within 30 s");
}

TEST_F(Chatty, CallsEndWithTheBatch) {
  auto instance = std::move(*Make());
  ASSERT_TRUE(instance->Start());
  ASSERT_TRUE(Process(*instance, 3'000'000));
  EXPECT_EQ(calls_.at(0).timeout, std::chrono::seconds(2));
  ASSERT_TRUE(Process(*instance, 500'000));
  EXPECT_EQ(calls_.size(), 1u);
  EXPECT_THAT(taken_.texts.at(1),
              AllOf(HasSubstr("the time of this batch is up"), HasSubstr("\"cancelled\":true")));
}

TEST_F(Chatty, LivesWithAHostThatOffersNothing) {
  services_ = HostServices();
  services_.log = [](log::Level, std::string_view) {};
  auto instance = std::move(*Make());
  ASSERT_TRUE(instance->Start());
  ASSERT_TRUE(Process(*instance));
  EXPECT_THAT(taken_.texts.at(0), HasSubstr("this host makes no HTTP calls"));
}

TEST_F(Chatty, ItsExceptionsBecomeWords) {
  EXPECT_EQ(Make({{"throw", "failure"}}).error().message,
            "chatty 2.0.0: create: at /url: away for lunch");
  EXPECT_EQ(Make({{"throw", "int"}}).error().message,
            "chatty 2.0.0: create: threw something that is no std::exception");
  auto instance = std::move(*Make({{"process", "failure"}}));
  ASSERT_TRUE(instance->Start());
  EXPECT_EQ(Process(*instance).error().code, Code::kUnavailable);
  auto other = std::move(*Make({{"process", "bad luck"}}));
  ASSERT_TRUE(other->Start());
  EXPECT_EQ(Process(*other).error().message, "chatty 2.0.0: process: plain bad luck");
  EXPECT_EQ(Process(*other).error().code, Code::kInternal);  // and it may go on
}

TEST_F(Chatty, StopReportsThroughTheLog) {
  services_.secret = nullptr;
  auto instance = std::move(*Make());
  ASSERT_TRUE(instance->Start());
  instance->Stop();
  EXPECT_THAT(log_, Contains(HasSubstr("stop: this plugin has been given no secret `key`")));
}

}  // namespace
}  // namespace tidings::plugin
