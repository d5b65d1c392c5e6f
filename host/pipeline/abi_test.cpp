#include "pipeline/abi.h"

#include <gtest/gtest.h>

#include "pipeline/test_items.h"

namespace tidings::pipeline {
namespace {

std::string_view Text(tidings_text text) { return {text.data, text.size}; }

template <class T>
const T& Item(const AbiBatch& batch, size_t i) {
  EXPECT_EQ(batch.view().item_size, sizeof(T));
  const char* items = static_cast<const char*>(batch.view().items);
  return *reinterpret_cast<const T*>(items + i * batch.view().item_size);
}

TEST(AbiBatch, LendsEveryKindWithoutCopying) {
  auto batches = EveryKindOfBatch();
  for (const Batch& batch : batches) {
    AbiBatch abi(batch);
    EXPECT_EQ(abi.view().struct_size, sizeof(tidings_batch));
    EXPECT_EQ(abi.view().stage, static_cast<tidings_stage>(batch.stage()));
    EXPECT_EQ(abi.view().count, batch.size());
    EXPECT_EQ(abi.view().now, batch.now.time_since_epoch().count());
  }
  AbiBatch payloads(batches[0]), customers(batches[1]), messages(batches[2]);
  EXPECT_EQ(Item<tidings_payload>(payloads, 0).bytes.data,
            std::get<0>(batches[0].items)[0].bytes.data());
  EXPECT_EQ(Item<tidings_payload>(payloads, 0).first, 0u);
  EXPECT_EQ(Item<tidings_payload>(payloads, 1).first, 1u);
  EXPECT_EQ(Text(Item<tidings_customer>(customers, 0).name), "Zoë");
  EXPECT_EQ(Text(Item<tidings_customer>(customers, 0).tags), R"(["a"])");
  EXPECT_EQ(Item<tidings_customer>(customers, 0).last_order_date, -5);
  EXPECT_EQ(Item<tidings_customer>(customers, 1).last_order_date, TIDINGS_NO_TIME);
  EXPECT_EQ(Item<tidings_message>(messages, 0).attempt, 3u);
  EXPECT_EQ(customers.view().deadline, TIDINGS_NO_TIME);
}

TEST(AbiOutput, CollectsWhatAPluginAnswers) {
  AbiOutput output(2);
  const tidings_output& out = output.view();
  tidings_verdict verdict{sizeof verdict, TIDINGS_RETRY, UINT64_MAX, {"busy", 4}, {nullptr, 0}};
  out.verdict(out.context, 1, &verdict);
  out.verdict(out.context, 2, &verdict);  // no such item
  out.refuse(out.context, 0, 3, {"/a", 2}, {"b", 1}, {"c", 1});
  tidings_record record{sizeof record, 0, 4, {"order", 5}, {"{}", 2}};
  out.record(out.context, 0, &record);
  tidings_receipt receipt{sizeof receipt, TIDINGS_DELIVERED, {"c.1", 3}, {}, {}, {},
                          TIDINGS_NO_TIME};
  out.receipt(out.context, 1, &receipt);
  out.text(out.context, 0, {"hi", 2});
  Outcome outcome = output.Take();
  ASSERT_EQ(outcome.verdicts.size(), 2u);
  EXPECT_EQ(outcome.verdicts[0].code, VerdictCode::kAccept);
  EXPECT_EQ(outcome.verdicts[1].code, VerdictCode::kRetry);
  EXPECT_EQ(outcome.verdicts[1].reason, "busy");
  EXPECT_EQ(outcome.verdicts[1].retry_after, std::chrono::hours(24 * 365));
  EXPECT_EQ(outcome.refusals[0].order, 0u);
  EXPECT_EQ(outcome.records[0].order, 1u);
  EXPECT_EQ(outcome.records[0].line, 4u);
  EXPECT_EQ(outcome.receipts[0].message_id, "c.1");
  EXPECT_EQ(outcome.receipts[0].occurred_at, std::nullopt);
  EXPECT_EQ(outcome.texts[0].text, "hi");
}

}  // namespace
}  // namespace tidings::pipeline
