#include "pipeline/codec.h"

#include <algorithm>

#include <fmt/core.h>

#include "pipeline/bytes.h"

namespace tidings::pipeline {
namespace {

// Each Put has its Get below it; the order of fields is the format.

void Put(ByteWriter& w, const Payload& p) {
  w.Text(p.bytes);
  w.Text(p.content_type);
  w.Text(p.entity);
  w.Text(p.source);
  w.Unsigned(p.line);
  w.Byte(p.first);
  w.Byte(p.last);
}
void Get(ByteReader& r, Payload& p) {
  p.bytes = r.Text();
  p.content_type = r.Text();
  p.entity = r.Text();
  p.source = r.Text();
  p.line = r.Unsigned();
  p.first = r.Flag();
  p.last = r.Flag();
}

void Put(ByteWriter& w, const Customer& c) {
  for (auto* text : {&c.id, &c.external_id, &c.name, &c.email, &c.phone, &c.city, &c.status,
                     &c.tags, &c.attributes, &c.total_spend}) {
    w.Text(*text);
  }
  w.Real(c.total_spend_value);
  w.Signed(c.visit);
  w.Signed(c.order_count);
  w.OptMoment(c.last_order_date);
  w.Moment(c.created_at);
}
void Get(ByteReader& r, Customer& c) {
  for (auto* text : {&c.id, &c.external_id, &c.name, &c.email, &c.phone, &c.city, &c.status,
                     &c.tags, &c.attributes, &c.total_spend}) {
    *text = r.Text();
  }
  c.total_spend_value = r.Real();
  c.visit = r.Signed();
  c.order_count = r.Signed();
  c.last_order_date = r.OptMoment();
  c.created_at = r.Moment();
}

void Put(ByteWriter& w, const Message& m) {
  for (auto* text :
       {&m.id, &m.idempotency_key, &m.campaign_id, &m.customer_id, &m.channel, &m.recipient,
        &m.recipient_name, &m.subject, &m.text, &m.html, &m.attributes}) {
    w.Text(*text);
  }
  w.Unsigned(m.attempt);
}
void Get(ByteReader& r, Message& m) {
  for (auto* text :
       {&m.id, &m.idempotency_key, &m.campaign_id, &m.customer_id, &m.channel, &m.recipient,
        &m.recipient_name, &m.subject, &m.text, &m.html, &m.attributes}) {
    *text = r.Text();
  }
  m.attempt = static_cast<uint32_t>(r.Unsigned());
}

void Put(ByteWriter& w, const HttpRequest& q) {
  for (auto* text : {&q.method, &q.path, &q.query, &q.headers, &q.body}) w.Text(*text);
}
void Get(ByteReader& r, HttpRequest& q) {
  for (auto* text : {&q.method, &q.path, &q.query, &q.headers, &q.body}) *text = r.Text();
}

void Put(ByteWriter& w, const Task& t) {
  w.Text(t.kind);
  w.Text(t.facts);
}
void Get(ByteReader& r, Task& t) {
  t.kind = r.Text();
  t.facts = r.Text();
}

// Most verdicts are a bare yes: one byte. Bits 2 to 4 say which fields follow.
enum : uint8_t { kHasDelay = 4, kHasReason = 8, kHasReference = 16 };

void Put(ByteWriter& w, const Verdict& v) {
  auto flags = static_cast<uint8_t>(v.code);
  if (v.retry_after != Duration()) flags |= kHasDelay;
  if (!v.reason.empty()) flags |= kHasReason;
  if (!v.reference.empty()) flags |= kHasReference;
  w.Byte(flags);
  if (flags & kHasDelay) w.Signed(v.retry_after.count());
  if (flags & kHasReason) w.Text(v.reason);
  if (flags & kHasReference) w.Text(v.reference);
}
void Get(ByteReader& r, Verdict& v) {
  uint8_t flags = r.Byte();
  if (flags >= 32) r.Bad();
  v.code = static_cast<VerdictCode>(flags & 3);
  if (flags & kHasDelay) v.retry_after = Duration(r.Signed());
  if (flags & kHasReason) v.reason = r.Text();
  if (flags & kHasReference) v.reference = r.Text();
}

void Put(ByteWriter& w, const Record& c) {
  w.Unsigned(c.item);
  w.Unsigned(c.order);
  w.Unsigned(c.line);
  w.Text(c.entity);
  w.Text(c.json);
}
void Get(ByteReader& r, Record& c) {
  c.item = r.Unsigned();
  c.order = r.Unsigned();
  c.line = r.Unsigned();
  c.entity = r.Text();
  c.json = r.Text();
}

void Put(ByteWriter& w, const Refusal& f) {
  w.Unsigned(f.item);
  w.Unsigned(f.order);
  w.Unsigned(f.line);
  for (auto* text : {&f.field, &f.value, &f.reason}) w.Text(*text);
}
void Get(ByteReader& r, Refusal& f) {
  f.item = r.Unsigned();
  f.order = r.Unsigned();
  f.line = r.Unsigned();
  for (auto* text : {&f.field, &f.value, &f.reason}) *text = r.Text();
}

void Put(ByteWriter& w, const Receipt& c) {
  w.Unsigned(c.item);
  w.Byte(static_cast<uint8_t>(c.status));
  for (auto* text : {&c.message_id, &c.reason, &c.reference, &c.event_id}) w.Text(*text);
  w.OptMoment(c.occurred_at);
}
void Get(ByteReader& r, Receipt& c) {
  c.item = r.Unsigned();
  uint8_t status = r.Byte();
  if (status < 1 || status > 3) r.Bad();
  c.status = static_cast<ReceiptStatus>(status);
  for (auto* text : {&c.message_id, &c.reason, &c.reference, &c.event_id}) *text = r.Text();
  c.occurred_at = r.OptMoment();
}

void Put(ByteWriter& w, const Text& t) {
  w.Unsigned(t.item);
  w.Text(t.text);
}
void Get(ByteReader& r, Text& t) {
  t.item = r.Unsigned();
  t.text = r.Text();
}

template <class T>
void PutAll(ByteWriter& w, const std::vector<T>& list) {
  w.Unsigned(list.size());
  for (const auto& item : list) Put(w, item);
}

// `smallest` is the fewest bytes that one T can take, which bounds what a count may claim.
template <class T>
void GetAll(ByteReader& r, std::vector<T>& list, size_t smallest) {
  size_t count = r.Count(smallest);
  list.reserve(std::min<size_t>(count, 8192));
  for (size_t i = 0; i < count && r.ok(); ++i) Get(r, list.emplace_back());
}

constexpr size_t kSmallestItem[] = {7, 15, 12, 5, 2};  // in the order of Items

tl::unexpected<Error> Malformed(const char* what) {
  return Fail(Code::kInvalidArgument,
              fmt::format("these bytes are no {} of version {}", what, kWireVersion));
}

bool TakesVersion(ByteReader& r) { return r.Byte() == kWireVersion; }

template <size_t... I>
bool EmplaceItems(Items& items, size_t stage, std::index_sequence<I...>) {
  return ((stage == I + 1 ? (items.emplace<I>(), true) : false) || ...);
}

}  // namespace

std::string Encode(const Batch& batch) {
  ByteWriter w;
  w.Reserve(256 * batch.size() + 64);
  w.Byte(kWireVersion);
  w.Byte(static_cast<uint8_t>(batch.stage()));
  w.Moment(batch.now);
  w.Moment(batch.deadline);
  std::visit([&](const auto& list) { PutAll(w, list); }, batch.items);
  return w.Take();
}

Result<Batch> DecodeBatch(std::string_view bytes) {
  ByteReader r(bytes);
  Batch batch;
  if (!TakesVersion(r)) return Malformed("batch");
  uint8_t stage = r.Byte();
  constexpr auto kStages = std::make_index_sequence<std::variant_size_v<Items>>();
  if (!EmplaceItems(batch.items, stage, kStages)) return Malformed("batch");
  batch.now = r.Moment();
  batch.deadline = r.Moment();
  std::visit([&](auto& list) { GetAll(r, list, kSmallestItem[stage - 1]); }, batch.items);
  if (!r.AtEnd()) return Malformed("batch");
  return batch;
}

std::string Encode(const Outcome& outcome) {
  ByteWriter w;
  w.Reserve(outcome.verdicts.size() * 2 + outcome.records.size() * 256 +
            outcome.receipts.size() * 96 + 64);
  w.Byte(kWireVersion);
  PutAll(w, outcome.verdicts);
  PutAll(w, outcome.records);
  PutAll(w, outcome.refusals);
  PutAll(w, outcome.receipts);
  PutAll(w, outcome.texts);
  w.Text(outcome.runner);
  return w.Take();
}

Result<Outcome> DecodeOutcome(std::string_view bytes) {
  ByteReader r(bytes);
  Outcome outcome;
  if (!TakesVersion(r)) return Malformed("outcome");
  GetAll(r, outcome.verdicts, 1);
  GetAll(r, outcome.records, 5);
  GetAll(r, outcome.refusals, 6);
  GetAll(r, outcome.receipts, 7);
  GetAll(r, outcome.texts, 2);
  outcome.runner = r.Text();
  if (!r.AtEnd()) return Malformed("outcome");
  return outcome;
}

std::string Encode(const WireHeader& h) {
  ByteWriter w;
  w.Byte(kWireVersion);
  w.Byte(static_cast<uint8_t>(h.kind));
  w.Unsigned(h.batch);
  w.Unsigned(h.credit);
  w.Signed(h.pid);
  w.Text(h.runner);
  w.Text(h.version);
  w.Signed(h.limit.count());
  w.Byte(h.failed);
  w.Byte(static_cast<uint8_t>(h.error.code));
  w.Text(h.error.message);
  w.Signed(h.took.count());
  return w.Take();
}

Result<WireHeader> DecodeHeader(std::string_view bytes) {
  ByteReader r(bytes);
  WireHeader h;
  if (!TakesVersion(r)) return Malformed("header");
  uint8_t kind = r.Byte();
  h.kind = static_cast<WireKind>(kind);
  h.batch = r.Unsigned();
  h.credit = static_cast<uint32_t>(std::min<uint64_t>(r.Unsigned(), 1024));
  h.pid = r.Signed();
  h.runner = r.Text();
  h.version = r.Text();
  h.limit = Duration(r.Signed());
  h.failed = r.Flag();
  uint8_t code = r.Byte();
  h.error.code = static_cast<Code>(code);
  h.error.message = r.Text();
  h.took = Duration(r.Signed());
  bool known = kind >= 1 && kind <= static_cast<uint8_t>(WireKind::kBye) &&
               code <= static_cast<uint8_t>(Code::kInternal);
  if (!r.AtEnd() || !known) return Malformed("header");
  return h;
}

}  // namespace tidings::pipeline
