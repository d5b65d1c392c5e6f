#include "pipeline/feeder.h"

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/core.h>

#include "base/json.h"
#include "base/log.h"
#include "crm/unanswered.h"
#include "pg/pool.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"

namespace tidings::pipeline {
namespace {

using Steady = std::chrono::steady_clock;
using queue::ChunkQueue;

constexpr int kRetriesAtOnce = 1000;
constexpr int kNeverGiveUp = 1'000'000;
constexpr Duration kSweepPause = std::chrono::seconds(5);

Message ToMessage(const crm::Outgoing& outgoing, crm::OutgoingMessage& m,
                  const std::string& campaign) {
  Message message;
  message.id = m.id;
  message.idempotency_key = std::move(m.id);
  message.campaign_id = campaign;
  message.customer_id = m.customer_id.ToString();
  message.channel = outgoing.channel;
  message.recipient = std::move(m.recipient);
  message.recipient_name = std::move(m.recipient_name);
  message.subject = std::move(m.subject);
  message.text = std::move(m.text);
  message.html = std::move(m.html);
  message.attributes = std::move(m.attributes);
  message.attempt = static_cast<uint32_t>(std::max(m.attempt, 1));
  return message;
}

// A chunk that was leased more than three times and never finished is cut; its halves, which keep
// the count, are tried once before they are cut in turn.
bool IsSuspect(const queue::Chunk& chunk) { return chunk.attempt > 3 && chunk.attempt % 2 == 0; }

// Everything goes to the dead letters, unsent.
Delivered GiveUp(crm::Outgoing& outgoing) {
  constexpr char kWhy[] = "the host was lost at every attempt to send it";
  Delivered delivered;
  auto campaign = outgoing.campaign.ToString();
  for (auto& m : outgoing.messages) {
    delivered.verdicts.push_back({m.n, crm::Answer::kRejected, {}, kWhy});
    delivered.poison.push_back({m.n, kWhy, ToMessage(outgoing, m, campaign)});
  }
  return delivered;
}

// After every failed attempt a message travels in smaller company, the last time alone: so one that
// takes its worker down does not take others into the dead letters.
size_t RetryBatch(size_t batch, int attempts_made, int attempts_allowed) {
  if (attempts_made + 1 >= attempts_allowed) return 1;
  return std::max<size_t>(1, batch >> std::min(3 * attempts_made, 60));
}

}  // namespace

// Keeps a lease while its messages are at the vendors.
class Feeder::Leased {
 public:
  // `renew` answers false when the lease is somebody else's.
  Leased(Feeder& feeder, std::function<Result<bool>()> renew)
      : feeder_(feeder), renew_(std::move(renew)), renewed_(Steady::now()) {}

  bool GoOn() {
    if (lost_ || feeder_.lanes_->Stopping()) return false;
    auto age = Steady::now() - renewed_;
    if (age < feeder_.options_.lease / 3) return true;
    auto renewed = renew_();
    if (renewed && *renewed) {
      renewed_ = Steady::now();
    } else if (renewed) {
      lost_ = true;
    }
    // A database that is away for a moment has not taken the lease; nearly at its end it might.
    return !lost_ && age < feeder_.options_.lease * 4 / 5;
  }

 private:
  Feeder& feeder_;
  const std::function<Result<bool>()> renew_;
  Steady::time_point renewed_;
  bool lost_ = false;
};

Feeder::Feeder(pg::Pool& pool, Vendors& vendors, FeederOptions options)
    : pool_(pool),
      vendors_(vendors),
      options_(std::move(options)),
      store_(pool, options_.retry),
      patient_store_(pool, {.attempts = kNeverGiveUp}) {}

Feeder::~Feeder() {
  if (sweep_) sweep_->Join();
  if (lanes_) lanes_->Join();
}

Result<std::unique_ptr<Feeder>> Feeder::Start(pg::Pool& pool, Vendors& vendors,
                                              FeederOptions options) {
  std::unique_ptr<Feeder> feeder(new Feeder(pool, vendors, std::move(options)));
  for (int lane = 0; lane < feeder->options_.lanes; ++lane) {
    Route route;
    if (feeder->options_.make_route) {
      TRY_ASSIGN(route, feeder->options_.make_route());
    }
    feeder->routes_.push_back(std::move(route));
  }
  LanesOptions lanes{.name = feeder->options_.queue, .count = feeder->options_.lanes};
  // The lanes use the pointer to themselves, so it must be set before they run.
  auto ready = std::make_shared<std::atomic<bool>>(false);
  feeder->lanes_ = std::make_unique<Lanes>(lanes, [self = feeder.get(), ready](int lane) {
    return *ready ? self->Work(lane) : Result<bool>(false);
  });
  *ready = true;
  feeder->Wake();
  LanesOptions sweep{.name = feeder->options_.queue, .soonest = kSweepPause, .latest = kSweepPause};
  feeder->sweep_ = std::make_unique<Lanes>(
      sweep, [self = feeder.get()](int) { return self->CloseUnanswered(); });
  return feeder;
}

void Feeder::Wake() { lanes_->Wake(); }
void Feeder::Stop() {
  sweep_->Stop();
  lanes_->Stop();
}
bool Feeder::Stopped() { return lanes_->Stopped(); }

Result<bool> Feeder::CloseUnanswered() {
  TRY_ASSIGN(auto closed, crm::CloseUnanswered(pool_, options_.queue, options_.receipts_within));
  if (closed > 0) {
    log::Warning(options_.queue, "{} messages were closed as {}: no receipt came for {}", closed,
                 crm::kNoReceipt, FormatDuration(options_.receipts_within));
  }
  return false;  // nothing to look for again at once
}

Result<bool> Feeder::Work(int lane) {
  if (vendors_.AllAway()) return false;
  TRY_ASSIGN(bool chunk, WorkOnChunk(lane));
  if (lanes_->Stopping()) return chunk;
  TRY_ASSIGN(bool retries, WorkOnRetries(lane));
  return chunk || retries;
}

Result<bool> Feeder::WorkOnChunk(int lane) {
  std::optional<queue::Chunk> chunk;
  {
    TRY_ASSIGN(auto connection, pool_.Acquire());
    TRY_ASSIGN(chunk,
               ChunkQueue::Lease(*connection, options_.queue, options_.owner, options_.lease));
  }
  if (!chunk) return false;
  lanes_->WakeOne();  // where there is one chunk there may be more
  TRY_ASSIGN(bool cut, CutSuspect(*chunk));
  if (!cut) TRY(DeliverChunk(lane, *chunk));
  return true;
}

Result<bool> Feeder::CutSuspect(const queue::Chunk& chunk) {
  if (!IsSuspect(chunk) || chunk.size() == 1) return false;
  log::Warning(options_.queue,
               "chunk {} of campaign {} was leased {} times and never finished: it is "
               "cut into halves",
               chunk.no, chunk.source.ToString(), chunk.attempt);
  TRY_ASSIGN(auto connection, pool_.Acquire());
  auto split = pg::InTransaction(*connection, [&](pg::Transaction& transaction) -> Status {
    TRY(ChunkQueue::Split(transaction, chunk));
    return {};
  });
  TRY(split);
  return true;
}

Status Feeder::DeliverChunk(int lane, const queue::Chunk& chunk) {
  auto renew = [&]() -> Result<bool> {
    TRY_ASSIGN(auto connection, pool_.Acquire(std::chrono::seconds(1)));
    return ChunkQueue::Renew(*connection, chunk, options_.lease);
  };
  Leased leased(*this, renew);
  TRY_ASSIGN(crm::Outgoing outgoing, store_.Load(chunk));
  bool hopeless = IsSuspect(chunk) && chunk.size() == 1;
  auto delivered = hopeless
                       ? GiveUp(outgoing)
                       : Deliver(lane, outgoing, options_.batch, [&] { return leased.GoOn(); });
  TRY(Bury(chunk.source, delivered.poison));
  auto& verdicts = delivered.verdicts;
  verdicts.insert(verdicts.end(), outgoing.refused.begin(), outgoing.refused.end());
  if (!delivered.unsent.empty()) return GiveBack(chunk, delivered);
  return Commit([&] { return store_.Commit(chunk, verdicts, delivered.dispatches); });
}

// Books what vendors have answered; the rest stays due, and its attempts are not counted.
Status Feeder::GiveBack(const queue::Chunk& chunk, const Delivered& delivered) {
  TRY_ASSIGN(auto connection, pool_.Acquire());
  if (delivered.verdicts.empty()) {
    TRY(ChunkQueue::Release(*connection, chunk));
    return {};
  }
  bool ours = false;
  TRY(Commit([&]() -> Result<bool> {
    TRY_ASSIGN(ours, patient_store_.Commit(chunk, delivered.verdicts, delivered.dispatches));
    return ours;
  }));
  if (!ours) return {};
  std::vector<queue::FailedAttempt> unsent;
  for (int n : delivered.unsent) unsent.push_back({n, 0, {}, "it was given back unsent"});
  return pg::InTransaction(*connection, [&](pg::Transaction& transaction) {
    return ChunkQueue::AddRetries(transaction, chunk.source, chunk.queue, unsent);
  });
}

Result<bool> Feeder::WorkOnRetries(int lane) {
  std::vector<queue::Retry> retries;
  {
    TRY_ASSIGN(auto connection, pool_.Acquire());
    TRY_ASSIGN(retries, ChunkQueue::LeaseRetries(*connection, options_.queue, options_.owner,
                                                 kRetriesAtOnce, options_.lease));
  }
  if (retries.empty()) return false;
  // Those of one attempt travel together.
  std::stable_sort(retries.begin(), retries.end(),
                   [](const auto& a, const auto& b) { return a.attempt < b.attempt; });
  for (auto from = retries.begin(); from != retries.end();) {
    auto to = std::find_if(from, retries.end(),
                           [&](const auto& retry) { return retry.attempt != from->attempt; });
    TRY(DeliverRetries(lane, {from, to}));
    from = to;
  }
  return true;
}

Status Feeder::DeliverRetries(int lane, std::vector<queue::Retry> retries) {
  // A lease on retries is not renewed: what is not done in time comes again.
  Leased leased(*this, [] { return Result<bool>(true); });
  auto until = Steady::now() + options_.lease / 2;
  TRY_ASSIGN(crm::Outgoing outgoing, store_.LoadRetries(retries));
  size_t batch = RetryBatch(options_.batch, retries[0].attempt, options_.retry.attempts);
  auto delivered =
      Deliver(lane, outgoing, batch, [&] { return leased.GoOn() && Steady::now() < until; });
  TRY(Bury(outgoing.campaign, delivered.poison));
  auto& verdicts = delivered.verdicts;
  verdicts.insert(verdicts.end(), outgoing.refused.begin(), outgoing.refused.end());
  TRY(GiveBack(retries, delivered.unsent));
  if (retries.empty()) return {};
  return Commit([&]() -> Result<bool> {
    TRY(store_.CommitRetries(retries, verdicts, delivered.dispatches));
    return true;
  });
}

// Takes those that were not sent out of `retries`; they are due again at once.
Status Feeder::GiveBack(std::vector<queue::Retry>& retries, const std::vector<int>& unsent) {
  std::set<int> numbers(unsent.begin(), unsent.end());
  std::vector<queue::Retry> back;
  std::copy_if(retries.begin(), retries.end(), std::back_inserter(back),
               [&](const auto& retry) { return numbers.contains(retry.n); });
  std::erase_if(retries, [&](const auto& retry) { return numbers.contains(retry.n); });
  if (back.empty()) return {};
  std::vector<queue::FailedAttempt> as_before;
  for (const auto& retry : back) {
    as_before.push_back({retry.n, retry.attempt, {}, "it was given back unsent"});
  }
  TRY_ASSIGN(auto connection, pool_.Acquire());
  return pg::InTransaction(*connection, [&](pg::Transaction& transaction) -> Status {
    // Those that somebody else has leased by now are not touched.
    TRY(ChunkQueue::PutOffRetries(transaction, back, as_before));
    return {};
  });
}

Delivered Feeder::Deliver(int lane, crm::Outgoing& outgoing, size_t batch,
                          const std::function<bool()>& go_on) {
  std::vector<Message> messages;
  std::vector<int> numbers;
  auto campaign = outgoing.campaign.ToString();
  for (auto& m : outgoing.messages) {
    numbers.push_back(m.n);
    messages.push_back(ToMessage(outgoing, m, campaign));
  }
  DeliveryOptions options{batch, options_.unknown_pause, go_on};
  return DeliverMessages(vendors_, std::move(messages), numbers, options_.clock->Now(),
                         routes_[static_cast<size_t>(lane)], options);
}

// Before the commit, so that a message never fails without its letter. Burying twice is harmless.
Status Feeder::Bury(const Id& campaign, const std::vector<Poison>& poison) {
  if (poison.empty()) return {};
  std::vector<queue::DeadLetter> letters;
  for (const auto& [n, reason, m] : poison) {
    Json payload{{"channel", m.channel},
                 {"customer_id", m.customer_id},
                 {"recipient", m.recipient},
                 {"recipient_name", m.recipient_name},
                 {"subject", m.subject},
                 {"text", m.text},
                 {"html", m.html}};
    letters.push_back({n, static_cast<int>(m.attempt), reason, ToLine(payload)});
  }
  TRY_ASSIGN(auto connection, pool_.Acquire());
  return pg::InTransaction(*connection, [&](pg::Transaction& transaction) {
    return ChunkQueue::Bury(transaction, campaign, options_.queue, letters);
  });
}

// What vendors have said is worth some patience with the database: until the lease is over.
Status Feeder::Commit(const std::function<Result<bool>()>& commit) {
  if (options_.before_commit && !options_.before_commit()) return {};
  auto until = Steady::now() + options_.lease / 2;
  for (Duration pause = std::chrono::milliseconds(20);; pause *= 2) {
    auto committed = commit();
    if (committed && !*committed) {
      log::Warning(options_.queue,
                   "a lease was lost to another host: nothing of it is booked here");
    }
    if (committed) return {};
    auto code = committed.error().code;
    bool passing = code == Code::kUnavailable || code == Code::kConflict || code == Code::kTimeout;
    if (!passing || Steady::now() + pause > until) return Fail(committed.error());
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace tidings::pipeline
