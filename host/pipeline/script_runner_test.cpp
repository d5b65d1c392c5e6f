#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "pipeline/runner.h"
#include "pipeline/script_items.h"
#include "pipeline/test_items.h"

namespace tidings::pipeline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ScriptRunnerTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Runner>> Load(StageKind kind, const std::string& text) {
    EXPECT_TRUE(WriteFile(folder_.path() / "script.lua", text));
    RunnerSpec spec;
    spec.name = "test/stage";
    spec.kind = kind;
    spec.script = "script.lua";
    spec.scripts = folder_.path();
    RunnerContext context;
    context.clock = &clock_;
    context.cancelled = &cancelled_;
    return MakeRunner(spec, context);
  }

  Outcome Run(StageKind kind, const std::string& text, const Batch& batch) {
    auto runner = Load(kind, text);
    if (!runner) {
      ADD_FAILURE() << runner.error().message;
      return {};
    }
    auto outcome = (*runner)->Process(batch);
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome ? *outcome : Outcome();
  }

  TempDir folder_;
  FixedClock clock_{Time(std::chrono::seconds(1'700'000'000))};
  std::atomic<bool> cancelled_ = false;
};

Batch Of(std::vector<Payload> payloads) { return {std::move(payloads), {}, {}}; }

TEST_F(ScriptRunnerTest, TidiesRecords) {
  auto outcome = Run(StageKind::kIngest, R"(
    return ingest { name = "tidy", entity = "customer", process = function(r)
      if r.name == "test" then return nil, "a test account" end
      if r.name == "bad" then error("cannot bear it") end
      r.name = r.name:upper()
      return r
    end })",
                     Of({{R"({"name": "ann"})", "", "customer", "", 1},
                         {R"({"name": "test"})", "", "customer", "", 2},
                         {R"({"name": "bad"})", "", "customer", "", 3},
                         {R"({"name": "an order"})", "", "order", "", 4},
                         {"no json", "", "customer", "", 5}}));
  ASSERT_EQ(outcome.records.size(), 2u);
  EXPECT_EQ(outcome.records[0].json, R"({"name":"ANN"})");
  EXPECT_EQ(outcome.records[0].line, 1u);
  EXPECT_EQ(outcome.records[1].json, R"({"name": "an order"})") << "not this script's affair";
  EXPECT_EQ(outcome.records[1].item, 3u);
  EXPECT_EQ(outcome.verdicts[1].code, VerdictCode::kDrop);
  EXPECT_EQ(outcome.verdicts[1].reason, "a test account");
  ASSERT_EQ(outcome.refusals.size(), 2u);
  EXPECT_EQ(outcome.refusals[0].line, 3u);
  EXPECT_THAT(outcome.refusals[0].reason, HasSubstr("script.lua:4: cannot bear it"));
  EXPECT_EQ(outcome.refusals[1].line, 5u);
}

TEST_F(ScriptRunnerTest, Delivers) {
  auto batch = MessageBatch(4);
  std::get<std::vector<Message>>(batch.items)[3].attributes = R"({"vip": true})";
  auto outcome = Run(StageKind::kDeliver, R"(
    return deliver { name = "d", send = function(m)
      if m.attributes.vip then return accept("vip-" .. m.attempt) end
      if m.recipient == "person1@example.com" then return accept("ref-1") end
      if m.recipient == "person2@example.com" then return retry(1.5, "busy") end
      return reject("no such address")
    end })",
                     batch);
  EXPECT_EQ(outcome.verdicts[0].reference, "ref-1");
  EXPECT_EQ(outcome.verdicts[1].code, VerdictCode::kRetry);
  EXPECT_EQ(outcome.verdicts[1].retry_after, std::chrono::milliseconds(1500));
  EXPECT_EQ(outcome.verdicts[1].reason, "busy");
  EXPECT_EQ(outcome.verdicts[2].code, VerdictCode::kReject);
  EXPECT_EQ(outcome.verdicts[2].reason, "no such address");
  EXPECT_EQ(outcome.verdicts[3].reference, "vip-1");
}

TEST_F(ScriptRunnerTest, ReadsReceipts) {
  const std::string script = R"(
    return receipt { name = "r", parse = function(request)
      if request.headers["x-key"] ~= "secret" then error("wrong key") end
      if request.body == "when" then
        return { {message_id = "c.3", status = "sent", occurred_at = "yesterday"} }
      end
      return { {message_id = "c.1", status = "delivered", occurred_at = 1700000000.5},
               {message_id = "c.2", status = "failed", reason = "EMAIL_BOUNCED",
                reference = "r2", occurred_at = "2026-01-02T03:04:05Z"} }
    end })";
  auto outcome =
      Run(StageKind::kReceipt, script,
          {std::vector<HttpRequest>{{"POST", "/r", "", "X-Key: secret\r\nAccept: a\r\n", "{}"},
                                    {"POST", "/r", "", "", "{}"},
                                    {"POST", "/r", "", "X-Key: secret\r\n", "when"}},
           {},
           {}});
  ASSERT_EQ(outcome.receipts.size(), 2u);
  EXPECT_EQ(outcome.receipts[0].status, ReceiptStatus::kDelivered);
  EXPECT_EQ(outcome.receipts[0].occurred_at, Time(Duration(1'700'000'000'500'000)));
  EXPECT_EQ(outcome.receipts[1].reason, "EMAIL_BOUNCED");
  EXPECT_EQ(FormatTime(*outcome.receipts[1].occurred_at), "2026-01-02T03:04:05Z");
  EXPECT_EQ(outcome.verdicts[1].code, VerdictCode::kReject);
  EXPECT_THAT(outcome.verdicts[1].reason, HasSubstr("wrong key"));
  EXPECT_EQ(outcome.verdicts[2].code, VerdictCode::kReject) << "a receipt half read is not booked";
}

TEST_F(ScriptRunnerTest, Writes) {
  auto outcome = Run(StageKind::kSummarize, R"(
    return summarize { name = "s", write = function(task)
      return task.kind .. ": " .. task.facts.sent .. " sent"
    end })",
                     TaskBatch(R"({"sent": 3})"));
  ASSERT_EQ(outcome.texts.size(), 1u);
  EXPECT_EQ(outcome.texts[0].text, "summary: 3 sent");
}

TEST_F(ScriptRunnerTest, FailsTheBatchWhenNothingCanBeWritten) {
  auto runner = Load(StageKind::kSummarize,
                     R"(return summarize { name = "s", write = function() error("dry") end })");
  auto outcome = (*runner)->Process(TaskBatch("{}"));
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("dry"));
}

TEST_F(ScriptRunnerTest, StopsWhenAsked) {
  auto runner = Load(StageKind::kDeliver,
                     R"(return deliver { name = "d", send = function() return accept() end })");
  ASSERT_TRUE(runner) << runner.error().message;
  Batch late = MessageBatch(3);
  late.deadline = clock_.Now() - std::chrono::seconds(1);
  EXPECT_EQ((*runner)->Process(late).error().code, Code::kTimeout);
  cancelled_ = true;
  EXPECT_EQ((*runner)->Process(MessageBatch(3)).error().code, Code::kCancelled);
}

TEST_F(ScriptRunnerTest, HasAVersionOfItsText) {
  const char* text = R"(return deliver { name = "d", send = function() return accept() end })";
  auto first = Load(StageKind::kDeliver, text), same = Load(StageKind::kDeliver, text);
  auto other = Load(StageKind::kDeliver, std::string(text) + " -- changed");
  EXPECT_EQ((*first)->version(), (*same)->version());
  EXPECT_NE((*first)->version(), (*other)->version());
  EXPECT_EQ((*first)->version().size(), 8u);
  EXPECT_EQ((*first)->name(), "script.lua");
}

TEST_F(ScriptRunnerTest, ExplainsWhatCannotBeLoaded) {
  struct Case {
    StageKind kind;
    std::string text, says;
  };
  for (const auto& [kind, text, says] : std::vector<Case>{
           {StageKind::kReceipt,
            R"(return deliver { name = "d", send = function() return accept() end })",
            "script.lua is a deliver script, and test/stage needs a receipt script"},
           {StageKind::kSegment, "return segment { match = function() return true end }",
            "script.lua is a rule: no worker runs it"},
           {StageKind::kDeliver, "return deliver {", "script.lua:1"},
           {StageKind::kDeliver, "return 1", "script.lua"},
       }) {
    auto runner = Load(kind, text);
    ASSERT_FALSE(runner) << text;
    EXPECT_THAT(runner.error().message, HasSubstr(says));
  }
}

TEST(RunnerSpec, GoesThroughJson) {
  RunnerSpec spec;
  spec.name = "p/s";
  spec.kind = StageKind::kReceipt;
  spec.plugin = "receipt_json";
  spec.library = "/lib/receipt_json.so";
  spec.source = "return 1";
  spec.lib = "/lib";
  spec.options = {{"key", "secret"}};
  spec.timeout = std::chrono::milliseconds(1500);
  auto back = RunnerSpec::FromJson(spec.ToJson());
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->ToJson(), spec.ToJson());
  EXPECT_EQ(back->options["key"], "secret");
  for (const char* bad : {"null", "{}", R"({"kind": "cook"})", "[1]"}) {
    EXPECT_FALSE(RunnerSpec::FromJson(Json::parse(bad))) << bad;
  }
}

TEST(RunnerSpec, GivesScriptsTimeForEachItem) {
  RunnerSpec spec;
  spec.timeout = std::chrono::seconds(2);
  EXPECT_EQ(spec.BatchLimit(100), std::chrono::seconds(2));
  spec.script = "x.lua";
  EXPECT_EQ(spec.BatchLimit(100), std::chrono::seconds(200));
  EXPECT_EQ(spec.BatchLimit(0), std::chrono::seconds(2));
}

TEST(Headers, GoBothWays) {
  EXPECT_EQ(HeaderLines({{"Accept", "a/b"}, {"X-N", 3}}), "Accept: a/b\r\nX-N: 3\r\n");
  EXPECT_EQ(HeaderLines("A: b\r\n"), "A: b\r\n");
  EXPECT_EQ(HeaderLines(nullptr), "");
  Json table = HeaderTable("Accept: a/b\r\nX-Twice: 1\r\nx-twice:  2 \r\nnonsense\r\n");
  EXPECT_EQ(table, Json({{"accept", "a/b"}, {"x-twice", "1, 2"}}));
}

}  // namespace
}  // namespace tidings::pipeline
