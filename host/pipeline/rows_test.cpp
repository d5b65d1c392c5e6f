#include "pipeline/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::pipeline {
namespace {

std::vector<Payload> Payloads(int count) {
  std::vector<Payload> payloads;
  for (int i = 0; i < count; ++i) {
    payloads.push_back(
        {"{}", "application/json", "customer", "test", static_cast<uint64_t>(i + 1)});
  }
  return payloads;
}

Outcome OutcomeFor(size_t items) {
  Outcome outcome;
  outcome.verdicts.resize(items);
  return outcome;
}

TEST(Rows, KeepTheOrderOfTheInput) {
  Outcome outcome = OutcomeFor(2);
  outcome.records = {{1, 3, 9, "order", "d"}, {0, 0, 4, "", "a"}, {0, 2, 6, "", "c"}};
  outcome.refusals = {{0, 1, 5, "/email", "x@", "no address"}};
  auto rows = RowsOf(Payloads(2), 10, outcome).value();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].record, "a");
  EXPECT_EQ(rows[0].report.entity, "customer");
  EXPECT_EQ(rows[0].report.payload, 10u);
  EXPECT_EQ(rows[1].report.change, RowChange::kRefused);
  EXPECT_EQ(rows[1].report.errors[0].pointer, "/email");
  EXPECT_EQ(rows[1].report.errors[0].value, "x@");
  EXPECT_EQ(rows[1].report.line, 5u);
  EXPECT_EQ(rows[2].record, "c");
  EXPECT_EQ(rows[3].record, "d");
  EXPECT_EQ(rows[3].report.entity, "order");
  EXPECT_EQ(rows[3].report.payload, 11u);
  EXPECT_EQ(rows[3].report.line, 9u);
}

TEST(Rows, RefuseAWholePayload) {
  Outcome outcome = OutcomeFor(3);
  outcome.verdicts[1] = {VerdictCode::kReject, {}, "no JSON", ""};
  outcome.records = {{0, 0, 1, "", "a"}, {2, 1, 3, "", "c"}};
  auto rows = RowsOf(Payloads(3), 0, outcome).value();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_TRUE(rows[1].settled);
  EXPECT_EQ(rows[1].report.errors[0].message, "no JSON");
  EXPECT_EQ(rows[1].report.line, 2u);
}

TEST(Rows, PassOnThatTheStageIsBusy) {
  Outcome outcome = OutcomeFor(1);
  outcome.verdicts[0] = {VerdictCode::kRetry, {}, "later", ""};
  auto rows = RowsOf(Payloads(1), 0, outcome);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, Code::kUnavailable);
}

TEST(Rows, GoThroughAFurtherStage) {
  Outcome first = OutcomeFor(5);
  for (uint64_t i = 0; i < 5; ++i) first.records.push_back({i, i, i + 1, "", std::to_string(i)});
  auto rows = RowsOf(Payloads(5), 0, first).value();
  rows[1].settled = true;
  auto payloads = PayloadsOf(rows, "somewhere");
  ASSERT_EQ(payloads.size(), 4u);
  EXPECT_EQ(payloads[1].bytes, "2");
  EXPECT_EQ(payloads[1].source, "somewhere");
  EXPECT_EQ(payloads[1].line, 3u);
  Outcome second = OutcomeFor(4);
  second.records = {{0, 0, 1, "customer", "tidy 0"}};
  second.verdicts[1] = {VerdictCode::kDrop, {}, "a test account", ""};
  second.refusals = {{2, 0, 4, "", "", "script.lua:3: oops"}};
  second.records.push_back({3, 0, 5, "customer", "tidy 4"});
  rows = Apply(std::move(rows), second);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].record, "tidy 0");
  EXPECT_TRUE(rows[1].settled) << "as it was";
  EXPECT_EQ(rows[2].report.change, RowChange::kDropped);
  EXPECT_EQ(rows[2].report.errors[0].message, "a test account");
  EXPECT_EQ(rows[3].report.change, RowChange::kRefused);
  EXPECT_EQ(rows[3].record, "3") << "what was refused is still there to be mended";
  EXPECT_EQ(rows[4].record, "tidy 4");
  EXPECT_EQ(rows[4].report.line, 5u);
}

TEST(Rows, AreRefusedTogetherWhenTheirBatchIsInvalid) {
  auto rows = RowsOf(Payloads(2), 0, RefuseAll(2, {Code::kInvalidArgument, "broken"})).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].report.change, RowChange::kRefused);
  EXPECT_EQ(rows[1].report.errors[0].message, "broken");
}

}  // namespace
}  // namespace tidings::pipeline
