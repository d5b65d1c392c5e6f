#include "pipeline/abi.h"

#include <algorithm>

namespace tidings::pipeline {
namespace {

tidings_text View(const std::string& text) { return {text.data(), text.size()}; }

std::string Copy(tidings_text text) {
  return text.size ? std::string(text.data, text.size) : std::string();
}

int64_t Micros(Time time) { return time.time_since_epoch().count(); }
int64_t Micros(std::optional<Time> time) { return time ? Micros(*time) : TIDINGS_NO_TIME; }

tidings_payload View(const Payload& p) {
  return {View(p.bytes), View(p.content_type), View(p.entity),  View(p.source),
          p.line,        p.first ? 1u : 0u,    p.last ? 1u : 0u};
}

tidings_customer View(const Customer& c) {
  tidings_customer view{};
  view.id = View(c.id);
  view.external_id = View(c.external_id);
  view.name = View(c.name);
  view.email = View(c.email);
  view.phone = View(c.phone);
  view.city = View(c.city);
  view.status = View(c.status);
  view.tags = View(c.tags);
  view.attributes = View(c.attributes);
  view.total_spend = View(c.total_spend);
  view.total_spend_value = c.total_spend_value;
  view.visit = c.visit;
  view.order_count = c.order_count;
  view.last_order_date = Micros(c.last_order_date);
  view.created_at = Micros(c.created_at);
  return view;
}

tidings_message View(const Message& m) {
  tidings_message view{};
  view.id = View(m.id);
  view.idempotency_key = View(m.idempotency_key);
  view.campaign_id = View(m.campaign_id);
  view.customer_id = View(m.customer_id);
  view.channel = View(m.channel);
  view.recipient = View(m.recipient);
  view.recipient_name = View(m.recipient_name);
  view.subject = View(m.subject);
  view.text = View(m.text);
  view.html = View(m.html);
  view.attributes = View(m.attributes);
  view.attempt = m.attempt;
  return view;
}

tidings_http_request View(const HttpRequest& r) {
  return {View(r.method), View(r.path), View(r.query), View(r.headers), View(r.body)};
}

tidings_task View(const Task& t) { return {View(t.kind), View(t.facts)}; }

}  // namespace

AbiBatch::AbiBatch(const Batch& batch) {
  std::visit(
      [this](const auto& list) {
        std::vector<decltype(View(list[0]))> views;
        views.reserve(list.size());
        for (const auto& item : list) views.push_back(View(item));
        view_.items = views.data();  // stays where it is when the vector is moved
        view_.item_size = sizeof(views[0]);
        items_ = std::move(views);
      },
      batch.items);
  view_.struct_size = sizeof view_;
  view_.stage = static_cast<tidings_stage>(batch.stage());
  view_.count = batch.size();
  view_.now = Micros(batch.now);
  view_.deadline = batch.deadline == Time() ? TIDINGS_NO_TIME : Micros(batch.deadline);
}

AbiOutput::AbiOutput(size_t items) {
  outcome_.verdicts.resize(items);
  view_.struct_size = sizeof view_;
  view_.context = this;
  view_.verdict = OnVerdict;
  view_.record = OnRecord;
  view_.receipt = OnReceipt;
  view_.text = OnText;
  view_.refuse = OnRefuse;
}

void AbiOutput::OnVerdict(void* self, uint64_t item, const tidings_verdict* verdict) {
  auto& outcome = static_cast<AbiOutput*>(self)->outcome_;
  if (item >= outcome.verdicts.size()) return;
  // A plugin's number may be anything: more than a year is a year.
  constexpr uint64_t kLongest = uint64_t{365} * 24 * 3600 * 1000;
  outcome.verdicts[item] = {static_cast<VerdictCode>(verdict->code),
                            std::chrono::milliseconds(std::min(verdict->retry_after_ms, kLongest)),
                            Copy(verdict->reason), Copy(verdict->reference)};
}

void AbiOutput::OnRecord(void* self, uint64_t item, const tidings_record* record) {
  auto* output = static_cast<AbiOutput*>(self);
  output->outcome_.records.push_back(
      {item, output->order_++, record->line, Copy(record->entity), Copy(record->json)});
}

void AbiOutput::OnReceipt(void* self, uint64_t item, const tidings_receipt* receipt) {
  std::optional<Time> occurred;
  if (receipt->occurred_at != TIDINGS_NO_TIME) occurred = Time(Duration(receipt->occurred_at));
  static_cast<AbiOutput*>(self)->outcome_.receipts.push_back(
      {item, static_cast<ReceiptStatus>(receipt->status), Copy(receipt->message_id),
       Copy(receipt->reason), Copy(receipt->reference), Copy(receipt->event_id), occurred});
}

void AbiOutput::OnText(void* self, uint64_t item, tidings_text text) {
  static_cast<AbiOutput*>(self)->outcome_.texts.push_back({item, Copy(text)});
}

void AbiOutput::OnRefuse(void* self, uint64_t item, uint64_t line, tidings_text field,
                         tidings_text value, tidings_text reason) {
  auto* output = static_cast<AbiOutput*>(self);
  output->outcome_.refusals.push_back(
      {item, output->order_++, line, Copy(field), Copy(value), Copy(reason)});
}

}  // namespace tidings::pipeline
