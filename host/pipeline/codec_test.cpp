#include "pipeline/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "pipeline/bytes.h"
#include "pipeline/test_items.h"

namespace tidings::pipeline {
namespace {

TEST(Codec, BringsEveryKindOfBatchBack) {
  for (const Batch& batch : EveryKindOfBatch()) {
    std::string bytes = Encode(batch);
    auto decoded = DecodeBatch(bytes);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->stage(), batch.stage());
    EXPECT_EQ(decoded->size(), batch.size());
    EXPECT_EQ(decoded->now, batch.now);
    EXPECT_EQ(decoded->deadline, batch.deadline);
    EXPECT_EQ(Encode(*decoded), bytes);
  }
}

TEST(Codec, KeepsTheFieldsApart) {
  auto batches = EveryKindOfBatch();
  auto customers = std::get<std::vector<Customer>>(DecodeBatch(Encode(batches[1]))->items);
  EXPECT_EQ(customers[0].name, "Zoë");
  EXPECT_EQ(customers[0].tags, R"(["a"])");
  EXPECT_EQ(customers[0].visit, -1);
  EXPECT_EQ(customers[0].order_count, INT64_MAX);
  EXPECT_EQ(customers[0].total_spend_value, 10000.5);
  EXPECT_EQ(customers[0].last_order_date, Time(Duration(-5)));
  EXPECT_EQ(customers[1].last_order_date, std::nullopt);
  auto messages = std::get<std::vector<Message>>(DecodeBatch(Encode(batches[2]))->items);
  EXPECT_EQ(messages[0].html.size(), 8u);
  EXPECT_EQ(messages[0].attempt, 3u);
  EXPECT_EQ(messages[1].attributes, "{}");
  auto payloads = std::get<std::vector<Payload>>(DecodeBatch(Encode(batches[0]))->items);
  EXPECT_EQ(payloads[0].line, 7u);
  EXPECT_FALSE(payloads[0].first);
  EXPECT_TRUE(payloads[0].last);
}

TEST(Codec, BringsAnOutcomeBack) {
  std::string bytes = Encode(FullOutcome());
  auto outcome = DecodeOutcome(bytes);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(Encode(*outcome), bytes);
  EXPECT_EQ(outcome->verdicts[1].retry_after, std::chrono::seconds(3));
  EXPECT_EQ(outcome->verdicts[2].reference, "ref-3");
  EXPECT_EQ(outcome->verdicts[3].code, VerdictCode::kDrop);
  EXPECT_EQ(outcome->refusals[0].value, "x@");
  EXPECT_EQ(outcome->receipts[0].event_id, "e");
  EXPECT_EQ(outcome->receipts[1].occurred_at, std::nullopt);
  EXPECT_EQ(outcome->runner, "test 1");
}

TEST(Codec, SpendsOneByteOnAYes) {
  Outcome outcome;
  outcome.verdicts.resize(1000);
  EXPECT_LT(Encode(outcome).size(), 1020u);
}

TEST(Codec, BringsAHeaderBack) {
  WireHeader header{.kind = WireKind::kVerdict,
                    .batch = UINT64_MAX,
                    .credit = 2,
                    .pid = 17,
                    .runner = "r",
                    .version = "1",
                    .limit = std::chrono::seconds(5),
                    .failed = true,
                    .error = {Code::kTimeout, "too slow"},
                    .took = Duration(12)};
  auto decoded = DecodeHeader(Encode(header));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(Encode(*decoded), Encode(header));
  EXPECT_EQ(decoded->batch, UINT64_MAX);
  EXPECT_EQ(decoded->error.code, Code::kTimeout);
  EXPECT_EQ(decoded->error.message, "too slow");
}

TEST(Codec, RefusesEveryTruncation) {
  for (const Batch& batch : EveryKindOfBatch()) {
    std::string bytes = Encode(batch);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(DecodeBatch(std::string_view(bytes).substr(0, size))) << size;
    }
    EXPECT_FALSE(DecodeBatch(bytes + "x"));
  }
  std::string bytes = Encode(FullOutcome());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeOutcome(std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(Codec, RefusesWhatItDoesNotKnow) {
  std::string batch = Encode(EveryKindOfBatch()[0]);
  struct Case {
    size_t at;
    char value;
  };
  for (auto [at, value] : std::vector<Case>{{0, 2}, {1, 0}, {1, 6}}) {
    std::string changed = batch;
    changed[at] = value;
    auto decoded = DecodeBatch(changed);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, Code::kInvalidArgument);
    EXPECT_EQ(decoded.error().message, "these bytes are no batch of version 1");
  }
  EXPECT_FALSE(DecodeHeader(std::string("\x01\x09", 2)));
  EXPECT_FALSE(DecodeOutcome(""));
}

TEST(Codec, DoesNotBelieveACount) {
  ByteWriter w;
  w.Byte(kWireVersion);
  w.Byte(3);
  w.Moment({});
  w.Moment({});
  w.Unsigned(uint64_t{1} << 40);
  EXPECT_FALSE(DecodeBatch(w.Take()));
}

TEST(Codec, SurvivesRandomDamage) {
  Random random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes =
        round % 2 ? Encode(FullOutcome()) : Encode(EveryKindOfBatch()[random.Below(6)]);
    for (uint64_t i = 0, n = 1 + random.Below(4); i < n; ++i) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Next());
    }
    if (auto batch = DecodeBatch(bytes)) {
      EXPECT_LE(batch->size(), bytes.size());
    }
    if (auto outcome = DecodeOutcome(bytes)) {
      EXPECT_LE(outcome->verdicts.size(), bytes.size());
    }
    (void)DecodeHeader(bytes);
  }
}

TEST(Bytes, KeepNumbersWhole) {
  ByteWriter w;
  std::vector<int64_t> numbers = {0, 1, -1, 63, 64, -64, -65, INT64_MAX, INT64_MIN};
  for (int64_t n : numbers) w.Signed(n);
  w.Unsigned(UINT64_MAX);
  w.Real(-0.1);
  std::string bytes = w.Take();
  ByteReader r(bytes);
  for (int64_t n : numbers) EXPECT_EQ(r.Signed(), n);
  EXPECT_EQ(r.Unsigned(), UINT64_MAX);
  EXPECT_EQ(r.Real(), -0.1);
  EXPECT_TRUE(r.AtEnd());
  r.Byte();
  EXPECT_FALSE(r.ok());
}

TEST(Bytes, RefuseNumbersThatAreTooLong) {
  ByteReader r("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  r.Unsigned();
  EXPECT_FALSE(r.ok());
}

TEST(Slice, CutsABatch) {
  Batch part = Slice(MessageBatch(10), 3, 7);
  EXPECT_EQ(part.size(), 4u);
  EXPECT_THAT(std::get<std::vector<Message>>(part.items)[0].id, testing::EndsWith(".4"));
  EXPECT_EQ(Slice(MessageBatch(3), 2, 9).size(), 1u);
  EXPECT_EQ(Slice(MessageBatch(3), 5, 9).size(), 0u);
}

}  // namespace
}  // namespace tidings::pipeline
