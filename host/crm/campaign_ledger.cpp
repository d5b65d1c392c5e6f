#include "crm/campaign_ledger.h"

#include <algorithm>

#include "crm/sql.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"

namespace tidings::crm {

void Counts::Move(MessageStatus from, MessageStatus to) {
  delivered += (to == MessageStatus::kDelivered) - (from == MessageStatus::kDelivered);
  failed += (to == MessageStatus::kFailed) - (from == MessageStatus::kFailed);
}

constexpr const char kLock[] = R"(
  select c.id, c.audience, c.status = 'completed', c.deliver_queue, c.summarize_queue
    from (select id from unnest($1::uuid[]) as u(id) order by id) u
    join campaigns c on c.id = u.id for no key update of c)";
Result<std::vector<LockedCampaign>> LockCampaigns(pg::Transaction& transaction,
                                                  std::span<const Id> ids) {
  TRY_ASSIGN(auto rows, transaction.Execute(kLock, pg::Params().UuidArray(ids)));
  std::vector<LockedCampaign> campaigns;
  for (int i = 0; i < rows.size(); ++i) {
    campaigns.push_back({rows.Uuid(i, 0), rows.Int(i, 1), rows.Bool(i, 2),
                         std::string(rows.Text(i, 3)), std::string(rows.Text(i, 4))});
  }
  return campaigns;
}

constexpr const char kAdd[] = R"(
  update campaigns
     set sent = sent + $2, delivered = delivered + $3, failed = failed + $4,
         status = case when status = 'running' and delivered + $3 + failed + $4 = audience
                       then 'completed' else status end,
         completed_at = case when status = 'running' and delivered + $3 + failed + $4 = audience
                             then statement_timestamp() else completed_at end
   where id = $1
  returning status = 'completed')";
Status AddCounts(pg::Transaction& transaction, const LockedCampaign& campaign,
                 const Counts& counts) {
  if (counts == Counts()) return {};
  TRY_ASSIGN(auto rows, transaction.Execute(kAdd, pg::Params()
                                                      .Uuid(campaign.id)
                                                      .Int(counts.sent)
                                                      .Int(counts.delivered)
                                                      .Int(counts.failed)));
  bool now_completed = rows.Bool(0, 0) && !campaign.completed;
  if (!now_completed || campaign.summarize_queue.empty()) return {};
  return queue::ChunkQueue::Add(transaction, campaign.id, campaign.summarize_queue, 1, 1);
}

Duration BackOff(const RetryPolicy& policy, int attempt, int n) {
  constexpr int kFifth = 5, kSteps = 97;
  auto pause = policy.first;
  for (int i = 1; i < attempt && pause < policy.longest; ++i) pause *= 2;
  pause = std::min(pause, policy.longest);
  return pause + pause * (n % kSteps) / (kSteps * kFifth);
}

namespace {

constexpr const char kNoAnswer[] = "the worker gave no answer for this message";

std::map<int, const Verdict*> ByNumber(std::span<const Verdict> verdicts) {
  std::map<int, const Verdict*> by_number;
  for (const Verdict& verdict : verdicts) by_number[verdict.n] = &verdict;
  return by_number;
}

void MarkFailed(Settlement& settlement, int n, MessageStatus from, const std::string& reason) {
  if (from == MessageStatus::kFailed) return;
  settlement.counts.Move(from, MessageStatus::kFailed);
  settlement.failed.push_back({n, reason});
}

void TryAgain(Settlement& settlement, const Attempted& message, Duration after,
              const std::string& error, const RetryPolicy& policy) {
  Settlement::Again again{message.n, message.attempt, after, error};
  if (message.attempt < policy.attempts) {
    if (after.count() <= 0) again.after = BackOff(policy, message.attempt, message.n);
    settlement.again.push_back(std::move(again));
    return;
  }
  MarkFailed(settlement, message.n, MessageStatus::kPending, error);
  settlement.dead.push_back(std::move(again));
}

}  // namespace

Settlement Settle(std::span<const Attempted> messages, std::span<const Verdict> verdicts,
                  const MessageStates& states, const RetryPolicy& policy) {
  Settlement settlement;
  auto by_number = ByNumber(verdicts);
  for (const Attempted& message : messages) {
    auto known = states.find(message.n);
    auto state = known == states.end() ? MessageState() : known->second;
    auto found = by_number.find(message.n);
    if (found == by_number.end()) {
      if (state.Untouched()) TryAgain(settlement, message, {}, kNoAnswer, policy);
      continue;
    }
    const Verdict& verdict = *found->second;
    if (verdict.answer == Answer::kRejected) {
      MarkFailed(settlement, message.n, state.status, verdict.reason);
    } else if (state.Untouched() && verdict.answer == Answer::kAccepted) {
      ++settlement.counts.sent;
    } else if (state.Untouched()) {
      TryAgain(settlement, message, verdict.retry_after, verdict.reason, policy);
    }
  }
  return settlement;
}

Booking PlanBooking(std::span<ReceiptFor> receipts, const MessageStates& states) {
  Booking booking;
  for (ReceiptFor& receipt : receipts) {
    auto known = states.find(receipt.n);
    if (known == states.end()) {
      receipt.outcome = ReceiptOutcome::kUnknown;
      continue;
    }
    auto& state = booking.after.try_emplace(receipt.n, known->second).first->second;
    auto says = static_cast<MessageStatus>(receipt.receipt->status);
    auto fact = static_cast<int16_t>(1 << (static_cast<int>(says) - 1));
    bool duplicate = (state.facts & fact) != 0;
    receipt.outcome = duplicate ? ReceiptOutcome::kDuplicate : ReceiptOutcome::kAccepted;
    state.facts |= fact;
    if (says <= state.status) continue;
    booking.counts.Move(state.status, says);
    state.status = says;
  }
  std::erase_if(booking.after, [&](const auto& row) {
    const auto& before = states.at(row.first);
    if (before.facts == 0) booking.first.push_back(row.first);
    return before.facts == row.second.facts;
  });
  return booking;
}

}  // namespace tidings::crm
