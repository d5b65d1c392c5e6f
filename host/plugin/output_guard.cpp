#include "plugin/output_guard.h"

#include <fmt/core.h>

#include "plugin/clean_text.h"

namespace tidings::plugin {
namespace {

constexpr uint32_t Bit(tidings_stage stage) { return 1u << stage; }
constexpr uint32_t kAllStages = ~0u;

bool Readable(tidings_text text) { return text.data || text.size == 0; }

template <class Struct>
bool Complete(const Struct* result) {
  return result && result->struct_size >= sizeof(Struct);
}

// A reason is owed with these; people must never see an empty one.
bool OwesReason(tidings_verdict_code code) {
  return code == TIDINGS_RETRY || code == TIDINGS_REJECT;
}

}  // namespace

OutputGuard::OutputGuard(tidings_stage stage) : stage_(stage) {
  table_ = {sizeof table_, 0, this, &OnVerdict, &OnRecord, &OnReceipt, &OnText, &OnRefuse};
}

void OutputGuard::Open(const tidings_output& target, uint64_t count) {
  target_ = &target;
  count_ = count;
  judged_.assign(count, false);
  written_.assign(count, false);
  {
    std::lock_guard lock(mutex_);
    violation_.clear();
  }
  thread_ = std::this_thread::get_id();
}

Status OutputGuard::Close(Missing missing) {
  if (missing == Missing::kReject) FillMissing(TIDINGS_REJECT, "the plugin gave no verdict");
  if (missing == Missing::kRetry) FillMissing(TIDINGS_RETRY, "cut short before its turn");
  thread_ = std::thread::id();
  target_ = nullptr;
  std::lock_guard lock(mutex_);
  if (violation_.empty()) return {};
  return Fail(Code::kInternal, violation_);
}

void OutputGuard::Violation(const char* what, uint64_t item, const std::string& rule) {
  std::lock_guard lock(mutex_);
  if (!violation_.empty()) return;
  violation_ = fmt::format("broke a rule of the interface: it gave {} for item {}, but {}", what,
                           item, rule);
}

bool OutputGuard::Has(bool good, const char* what, uint64_t item, const char* rule) {
  if (!good) Violation(what, item, rule);
  return good;
}

bool OutputGuard::Admit(const char* what, uint64_t item, uint32_t stages) {
  if (thread_.load() != std::this_thread::get_id()) {
    Violation(what, item, "results are given inside process() and on its thread only");
    return false;
  }
  if (item >= count_) {
    Violation(what, item, fmt::format("the batch has {} items, counted from 0", count_));
    return false;
  }
  return Has((stages & Bit(stage_)) != 0, what, item, "a plugin of its stage gives no such result");
}

void OutputGuard::OnVerdict(void* context, uint64_t item, const tidings_verdict* verdict) {
  constexpr auto kWhat = "a verdict";
  auto& self = Of(context);
  if (!self.Admit(kWhat, item, kAllStages) ||
      !self.Has(Complete(verdict), kWhat, item, "its struct_size is too small") ||
      !self.Has(verdict->code <= TIDINGS_DROP, kWhat, item, "its code is unknown") ||
      !self.Has(Readable(verdict->reason) && Readable(verdict->reference), kWhat, item,
                "it has text with a size and no data") ||
      !self.Has(!self.judged_[item], kWhat, item, "that item has a verdict already")) {
    return;
  }
  self.judged_[item] = true;
  CleanText reason(verdict->reason), reference(verdict->reference);
  tidings_verdict clean = {sizeof clean, verdict->code, verdict->retry_after_ms, reason.text(),
                           reference.text()};
  constexpr std::string_view kNone = "the plugin gave no reason";
  if (OwesReason(clean.code) && clean.reason.size == 0) clean.reason = {kNone.data(), kNone.size()};
  self.target_->verdict(self.target_->context, item, &clean);
}

// Records pass as they are: whoever parses their JSON judges the bytes and names the line.
void OutputGuard::OnRecord(void* context, uint64_t item, const tidings_record* record) {
  constexpr auto kWhat = "a record";
  auto& self = Of(context);
  if (!self.Admit(kWhat, item, Bit(TIDINGS_INGEST)) ||
      !self.Has(Complete(record), kWhat, item, "its struct_size is too small") ||
      !self.Has(Readable(record->entity) && Readable(record->json), kWhat, item,
                "it has text with a size and no data")) {
    return;
  }
  self.target_->record(self.target_->context, item, record);
}

void OutputGuard::OnReceipt(void* context, uint64_t item, const tidings_receipt* receipt) {
  constexpr auto kWhat = "a receipt";
  auto& self = Of(context);
  if (!self.Admit(kWhat, item, Bit(TIDINGS_RECEIPT)) ||
      !self.Has(Complete(receipt), kWhat, item, "its struct_size is too small") ||
      !self.Has(receipt->status >= TIDINGS_SENT && receipt->status <= TIDINGS_UNDELIVERED, kWhat,
                item, "its status is unknown") ||
      !self.Has(Readable(receipt->message_id) && Readable(receipt->reason) &&
                    Readable(receipt->reference) && Readable(receipt->event_id),
                kWhat, item, "it has text with a size and no data")) {
    return;
  }
  CleanText message(receipt->message_id), reason(receipt->reason);
  CleanText reference(receipt->reference), event(receipt->event_id);
  tidings_receipt clean = {sizeof clean,     receipt->status, message.text(),      reason.text(),
                           reference.text(), event.text(),    receipt->occurred_at};
  self.target_->receipt(self.target_->context, item, &clean);
}

void OutputGuard::OnText(void* context, uint64_t item, tidings_text text) {
  constexpr auto kWhat = "a text";
  auto& self = Of(context);
  if (!self.Admit(kWhat, item, Bit(TIDINGS_SUMMARIZE) | Bit(TIDINGS_RECEIPT)) ||
      !self.Has(Readable(text), kWhat, item, "it has a size and no data") ||
      !self.Has(!self.written_[item], kWhat, item, "that item has a text already")) {
    return;
  }
  self.written_[item] = true;
  CleanText clean(text);
  self.target_->text(self.target_->context, item, clean.text());
}

void OutputGuard::OnRefuse(void* context, uint64_t item, uint64_t line, tidings_text field,
                           tidings_text value, tidings_text reason) {
  constexpr auto kWhat = "a refusal";
  auto& self = Of(context);
  if (!self.Admit(kWhat, item, Bit(TIDINGS_INGEST) | Bit(TIDINGS_RECEIPT)) ||
      !self.Has(Readable(field) && Readable(value) && Readable(reason), kWhat, item,
                "it has text with a size and no data")) {
    return;
  }
  CleanText where(field), what(value), why(reason);
  self.target_->refuse(self.target_->context, item, line, where.text(), what.text(), why.text());
}

void OutputGuard::FillMissing(tidings_verdict_code code, std::string_view reason) {
  bool owes_verdict = stage_ == TIDINGS_SEGMENT || stage_ == TIDINGS_DELIVER;
  if (!owes_verdict && stage_ != TIDINGS_SUMMARIZE) return;
  tidings_verdict verdict = {sizeof verdict, code, 0, {reason.data(), reason.size()}, {nullptr, 0}};
  for (uint64_t item = 0; item < count_; ++item) {
    if (judged_[item] || (!owes_verdict && written_[item])) continue;
    target_->verdict(target_->context, item, &verdict);
  }
}

}  // namespace tidings::plugin
