// Items for the tests of this folder.
#pragma once

#include <string>

#include "pipeline/batch.h"

namespace tidings::pipeline {

inline Batch MessageBatch(int count, int first = 1) {
  std::vector<Message> messages;
  for (int i = 0; i < count; ++i) {
    Message m;
    m.id = "00000000-0000-7000-8000-000000000001." + std::to_string(first + i);
    m.idempotency_key = m.id;
    m.channel = "email";
    m.recipient = "person" + std::to_string(first + i) + "@example.com";
    m.subject = "Hello";
    m.text = "We miss you, person " + std::to_string(first + i) + ".";
    messages.push_back(m);
  }
  return {messages, Time(Duration(1'700'000'000'000'000)), {}};
}

inline Batch TaskBatch(const std::string& facts) {
  return {std::vector<Task>{{"summary", facts}}, Time(Duration(1'700'000'000'000'000)), {}};
}

// One batch of every stage, with every field set and with extremes.
inline std::vector<Batch> EveryKindOfBatch() {
  Time now(Duration(1'700'000'000'123'456));
  Payload payload{"{\"a\":1}\n", "application/x-ndjson", "customer", "route", 7, false, true};
  Customer customer;
  customer.id = "id";
  customer.name = "Zoë";
  customer.tags = R"(["a"])";
  customer.total_spend = "10000.50";
  customer.total_spend_value = 10000.5;
  customer.visit = -1;
  customer.order_count = INT64_MAX;
  customer.last_order_date = Time(Duration(-5));
  customer.created_at = now;
  Message message;
  message.id = "c.1";
  message.html = std::string("<p>\0</p>", 8);
  message.attempt = 3;
  HttpRequest request{"POST", "/receipts", "a=b", "X: y\r\n", "[]"};
  return {{std::vector<Payload>{payload, {}}, now, now},
          {std::vector<Customer>{customer, {}}, now, {}},
          {std::vector<Message>{message, {}}, Time::min(), Time::max()},
          {std::vector<HttpRequest>{request}, now, now},
          {std::vector<Task>{{"intent", "{}"}}, now, now},
          {std::vector<Task>{}, now, now}};
}

inline Outcome FullOutcome() {
  Outcome outcome;
  outcome.verdicts = {{},
                      {VerdictCode::kRetry, std::chrono::seconds(3), "busy", ""},
                      {VerdictCode::kReject, {}, "no such address", "ref-3"},
                      {VerdictCode::kDrop, {}, "", ""}};
  outcome.records = {{0, 1, 5, "order", "{}"}};
  outcome.refusals = {{0, 0, 4, "/email", "x@", "no address"}};
  outcome.receipts = {
      {3, ReceiptStatus::kUndelivered, "c.1", "EMAIL_BOUNCED", "r", "e", Time(Duration(1))}, {}};
  outcome.texts = {{0, "All is well."}};
  outcome.runner = "test 1";
  return outcome;
}

}  // namespace tidings::pipeline
