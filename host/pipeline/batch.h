// What goes into a stage and what comes out of it, owned by the host.
//
// A Batch holds items of one stage; an Outcome holds what a plugin or script made of them. Both are
// plain values: whoever holds one may keep it, move it to another thread, or send it over the bus
// (codec.h). AbiBatch and AbiOutput lend them to a plugin as the C structs of tidings/plugin.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/stage.h"

namespace tidings::pipeline {

// ---------------------------------------------------------------- items, one kind for each stage

// Ingest: a piece of input. Pieces of one stream reach one instance in order.
struct Payload {
  std::string bytes;
  std::string content_type;  // "application/json", "text/csv", ...
  std::string entity;        // "customer", "order", or "" where the payload says it itself
  std::string source;        // a file name or route, for errors
  uint64_t line = 1;         // line of the first byte, from 1; 0 = unknown
  bool first = true;         // the first piece of its stream
  bool last = true;          // the last piece of its stream
};

// Segment: a customer as a rule sees it.
struct Customer {
  std::string id, external_id, name, email, phone, city, status;
  std::string tags = "[]";        // a JSON array of strings
  std::string attributes = "{}";  // a JSON object
  std::string total_spend = "0";  // exact decimal
  double total_spend_value = 0;   // the same as the nearest double
  int64_t visit = 0, order_count = 0;
  std::optional<Time> last_order_date;
  Time created_at{};
};

// Deliver: a rendered message for a vendor.
struct Message {
  std::string id;               // "<campaign id>.<n>"
  std::string idempotency_key;  // the same at every attempt
  std::string campaign_id, customer_id;
  std::string channel, recipient, recipient_name;
  std::string subject, text, html;
  std::string attributes = "{}";  // a JSON object
  uint32_t attempt = 1;
};

// Receipt: a vendor's callback, byte for byte.
struct HttpRequest {
  std::string method, path, query;
  std::string headers;  // "Name: value\r\n" lines
  std::string body;
};

// Summarize: something to write. `facts` is a JSON object.
struct Task {
  std::string kind;  // "summary", "intent"
  std::string facts;
};

// In the order of StageKind.
using Items = std::variant<std::vector<Payload>, std::vector<Customer>, std::vector<Message>,
                           std::vector<HttpRequest>, std::vector<Task>>;

struct Batch {
  Items items;
  Time now{};       // the run's clock reading
  Time deadline{};  // by which one invocation must have returned; set by the worker

  StageKind stage() const { return static_cast<StageKind>(items.index() + 1); }
  size_t size() const;
};

// Items from..to-1 of `batch` as a batch of their own, for finding the item that breaks it.
Batch Slice(const Batch& batch, size_t from, size_t to);

// ---------------------------------------------------------------- results

// The numbers are those of tidings_verdict_code and tidings_receipt_status.
enum class VerdictCode : uint8_t { kAccept, kRetry, kReject, kDrop };
enum class ReceiptStatus : uint8_t { kSent = 1, kDelivered, kUndelivered };

struct Verdict {
  VerdictCode code = VerdictCode::kAccept;
  Duration retry_after{};  // with kRetry; 0 = the host's back-off decides
  std::string reason;      // with kRetry and kReject
  std::string reference;   // the vendor's own id for the message
};

// `item` below is the index of the item that caused the result. `order` counts records and refusals
// of one outcome together, in the order in which they were found.
struct Record {
  uint64_t item = 0, order = 0;
  uint64_t line = 0;  // where it stood in its stream, from 1; 0 = unknown
  std::string entity, json;
};

struct Refusal {
  uint64_t item = 0, order = 0;
  uint64_t line = 0;
  std::string field, value, reason;  // `field` is a JSON Pointer or a column name, or empty
};

struct Receipt {
  uint64_t item = 0;
  ReceiptStatus status = ReceiptStatus::kSent;
  std::string message_id;  // Message::id
  std::string reason, reference, event_id;
  std::optional<Time> occurred_at;
};

struct Text {
  uint64_t item = 0;
  std::string text;
};

struct Outcome {
  std::vector<Verdict> verdicts;  // one for each item of the batch, whatever the stage
  std::vector<Record> records;
  std::vector<Refusal> refusals;
  std::vector<Receipt> receipts;
  std::vector<Text> texts;
  std::string runner;  // who made it, for the log of dispatches: "deliver_simulated 1.0.0"
};

}  // namespace tidings::pipeline
