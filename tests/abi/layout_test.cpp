// The layout of version 1.0, committed: whoever moves a field sees this fail, and either puts the
// field at the end of its struct and raises TIDINGS_ABI_MINOR, or raises TIDINGS_ABI_MAJOR. New
// fields get new lines here; old lines never change within a major version.
#include <cstddef>

#include <gtest/gtest.h>

#include "base/stage.h"
#include "tidings/plugin.h"

namespace {

#define EXPECT_AT(type, field, offset) EXPECT_EQ(offsetof(type, field), size_t{offset})

static_assert(sizeof(void*) == 8, "the figures below are those of 64-bit machines");
static_assert(TIDINGS_ABI_MAJOR == 1 && TIDINGS_ABI_MINOR == 0, "see the comment above");

TEST(Layout, Text) {
  EXPECT_EQ(sizeof(tidings_text), 16u);
  EXPECT_AT(tidings_text, data, 0);
  EXPECT_AT(tidings_text, size, 8);
}

TEST(Layout, Descriptor) {
  EXPECT_EQ(sizeof(tidings_plugin_descriptor), 112u);
  EXPECT_AT(tidings_plugin_descriptor, struct_size, 0);
  EXPECT_AT(tidings_plugin_descriptor, magic, 4);
  EXPECT_AT(tidings_plugin_descriptor, abi_major, 8);
  EXPECT_AT(tidings_plugin_descriptor, abi_minor, 12);
  EXPECT_AT(tidings_plugin_descriptor, stage, 16);
  EXPECT_AT(tidings_plugin_descriptor, reserved, 20);
  EXPECT_AT(tidings_plugin_descriptor, capabilities, 24);
  EXPECT_AT(tidings_plugin_descriptor, id, 32);
  EXPECT_AT(tidings_plugin_descriptor, version, 40);
  EXPECT_AT(tidings_plugin_descriptor, summary, 48);
  EXPECT_AT(tidings_plugin_descriptor, options_schema, 56);
  EXPECT_AT(tidings_plugin_descriptor, create, 64);
  EXPECT_AT(tidings_plugin_descriptor, start, 72);
  EXPECT_AT(tidings_plugin_descriptor, process, 80);
  EXPECT_AT(tidings_plugin_descriptor, drain, 88);
  EXPECT_AT(tidings_plugin_descriptor, stop, 96);
  EXPECT_AT(tidings_plugin_descriptor, destroy, 104);
}

TEST(Layout, Host) {
  EXPECT_EQ(sizeof(tidings_host), 96u);
  EXPECT_AT(tidings_host, struct_size, 0);
  EXPECT_AT(tidings_host, abi_major, 4);
  EXPECT_AT(tidings_host, abi_minor, 8);
  EXPECT_AT(tidings_host, context, 16);
  EXPECT_AT(tidings_host, log, 24);
  EXPECT_AT(tidings_host, count, 32);
  EXPECT_AT(tidings_host, now, 40);
  EXPECT_AT(tidings_host, random, 48);
  EXPECT_AT(tidings_host, cancelled, 56);
  EXPECT_AT(tidings_host, http, 64);
  EXPECT_AT(tidings_host, secret, 72);
  EXPECT_AT(tidings_host, error, 80);
  EXPECT_AT(tidings_host, get_service, 88);
}

TEST(Layout, HostServices) {
  EXPECT_EQ(sizeof(tidings_http_call), 80u);
  EXPECT_AT(tidings_http_call, struct_size, 0);
  EXPECT_AT(tidings_http_call, timeout_ms, 4);
  EXPECT_AT(tidings_http_call, method, 8);
  EXPECT_AT(tidings_http_call, url, 24);
  EXPECT_AT(tidings_http_call, headers, 40);
  EXPECT_AT(tidings_http_call, body, 56);
  EXPECT_AT(tidings_http_call, max_body, 72);
  EXPECT_EQ(sizeof(tidings_http_answer), 40u);
  EXPECT_AT(tidings_http_answer, struct_size, 0);
  EXPECT_AT(tidings_http_answer, status, 4);
  EXPECT_AT(tidings_http_answer, headers, 8);
  EXPECT_AT(tidings_http_answer, body, 24);
  EXPECT_EQ(sizeof(tidings_receipts_service), 24u);
  EXPECT_AT(tidings_receipts_service, struct_size, 0);
  EXPECT_AT(tidings_receipts_service, url, 8);
}

TEST(Layout, BatchAndOutput) {
  EXPECT_EQ(sizeof(tidings_batch), 48u);
  EXPECT_AT(tidings_batch, struct_size, 0);
  EXPECT_AT(tidings_batch, stage, 4);
  EXPECT_AT(tidings_batch, count, 8);
  EXPECT_AT(tidings_batch, items, 16);
  EXPECT_AT(tidings_batch, item_size, 24);
  EXPECT_AT(tidings_batch, now, 32);
  EXPECT_AT(tidings_batch, deadline, 40);
  EXPECT_EQ(sizeof(tidings_output), 56u);
  EXPECT_AT(tidings_output, struct_size, 0);
  EXPECT_AT(tidings_output, context, 8);
  EXPECT_AT(tidings_output, verdict, 16);
  EXPECT_AT(tidings_output, record, 24);
  EXPECT_AT(tidings_output, receipt, 32);
  EXPECT_AT(tidings_output, text, 40);
  EXPECT_AT(tidings_output, refuse, 48);
}

TEST(Layout, IngestItems) {
  EXPECT_EQ(sizeof(tidings_payload), 80u);
  EXPECT_AT(tidings_payload, bytes, 0);
  EXPECT_AT(tidings_payload, content_type, 16);
  EXPECT_AT(tidings_payload, entity, 32);
  EXPECT_AT(tidings_payload, source, 48);
  EXPECT_AT(tidings_payload, line, 64);
  EXPECT_AT(tidings_payload, first, 72);
  EXPECT_AT(tidings_payload, last, 76);
}

TEST(Layout, SegmentItems) {
  EXPECT_EQ(sizeof(tidings_customer), 200u);
  EXPECT_AT(tidings_customer, id, 0);
  EXPECT_AT(tidings_customer, external_id, 16);
  EXPECT_AT(tidings_customer, name, 32);
  EXPECT_AT(tidings_customer, email, 48);
  EXPECT_AT(tidings_customer, phone, 64);
  EXPECT_AT(tidings_customer, city, 80);
  EXPECT_AT(tidings_customer, status, 96);
  EXPECT_AT(tidings_customer, tags, 112);
  EXPECT_AT(tidings_customer, attributes, 128);
  EXPECT_AT(tidings_customer, total_spend, 144);
  EXPECT_AT(tidings_customer, total_spend_value, 160);
  EXPECT_AT(tidings_customer, visit, 168);
  EXPECT_AT(tidings_customer, order_count, 176);
  EXPECT_AT(tidings_customer, last_order_date, 184);
  EXPECT_AT(tidings_customer, created_at, 192);
}

TEST(Layout, DeliverItems) {
  EXPECT_EQ(sizeof(tidings_message), 184u);
  EXPECT_AT(tidings_message, id, 0);
  EXPECT_AT(tidings_message, idempotency_key, 16);
  EXPECT_AT(tidings_message, campaign_id, 32);
  EXPECT_AT(tidings_message, customer_id, 48);
  EXPECT_AT(tidings_message, channel, 64);
  EXPECT_AT(tidings_message, recipient, 80);
  EXPECT_AT(tidings_message, recipient_name, 96);
  EXPECT_AT(tidings_message, subject, 112);
  EXPECT_AT(tidings_message, text, 128);
  EXPECT_AT(tidings_message, html, 144);
  EXPECT_AT(tidings_message, attributes, 160);
  EXPECT_AT(tidings_message, attempt, 176);
}

TEST(Layout, ReceiptAndSummarizeItems) {
  EXPECT_EQ(sizeof(tidings_http_request), 80u);
  EXPECT_AT(tidings_http_request, method, 0);
  EXPECT_AT(tidings_http_request, path, 16);
  EXPECT_AT(tidings_http_request, query, 32);
  EXPECT_AT(tidings_http_request, headers, 48);
  EXPECT_AT(tidings_http_request, body, 64);
  EXPECT_EQ(sizeof(tidings_task), 32u);
  EXPECT_AT(tidings_task, kind, 0);
  EXPECT_AT(tidings_task, facts, 16);
}

TEST(Layout, Results) {
  EXPECT_EQ(sizeof(tidings_verdict), 48u);
  EXPECT_AT(tidings_verdict, struct_size, 0);
  EXPECT_AT(tidings_verdict, code, 4);
  EXPECT_AT(tidings_verdict, retry_after_ms, 8);
  EXPECT_AT(tidings_verdict, reason, 16);
  EXPECT_AT(tidings_verdict, reference, 32);
  EXPECT_EQ(sizeof(tidings_record), 48u);
  EXPECT_AT(tidings_record, struct_size, 0);
  EXPECT_AT(tidings_record, line, 8);
  EXPECT_AT(tidings_record, entity, 16);
  EXPECT_AT(tidings_record, json, 32);
  EXPECT_EQ(sizeof(tidings_receipt), 80u);
  EXPECT_AT(tidings_receipt, struct_size, 0);
  EXPECT_AT(tidings_receipt, status, 4);
  EXPECT_AT(tidings_receipt, message_id, 8);
  EXPECT_AT(tidings_receipt, reason, 24);
  EXPECT_AT(tidings_receipt, reference, 40);
  EXPECT_AT(tidings_receipt, event_id, 56);
  EXPECT_AT(tidings_receipt, occurred_at, 72);
}

TEST(Layout, NumbersThatNeverChange) {
  EXPECT_EQ(TIDINGS_MAGIC, 0x54696469u);
  EXPECT_EQ(int{TIDINGS_FAILED}, 4);
  EXPECT_EQ(int{TIDINGS_DROP}, 3);
  EXPECT_EQ(int{TIDINGS_UNDELIVERED}, 3);
  EXPECT_EQ(int{TIDINGS_ERROR}, 3);
  EXPECT_EQ(int{TIDINGS_STATELESS}, 4);
  EXPECT_EQ(int{TIDINGS_INGEST}, static_cast<int>(tidings::StageKind::kIngest));
  EXPECT_EQ(int{TIDINGS_SEGMENT}, static_cast<int>(tidings::StageKind::kSegment));
  EXPECT_EQ(int{TIDINGS_DELIVER}, static_cast<int>(tidings::StageKind::kDeliver));
  EXPECT_EQ(int{TIDINGS_RECEIPT}, static_cast<int>(tidings::StageKind::kReceipt));
  EXPECT_EQ(int{TIDINGS_SUMMARIZE}, static_cast<int>(tidings::StageKind::kSummarize));
}

}  // namespace
