#include "pipeline/ingest_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "pipeline/scratch_campaign.h"

namespace tidings::pipeline {
namespace {

using ::testing::HasSubstr;

class IngestStreamTest : public ::testing::Test {
 protected:
  IngestStreamTest() {
    EXPECT_TRUE(WriteFile(folder_.path() / "read.lua",
                          R"(return ingest { name = "read", process = function(r)
                               if r.broken then error("broken") end
                               return r
                             end })"));
    EXPECT_TRUE(WriteFile(folder_.path() / "name.lua",
                          R"(return ingest { name = "name", process = function(r)
                               if r.external_id == "3" then return nil, "three is one too many" end
                               r.name = "Customer " .. r.external_id
                               return r
                             end })"));
    options_.pool = &shop_.pool;
    options_.script = "read.lua";
    options_.scripts_folder = folder_.path();
    options_.scripts = {{"customer", "name.lua"}};
    callbacks_.next = [this]() -> Result<std::optional<Payload>> {
      if (next_ == pieces_.size()) return std::nullopt;
      return pieces_[next_++];
    };
    callbacks_.refused = [this](const RowReport& row, const std::string& record) {
      refused_.push_back(std::to_string(row.line) + " " + row.errors.at(0).message);
      records_.push_back(record);
    };
  }

  void Add(const std::string& entity, const std::string& json) {
    pieces_.push_back({json, "application/json", entity, "test", pieces_.size() + 1});
  }

  ScratchCampaigns shop_;
  TempDir folder_;
  StreamOptions options_;
  StreamCallbacks callbacks_;
  std::vector<Payload> pieces_;
  size_t next_ = 0;
  std::vector<std::string> refused_, records_;
};

TEST_F(IngestStreamTest, TakesAMixedStream) {
  Add("order", R"({"id": "O-1", "customer_external_id": "1", "amount": 10})");
  for (int i = 1; i <= 5; ++i) Add("customer", R"({"external_id": ")" + std::to_string(i) + "\"}");
  Add("order", R"({"id": "O-2", "customer_external_id": "9", "amount": 10})");
  Add("customer", R"({"broken": true})");
  auto progress = IngestStream(options_, callbacks_);
  ASSERT_TRUE(progress) << progress.error().message;
  EXPECT_EQ(progress->rows["customer"].created, 4);
  EXPECT_EQ(progress->rows["customer"].dropped, 1);
  EXPECT_EQ(progress->rows["customer"].refused, 1);
  EXPECT_EQ(progress->rows["order"].created, 1) << "customers go first within a batch";
  EXPECT_EQ(progress->rows["order"].refused, 1);
  EXPECT_EQ(progress->pieces, 8u);
  ASSERT_EQ(refused_.size(), 3u);
  EXPECT_EQ(refused_[0], "4 three is one too many");
  EXPECT_EQ(records_[0], R"({"external_id":"3"})");
  EXPECT_THAT(refused_[1], testing::StartsWith("7 "));
  EXPECT_THAT(refused_[2], HasSubstr("read.lua:2: broken"));
  EXPECT_EQ(shop_.Number("select count(*) from customers where name like 'Customer %'"), 4);
  next_ = 0;
  auto again = IngestStream(options_, callbacks_);
  EXPECT_EQ(again->rows["customer"].unchanged, 4);
  EXPECT_EQ(again->rows["order"].unchanged, 1);
}

TEST_F(IngestStreamTest, ReportsProgressOnTheCallersThread) {
  for (int i = 1; i <= 45'000; ++i) {
    Add("customer", R"({"external_id": "x)" + std::to_string(i) + "\"}");
  }
  auto self = std::this_thread::get_id();
  int calls = 0;
  int64_t last = 0;
  callbacks_.progress = [&](const StreamProgress& progress) {
    EXPECT_EQ(std::this_thread::get_id(), self);
    int64_t rows = progress.rows.at("customer").total();
    EXPECT_GT(rows, last);
    last = rows;
    ++calls;
  };
  auto progress = IngestStream(options_, callbacks_);
  ASSERT_TRUE(progress) << progress.error().message;
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(last, 45'000);
  EXPECT_EQ(shop_.Number("select count(*) from customers"), 45'000);
}

TEST_F(IngestStreamTest, EndsWithTheErrorOfItsSource) {
  Add("customer", R"({"external_id": "1"})");
  callbacks_.next = [this]() -> Result<std::optional<Payload>> {
    if (next_ == 1) return Fail(Code::kUnavailable, "the disk is gone");
    return pieces_[next_++];
  };
  auto progress = IngestStream(options_, callbacks_);
  ASSERT_FALSE(progress);
  EXPECT_EQ(progress.error().message, "the disk is gone");
}

TEST_F(IngestStreamTest, SaysWhatCannotBeLoaded) {
  struct Case {
    std::string plugin, script, says;
  };
  for (const auto& [plugin, script, says] :
       std::vector<Case>{{"ingest_nothing", "", "there is no plugin `ingest_nothing`"},
                         {"", "missing.lua", "missing.lua"}}) {
    options_.plugin = plugin;
    options_.script = script;
    auto progress = IngestStream(options_, callbacks_);
    ASSERT_FALSE(progress);
    EXPECT_THAT(progress.error().message, HasSubstr(says));
  }
}

TEST_F(IngestStreamTest, IsDoneAtOnceWithoutInput) {
  auto progress = IngestStream(options_, callbacks_);
  ASSERT_TRUE(progress);
  EXPECT_EQ(progress->pieces, 0u);
}

}  // namespace
}  // namespace tidings::pipeline
