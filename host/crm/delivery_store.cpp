#include "crm/delivery_store.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "crm/campaign_ledger.h"
#include "crm/outgoing.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"

namespace tidings::crm {
namespace {

using queue::ChunkQueue;

MessageStates StatesOf(const pg::Rows& rows) {
  MessageStates states;
  for (int i = 0; i < rows.size(); ++i) {
    states[static_cast<int>(rows.Int(i, 0))] = {static_cast<MessageStatus>(rows.Int(i, 1)),
                                                static_cast<int16_t>(rows.Int(i, 2))};
  }
  return states;
}

std::vector<int32_t> NumbersOf(std::span<const queue::Retry> retries) {
  std::vector<int32_t> numbers;
  for (const auto& retry : retries) numbers.push_back(retry.n);
  return numbers;
}

// The messages of a chunk have been tried once: an earlier lease that ended without a commit
// booked no answer.
std::vector<Attempted> MessagesOf(const queue::Chunk& chunk) {
  std::vector<Attempted> messages;
  for (int n = chunk.lo; n <= chunk.hi; ++n) messages.push_back({n, 1});
  return messages;
}

std::vector<Attempted> MessagesOf(std::span<const queue::Retry> retries) {
  std::vector<Attempted> messages;
  for (const auto& retry : retries) messages.push_back({retry.n, retry.attempt + 1});
  return messages;
}

std::vector<queue::FailedAttempt> FailedAttempts(std::span<const Settlement::Again> again) {
  std::vector<queue::FailedAttempt> failed;
  for (const auto& one : again) failed.push_back({one.n, one.attempt, one.after, one.error});
  return failed;
}

Result<LockedCampaign> LockCampaign(pg::Transaction& transaction, const Id& id) {
  TRY_ASSIGN(auto campaigns, LockCampaigns(transaction, std::span(&id, 1)));
  if (campaigns.empty()) return Fail(Code::kNotFound, "no campaign has the id " + id.ToString());
  return campaigns[0];
}

constexpr const char kMarkFailed[] = R"(
  update messages m set status = 3, reason = u.reason, done_at = statement_timestamp()
    from unnest($2::int[], $3::text[]) as u(n, reason)
   where m.campaign_id = $1 and m.n = u.n)";
Status MarkFailed(pg::Transaction& transaction, const Id& campaign,
                  std::span<const FailedMessage> failed) {
  if (failed.empty()) return {};
  std::vector<int32_t> numbers;
  std::vector<std::string> reasons;
  for (const auto& message : failed) {
    numbers.push_back(message.n);
    reasons.push_back(pg::Storable(message.reason));
  }
  TRY(transaction.Execute(kMarkFailed,
                          pg::Params().Uuid(campaign).IntArray(numbers).TextArray(reasons)));
  return {};
}

constexpr const char kCustomers[] =
    "select n, customer_id from messages where campaign_id = $1 and n = any ($2::int[])";
Status Bury(pg::Transaction& transaction, const Id& campaign, const std::string& queue,
            std::span<const Settlement::Again> dead) {
  if (dead.empty()) return {};
  std::vector<int32_t> numbers;
  for (const auto& one : dead) numbers.push_back(one.n);
  TRY_ASSIGN(auto rows,
             transaction.Execute(kCustomers, pg::Params().Uuid(campaign).IntArray(numbers)));
  std::map<int64_t, std::string> customers;
  for (int i = 0; i < rows.size(); ++i) customers[rows.Int(i, 0)] = rows.Text(i, 1);
  std::vector<queue::DeadLetter> letters;
  for (const auto& one : dead) {
    Json payload = {{"message_id", fmt::format("{}.{}", campaign.ToString(), one.n)},
                    {"campaign_id", campaign.ToString()},
                    {"customer_id", customers[one.n]}};
    letters.push_back({one.n, one.attempt, one.error, ToLine(payload)});
  }
  return ChunkQueue::Bury(transaction, campaign, queue, letters);
}

constexpr const char kDispatch[] = R"(
  insert into dispatches (campaign_id, lo, hi, attempt, accepted, retried, rejected, vendor, version)
  select $1, u.* from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[],
                             $8::text[], $9::text[]) as u)";
Status AddDispatches(pg::Transaction& transaction, const Id& campaign,
                     std::span<const Dispatch> dispatches) {
  if (dispatches.empty()) return {};
  auto params = pg::Params().Uuid(campaign);
  for (auto field : {&Dispatch::lo, &Dispatch::hi, &Dispatch::attempt, &Dispatch::accepted,
                     &Dispatch::retried, &Dispatch::rejected}) {
    std::vector<int32_t> numbers;
    for (const auto& dispatch : dispatches) numbers.push_back(dispatch.*field);
    params.IntArray(numbers);
  }
  for (auto field : {&Dispatch::vendor, &Dispatch::version}) {
    std::vector<std::string> texts;
    for (const auto& dispatch : dispatches) texts.push_back(pg::Storable(dispatch.*field));
    params.TextArray(texts);
  }
  TRY(transaction.Execute(kDispatch, params));
  return {};
}

// What chunks and retries have in common once it is clear what becomes of each message.
Status BookSettlement(pg::Transaction& transaction, const LockedCampaign& campaign,
                      const std::string& queue, const Settlement& settlement,
                      std::span<const Dispatch> dispatches) {
  TRY(MarkFailed(transaction, campaign.id, settlement.failed));
  TRY(Bury(transaction, campaign.id, queue, settlement.dead));
  TRY(AddDispatches(transaction, campaign.id, dispatches));
  return AddCounts(transaction, campaign, settlement.counts);
}

constexpr const char kChunkStates[] = R"(
  select n, status, facts from messages
   where campaign_id = $1 and n between $2 and $3 and (status <> 0 or facts <> 0))";
// False where the lease is lost.
Result<bool> CommitChunk(pg::Transaction& transaction, const queue::Chunk& chunk,
                         std::span<const Verdict> verdicts, std::span<const Dispatch> dispatches,
                         const RetryPolicy& policy) {
  TRY(UseIndexes(transaction));
  TRY_ASSIGN(auto campaign, LockCampaign(transaction, chunk.source));
  TRY_ASSIGN(bool held, ChunkQueue::Finish(transaction, chunk));
  if (!held) return false;
  TRY_ASSIGN(auto touched,
             transaction.Execute(kChunkStates,
                                 pg::Params().Uuid(chunk.source).Int(chunk.lo).Int(chunk.hi)));
  auto settlement = Settle(MessagesOf(chunk), verdicts, StatesOf(touched), policy);
  TRY(ChunkQueue::AddRetries(transaction, chunk.source, chunk.queue,
                             FailedAttempts(settlement.again)));
  TRY(BookSettlement(transaction, campaign, chunk.queue, settlement, dispatches));
  return true;
}

// Those of the retries that this lease still holds.
constexpr const char kHeld[] = R"(
  select r.n, r.epoch from retries r
   where r.source = $1 and r.queue = $2 and r.n = any ($3::int[]) order by r.n for update)";
Result<std::vector<queue::Retry>> HeldRetries(pg::Transaction& transaction,
                                              std::span<const queue::Retry> retries) {
  TRY_ASSIGN(auto rows, transaction.Execute(kHeld, pg::Params()
                                                       .Uuid(retries[0].source)
                                                       .Text(retries[0].queue)
                                                       .IntArray(NumbersOf(retries))));
  std::map<int64_t, int64_t> epochs;
  for (int i = 0; i < rows.size(); ++i) epochs[rows.Int(i, 0)] = rows.Int(i, 1);
  std::vector<queue::Retry> held;
  for (const auto& retry : retries) {
    auto epoch = epochs.find(retry.n);
    if (epoch != epochs.end() && epoch->second == retry.epoch) held.push_back(retry);
  }
  return held;
}

// Those that failed once more wait on; the others are settled.
Status BookRetries(pg::Transaction& transaction, std::span<const queue::Retry> held,
                   const Settlement& settlement) {
  auto failed = FailedAttempts(settlement.again);
  std::vector<queue::Retry> waiting, settled;
  for (const auto& retry : held) {
    bool again = std::any_of(failed.begin(), failed.end(),
                             [&](const auto& one) { return one.n == retry.n; });
    (again ? waiting : settled).push_back(retry);
  }
  TRY_ASSIGN(bool put_off, ChunkQueue::PutOffRetries(transaction, waiting, failed));
  TRY_ASSIGN(bool finished, ChunkQueue::FinishRetries(transaction, settled));
  if (put_off && finished) return {};
  return Fail(Code::kConflict, "the lease of a retry was lost meanwhile");
}

constexpr const char kRetryStates[] = R"(
  select n, status, facts from messages
   where campaign_id = $1 and n = any ($2::int[]) and (status <> 0 or facts <> 0))";
Result<int> CommitRetriesIn(pg::Transaction& transaction, std::span<const queue::Retry> retries,
                            std::span<const Verdict> verdicts, std::span<const Dispatch> dispatches,
                            const RetryPolicy& policy) {
  TRY(UseIndexes(transaction));
  const Id& source = retries[0].source;
  TRY_ASSIGN(auto campaign, LockCampaign(transaction, source));
  TRY_ASSIGN(auto held, HeldRetries(transaction, retries));
  TRY_ASSIGN(auto touched, transaction.Execute(
                               kRetryStates, pg::Params().Uuid(source).IntArray(NumbersOf(held))));
  auto settlement = Settle(MessagesOf(held), verdicts, StatesOf(touched), policy);
  TRY(BookRetries(transaction, held, settlement));
  TRY(BookSettlement(transaction, campaign, retries[0].queue, settlement, dispatches));
  return static_cast<int>(held.size());
}

Status CheckOneSource(std::span<const queue::Retry> retries) {
  bool one = std::all_of(retries.begin(), retries.end(), [&](const auto& retry) {
    return retry.source == retries[0].source && retry.queue == retries[0].queue;
  });
  if (one) return {};
  return Fail(Code::kInvalidArgument, "the retries of one call must be of one source and queue");
}

}  // namespace

Result<Outgoing> DeliveryStore::Load(const queue::Chunk& chunk) {
  static const std::string kLoad = fmt::format(
      "select {} from messages m left join customers c on c.id = m.customer_id "
      "where m.campaign_id = $1 and m.n between $2 and $3 and m.status = 0 "
      "order by m.n",
      kOutgoingColumns);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto transaction, pg::Transaction::Begin(*lease));
  TRY(UseIndexes(transaction));
  TRY_ASSIGN(auto renderer, Renderer::Open(transaction, chunk.source));
  TRY_ASSIGN(auto rows,
             transaction.Execute(kLoad, pg::Params().Uuid(chunk.source).Int(chunk.lo).Int(chunk.hi),
                                 pg::Format::kBinary));
  TRY(transaction.Commit());
  Outgoing out{chunk.source, renderer.channel(), {}, {}};
  out.messages.reserve(static_cast<size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) renderer.Add(rows, i, chunk.attempt, out);
  return out;
}

Result<Outgoing> DeliveryStore::LoadRetries(std::span<const queue::Retry> retries) {
  static const std::string kLoad = fmt::format(
      "select {} from messages m left join customers c on c.id = m.customer_id "
      "where m.campaign_id = $1 and m.n = any ($2::int[]) and m.status = 0 "
      "order by m.n",
      kOutgoingColumns);
  if (retries.empty()) return Outgoing();
  TRY(CheckOneSource(retries));
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto transaction, pg::Transaction::Begin(*lease));
  TRY(UseIndexes(transaction));
  TRY_ASSIGN(auto renderer, Renderer::Open(transaction, retries[0].source));
  TRY_ASSIGN(
      auto rows,
      transaction.Execute(kLoad, pg::Params().Uuid(retries[0].source).IntArray(NumbersOf(retries)),
                          pg::Format::kBinary));
  TRY(transaction.Commit());
  std::map<int64_t, int> attempts;
  for (const auto& retry : retries) attempts[retry.n] = retry.attempt + 1;
  Outgoing out{retries[0].source, renderer.channel(), {}, {}};
  for (int i = 0; i < rows.size(); ++i) renderer.Add(rows, i, attempts[rows.Int(i, 0)], out);
  return out;
}

Result<bool> DeliveryStore::Commit(const queue::Chunk& chunk, std::span<const Verdict> verdicts,
                                   std::span<const Dispatch> dispatches) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  bool held = false;
  auto committed = pg::InTransaction(*lease, [&](pg::Transaction& transaction) -> Status {
    TRY_ASSIGN(held, CommitChunk(transaction, chunk, verdicts, dispatches, policy_));
    if (held) return {};
    return Fail(Code::kCancelled, "the lease of the chunk was lost");
  });
  if (!committed && (held || committed.error().code != Code::kCancelled)) {
    return Fail(committed.error());
  }
  return held;
}

Result<int> DeliveryStore::CommitRetries(std::span<const queue::Retry> retries,
                                         std::span<const Verdict> verdicts,
                                         std::span<const Dispatch> dispatches) {
  if (retries.empty()) return 0;
  TRY(CheckOneSource(retries));
  TRY_ASSIGN(auto lease, pool_.Acquire());
  int held = 0;
  TRY(pg::InTransaction(*lease, [&](pg::Transaction& transaction) -> Status {
    TRY_ASSIGN(held, CommitRetriesIn(transaction, retries, verdicts, dispatches, policy_));
    return {};
  }));
  return held;
}

}  // namespace tidings::crm
