// The whole engine over scripts, on a scratch database: ingest, deliver, receipts, summary.
#include "pipeline/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "config/config.h"
#include "pipeline/ingest_stream.h"
#include "pipeline/scratch_campaign.h"

namespace tidings::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

// Files of scripts, by path.
const std::map<std::string, std::string> kScripts = {
    {"ingest/read.lua", R"(return ingest { name = "read", process = function(r) return r end })"},
    {"ingest/tidy.lua", R"(return ingest { name = "tidy", entity = "customer",
       process = function(r)
         if r.name == "nobody" then return nil, "nobody is nobody" end
         if r.name == "trouble" then error("trouble") end
         r.city = "Pune"
         return r
       end })"},
    {"deliver/mail.lua", R"(return deliver { name = "mail", send = function(m)
         if m.recipient == "person3@example.com" then return reject("INVALID_EMAIL") end
         return accept("ref-" .. m.id)
       end })"},
    {"deliver/route.lua", R"(return route { name = "route", choose = function(m, vendors)
         return { "second", "first" }
       end })"},
    {"receipt/plain.lua", R"lua(return receipt { name = "plain", parse = function(q)
         if q.body == "" then error("empty") end
         local list = {}
         for id, status in q.body:gmatch("(%S+) (%a+)") do
           list[#list + 1] = { message_id = id, status = status, reason = "SPAM_DETECTED" }
         end
         return list
       end })lua"},
    {"summarize/short.lua", R"(return summarize { name = "short", write = function(t)
         if t.kind == "intent" then return "to win back " .. t.facts.name end
         return t.facts.delivered .. " of " .. t.facts.audience .. " delivered"
       end })"},
};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    for (const auto& [path, text] : kScripts) {
      auto file = folder_.path() / path;
      std::filesystem::create_directories(file.parent_path());
      EXPECT_TRUE(WriteFile(file, text));
    }
    Add("customers", StageKind::kIngest, "api", "ingest/read.lua").options = {
        {"entity", "customer"}};
    Add("customers", StageKind::kIngest, "tidy", "ingest/tidy.lua");
    Add("orders", StageKind::kIngest, "api", "ingest/read.lua").options = {{"entity", "order"}};
    auto& deliver = Add("campaigns", StageKind::kDeliver, "email", "");
    deliver.vendors = {Vendor("first"), Vendor("second")};
    deliver.route = "deliver/route.lua";
    Add("campaigns", StageKind::kReceipt, "receipts", "receipt/plain.lua");
    Add("campaigns", StageKind::kSummarize, "insight", "summarize/short.lua");
  }

  config::StageConfig& Add(const std::string& pipeline, StageKind kind, const std::string& name,
                           const std::string& script) {
    if (config_.pipelines.empty() || config_.pipelines.back().name != pipeline) {
      config_.pipelines.push_back({pipeline, {}, {}});
    }
    auto& stage = config_.pipelines.back().stages.emplace_back();
    stage.kind = kind;
    stage.pipeline = pipeline;
    stage.name = name;
    stage.script = script;
    return stage;
  }
  static config::VendorConfig Vendor(const std::string& name) {
    config::VendorConfig vendor;
    vendor.name = name;
    vendor.script = "deliver/mail.lua";
    return vendor;
  }

  void Start() {
    EngineOptions options;
    options.config = &config_;
    options.pool = &shop_.pool;
    options.scripts = folder_.path();
    auto engine = Engine::Start(options);
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = std::move(*engine);
  }

  static std::vector<Payload> Rows(const std::vector<std::string>& rows) {
    std::vector<Payload> payloads;
    for (const auto& row : rows) {
      payloads.push_back({row, "application/json", "", "test", payloads.size() + 1});
    }
    return payloads;
  }

  StageStatus StatusOf(const std::string& stage) {
    for (auto& status : engine_->Status().stages) {
      if (status.stage == stage) return status;
    }
    return {};
  }

  TempDir folder_;
  ScratchCampaigns shop_;
  config::Config config_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineTest, TakesRowsInAndAnswersForEach) {
  Start();
  auto report = engine_->Ingest(
      "customer", Rows({R"({"name": "Ann", "email": "ann@example.com"})", R"({"name": "nobody"})",
                        R"({"name": "Bo", "email": "not an address"})", R"({"name": "trouble"})",
                        R"(nonsense)", R"({"name": "Cy", "email": "cy@example.com"})"}));
  ASSERT_TRUE(report) << report.error().message;
  std::vector<std::string> changes;
  for (const auto& row : report->rows) {
    changes.push_back(RowChangeName(row.change));
    EXPECT_EQ(row.line, changes.size());
    EXPECT_EQ(row.payload, changes.size() - 1);
  }
  EXPECT_THAT(changes, testing::ElementsAre("created", "dropped", "refused", "refused", "refused",
                                            "created"));
  EXPECT_EQ(report->rows[1].errors[0].message, "nobody is nobody");
  EXPECT_EQ(report->rows[2].errors[0].pointer, "/email");
  EXPECT_THAT(report->rows[3].errors[0].message, HasSubstr("tidy.lua:4: trouble"));
  EXPECT_EQ(report->counts.created, 2);
  EXPECT_EQ(report->counts.refused, 3);
  EXPECT_EQ(report->counts.dropped, 1);
  EXPECT_EQ(shop_.Number("select count(*) from customers where city = 'Pune'"), 2);
  auto again =
      engine_->Ingest("customer", Rows({R"({"name": "Ann", "email": "ANN@example.com"})"}));
  EXPECT_EQ(again->rows[0].change, RowChange::kUnchanged);
  EXPECT_EQ(again->rows[0].id, report->rows[0].id);
}

TEST_F(EngineTest, KeepsTheOrderOverManyBatches) {
  Start();
  std::vector<std::string> rows;
  for (int i = 0; i < 12'000; ++i) {
    rows.push_back(i % 100 == 7 ? "{}" : R"({"external_id": "c)" + std::to_string(i) + "\"}");
  }
  auto report = engine_->Ingest("customer", Rows(rows));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->rows.size(), 12'000u);
  for (size_t i = 0; i < report->rows.size(); ++i) {
    ASSERT_EQ(report->rows[i].line, i + 1);
    ASSERT_EQ(report->rows[i].change, i % 100 == 7 ? RowChange::kRefused : RowChange::kCreated)
        << i;
  }
  EXPECT_EQ(shop_.Number("select count(*) from customers"), 11'880);
}

TEST_F(EngineTest, TakesOrdersIn) {
  Start();
  ASSERT_TRUE(engine_->Ingest("customer", Rows({R"({"external_id": "C-1"})"})));
  auto report = engine_->Ingest(
      "order", Rows({R"({"id": "O-1", "customer_external_id": "C-1", "amount": 12.5})",
                     R"({"id": "O-2", "customer_external_id": "C-9", "amount": 1})"}));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->rows[0].change, RowChange::kCreated);
  EXPECT_EQ(report->rows[1].change, RowChange::kRefused);
  EXPECT_EQ(shop_.Text("select total_spend::text from customers"), "12.5000");
}

TEST_F(EngineTest, SaysThatNobodyTakesAnEntityIn) {
  Start();
  auto report = engine_->Ingest("invoice", Rows({"{}"}));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::kNotFound);
  EXPECT_THAT(report.error().message, HasSubstr("no pipeline takes in `invoice`"));
}

TEST_F(EngineTest, DeliversBooksAndSummarizes) {
  Start();
  shop_.AddCustomers(20);
  Id id = shop_.Launch();
  engine_->Wake(kDeliverQueue);
  ASSERT_TRUE(ScratchCampaigns::Eventually(
      [&] { return shop_.Number("select sent from campaigns") == 19; }));
  EXPECT_EQ(shop_.Text("select distinct vendor from dispatches"), "second") << "as the route says";
  std::string body;
  for (int n = 1; n <= 20; ++n) {
    body += id.ToString() + "." + std::to_string(n) + (n == 5 ? " failed\n" : " delivered\n");
  }
  body += "no-message-of-ours delivered\n";
  auto report = engine_->Receive({"POST", "/receipts", "", "", body});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->accepted, 20);
  EXPECT_EQ(report->unknown, 1);
  auto again = engine_->Receive({"POST", "/receipts", "", "", body}, "receipts");
  EXPECT_EQ(again->accepted, 0);
  EXPECT_EQ(again->duplicates, 20);
  ASSERT_TRUE(ScratchCampaigns::Eventually([&] {
    return shop_.Number("select count(*) from campaigns where summary is not null") == 1;
  }));
  EXPECT_EQ(shop_.Text("select status from campaigns"), "completed");
  EXPECT_THAT(shop_.Text("select summary from campaigns"), HasSubstr(" of 20 delivered"));
  EXPECT_THAT(shop_.Text("select summarized_by from campaigns"), HasSubstr("summarize/short.lua"));
  EXPECT_EQ(shop_.Number("select delivered + failed from campaigns"), 20);
  EXPECT_EQ(StatusOf("email").processed, 20);
  EXPECT_EQ(StatusOf("email").vendors[1].accepted, 19);
}

TEST_F(EngineTest, RefusesABadCallbackAlone) {
  Start();
  shop_.AddCustomers(100);
  Id id = shop_.Launch();
  std::atomic<int> answered = 0, refused = 0, accepted = 0;
  for (int n = 1; n <= 100; ++n) {
    std::string body = n % 10 == 0 ? "" : id.ToString() + "." + std::to_string(n) + " delivered";
    engine_->ReceiveAsync({"POST", "/receipts", "", "", body}, "",
                          [&](Result<ReceiptReport> report) {
                            if (report) accepted += static_cast<int>(report->accepted);
                            if (!report) refused += report.error().code == Code::kInvalidArgument;
                            ++answered;
                          });
  }
  ASSERT_TRUE(ScratchCampaigns::Eventually([&] { return answered == 100; }));
  EXPECT_EQ(accepted, 90);
  EXPECT_EQ(refused, 10);
  auto nowhere = engine_->Receive({"POST", "/receipts", "", "", "x"}, "no such stage");
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);
}

TEST_F(EngineTest, WritesIntents) {
  Start();
  auto intent = engine_->Intent({{"name", "old friends"}});
  ASSERT_TRUE(intent) << intent.error().message;
  EXPECT_EQ(*intent, "to win back old friends");
}

TEST_F(EngineTest, KnowsItsQueues) {
  Start();
  EXPECT_EQ(*engine_->DeliverQueue("email"), kDeliverQueue);
  EXPECT_EQ(*engine_->DeliverQueue("sms"), kDeliverQueue) << "the first, where none is named so";
  EXPECT_EQ(engine_->SummarizeQueue(kDeliverQueue), kSummarizeQueue);
}

TEST_F(EngineTest, NamesTheStageThatCannotBeLoaded) {
  ASSERT_TRUE(WriteFile(folder_.path() / "receipt/plain.lua", "return receipt {"));
  EngineOptions options;
  options.config = &config_;
  options.pool = &shop_.pool;
  options.scripts = folder_.path();
  auto engine = Engine::Start(options);
  ASSERT_FALSE(engine);
  EXPECT_THAT(engine.error().message, HasSubstr("campaigns/receipts: receipt/plain.lua:1"));
}

TEST_F(EngineTest, ReportsItsState) {
  Start();
  shop_.AddCustomers(3);
  shop_.Run(
      "insert into dead_letters (source, queue, n, attempt, error)"
      " values ('00000000-0000-0000-0000-000000000001', 'campaigns/email', 1, 5, 'x')");
  auto status = engine_->Status();
  ASSERT_EQ(status.stages.size(), 6u);
  EXPECT_EQ(status.stages[3].stage, "email");
  EXPECT_EQ(status.stages[3].workers, 2);
  EXPECT_TRUE(status.stages[3].queued);
  EXPECT_EQ(status.stages[3].dead_letters, 1);
  EXPECT_EQ(status.stages[3].vendors[0].breaker, "closed");
  EXPECT_FALSE(status.stages[0].queued);
  Json json = status.ToJson();
  EXPECT_EQ(json["stages"][3]["queue"]["dead_letters"], 1);
  EXPECT_EQ(json["stages"][3]["vendors"][1]["name"], "second");
}

TEST_F(EngineTest, TakesNothingNewOnceItDrains) {
  Start();
  engine_->Drain(seconds(5));
  EXPECT_EQ(engine_->Ingest("customer", Rows({"{}"})).error().code, Code::kUnavailable);
  EXPECT_EQ(engine_->Receive({}).error().code, Code::kUnavailable);
  EXPECT_TRUE(engine_->Status().draining);
  engine_->Drain(seconds(5));
}

TEST_F(EngineTest, LeavesTheRestOfACampaignToTheNextHost) {
  Start();
  shop_.AddCustomers(2000);
  shop_.Launch(100);
  engine_->Wake(kDeliverQueue);
  std::this_thread::sleep_for(milliseconds(30));
  engine_.reset();
  Start();
  ASSERT_TRUE(ScratchCampaigns::Eventually(
      [&] { return shop_.Number("select sent + failed from campaigns") == 2000; }));
  EXPECT_EQ(shop_.Number("select sum(accepted) from dispatches"), 1999);
}

}  // namespace
}  // namespace tidings::pipeline
