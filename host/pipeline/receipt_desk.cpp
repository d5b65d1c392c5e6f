#include "pipeline/receipt_desk.h"

#include <algorithm>

#include "crm/receipt_book.h"
#include "pipeline/stage.h"

namespace tidings::pipeline {
namespace {

crm::Receipt ToCrm(Receipt& receipt, const std::string& vendor) {
  crm::Receipt out;
  out.message_id = std::move(receipt.message_id);
  out.status = receipt.status == ReceiptStatus::kSent        ? crm::ReceiptStatus::kSent
               : receipt.status == ReceiptStatus::kDelivered ? crm::ReceiptStatus::kDelivered
                                                             : crm::ReceiptStatus::kFailed;
  out.reason = std::move(receipt.reason);
  out.vendor = vendor;
  out.reference = std::move(receipt.reference);
  out.occurred_at = receipt.occurred_at;
  return out;
}

RefusedReceipt ToReport(const Refusal& refusal) {
  return {refusal.line > 0 ? refusal.line - 1 : refusal.order, refusal.value,
          refusal.field.empty() ? refusal.reason : refusal.field + ": " + refusal.reason};
}

void Count(ReceiptReport& report, crm::ReceiptOutcome outcome) {
  report.accepted += outcome == crm::ReceiptOutcome::kAccepted;
  report.duplicates += outcome == crm::ReceiptOutcome::kDuplicate;
  report.unknown += outcome == crm::ReceiptOutcome::kUnknown;
}

}  // namespace

ReceiptDesk::ReceiptDesk(Stage& stage, crm::ReceiptBook& book, ReceiptDeskOptions options)
    : stage_(stage), book_(book), options_(options) {
  for (int i = 0; i < options_.bookers; ++i) bookers_.emplace_back([this] { BookAll(); });
}

ReceiptDesk::~ReceiptDesk() {
  Stop();
  for (auto& booker : bookers_) booker.join();
  for (auto& call : waiting_) call.done(Fail(Code::kCancelled, "the host is stopping"));
}

void ReceiptDesk::Receive(HttpRequest request, Done done) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    return done(Fail(Code::kCancelled, "the host is stopping"));
  }
  waiting_.push_back({std::move(request), std::move(done)});
  Dispatch(lock);
}

void ReceiptDesk::Stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool ReceiptDesk::Idle() {
  std::lock_guard lock(mutex_);
  return waiting_.empty() && parsed_.empty() && at_stage_ == 0 && booking_ == 0;
}

// Holds mutex_ when it comes and when it goes, not while it hands batches over.
void ReceiptDesk::Dispatch(std::unique_lock<std::mutex>& lock) {
  while (!waiting_.empty() && at_stage_ < options_.in_flight && !stopping_) {
    auto calls = std::make_shared<std::vector<Call>>(TakeCalls());
    ++at_stage_;
    lock.unlock();
    Batch batch;
    batch.now = options_.clock->Now();
    auto& items = batch.items.emplace<std::vector<HttpRequest>>();
    for (Call& call : *calls) items.push_back(call.request);
    stage_.Submit(batch, options_.wait, [this, calls](Result<Outcome> outcome) {
      OnOutcome(std::move(*calls), std::move(outcome));
    });
    lock.lock();
  }
}

// Holds mutex_.
std::vector<ReceiptDesk::Call> ReceiptDesk::TakeCalls() {
  std::vector<Call> calls;
  while (!waiting_.empty() && calls.size() < options_.batch) {
    bool alone = waiting_.front().alone;
    if (alone && !calls.empty()) break;
    calls.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (alone) break;
  }
  return calls;
}

// On the stage's thread.
void ReceiptDesk::OnOutcome(std::vector<Call> calls, Result<Outcome> outcome) {
  if (!outcome) return OnFailure(std::move(calls), outcome.error());
  std::vector<Parsed> parsed(calls.size());
  for (Receipt& r : outcome->receipts) parsed[r.item].receipts.push_back(std::move(r));
  for (Refusal& r : outcome->refusals) parsed[r.item].report.refused.push_back(ToReport(r));
  for (Text& t : outcome->texts) parsed[t.item].report.answer = std::move(t.text);
  std::vector<Parsed> good;
  for (size_t i = 0; i < calls.size(); ++i) {
    const Verdict& verdict = outcome->verdicts[i];
    if (verdict.code == VerdictCode::kReject) {
      calls[i].done(Fail(Code::kInvalidArgument, verdict.reason));
    } else if (verdict.code == VerdictCode::kRetry) {
      calls[i].done(Fail(Code::kUnavailable, verdict.reason));
    } else {
      parsed[i].call = std::move(calls[i]);
      good.push_back(std::move(parsed[i]));
    }
  }
  std::unique_lock lock(mutex_);
  --at_stage_;
  std::move(good.begin(), good.end(), std::back_inserter(parsed_));
  changed_.notify_one();
  Dispatch(lock);
}

// One call that breaks the stage must not take the others with it: each is tried by itself.
void ReceiptDesk::OnFailure(std::vector<Call> calls, const Error& error) {
  if (calls.size() == 1 || error.code == Code::kCancelled) {
    for (auto& call : calls) call.done(Fail(error));
    calls.clear();
  }
  std::unique_lock lock(mutex_);
  --at_stage_;
  for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
    call->alone = true;
    waiting_.push_front(std::move(*call));
  }
  Dispatch(lock);
}

void ReceiptDesk::BookAll() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !parsed_.empty() || stopping_; });
    if (parsed_.empty()) return;
    auto parsed = std::exchange(parsed_, {});
    ++booking_;
    lock.unlock();
    Book(std::move(parsed));
    lock.lock();
    --booking_;
  }
}

void ReceiptDesk::Book(std::vector<Parsed> parsed) {
  std::vector<crm::Receipt> receipts;
  for (auto& one : parsed) {
    for (auto& receipt : one.receipts) receipts.push_back(ToCrm(receipt, stage_.spec().Label()));
  }
  Result<std::vector<crm::ReceiptOutcome>> booked;
  if (!receipts.empty()) booked = book_.Book(receipts);
  size_t next = 0;
  for (auto& one : parsed) {
    if (!booked) {
      one.call.done(Fail(booked.error()));
      continue;
    }
    for (size_t i = 0; i < one.receipts.size(); ++i) Count(one.report, (*booked)[next++]);
    one.call.done(std::move(one.report));
  }
}

}  // namespace tidings::pipeline
