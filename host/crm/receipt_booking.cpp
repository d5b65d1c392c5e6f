#include "crm/receipt_booking.h"

#include <algorithm>
#include <charconv>

#include "crm/sql.h"
#include "pg/transaction.h"

namespace tidings::crm {
namespace {

constexpr size_t kIdLength = 36, kLongestText = 500;

// At most `kLongestText` bytes of it, fit for PostgreSQL.
std::string Bounded(std::string_view text) { return pg::Storable(text.substr(0, kLongestText)); }

std::vector<int32_t> NumbersOf(std::span<const ReceiptFor> receipts) {
  std::vector<int32_t> numbers;
  numbers.reserve(receipts.size());
  for (const auto& receipt : receipts) numbers.push_back(receipt.n);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

struct Ranges {
  std::vector<int32_t> first, last;
};

// Vendors answer in about the order in which they were sent to, so most numbers lie close together.
// A range costs no more than one number, even with a few strangers in it.
Ranges RangesOf(const std::vector<int32_t>& numbers) {
  constexpr int32_t kGap = 16;
  Ranges ranges;
  for (int32_t n : numbers) {
    if (ranges.last.empty() || n - ranges.last.back() > kGap) {
      ranges.first.push_back(n);
      ranges.last.push_back(n);
    }
    ranges.last.back() = n;
  }
  return ranges;
}

constexpr const char kStates[] = R"(
  select m.n, m.status, m.facts
    from unnest($2::int[], $3::int[]) as r(first, last)
    join messages m on m.campaign_id = $1 and m.n between r.first and r.last)";
// Of all messages in `receipts` that there are, and perhaps of some others.
Result<MessageStates> StatesOf(pg::Transaction& transaction, const Id& campaign,
                               std::span<const ReceiptFor> receipts) {
  auto ranges = RangesOf(NumbersOf(receipts));
  auto params = pg::Params().Uuid(campaign).IntArray(ranges.first).IntArray(ranges.last);
  TRY_ASSIGN(auto rows, transaction.Execute(kStates, params, pg::Format::kBinary));
  MessageStates states;
  for (int i = 0; i < rows.size(); ++i) {
    states.emplace_hint(states.end(), static_cast<int>(rows.Int(i, 0)),
                        MessageState{static_cast<MessageStatus>(rows.Int(i, 1)),
                                     static_cast<int16_t>(rows.Int(i, 2))});
  }
  return states;
}

constexpr const char kInsert[] = R"(
  insert into receipts (campaign_id, n, status, reason, vendor, reference, occurred_at)
  select $1, u.* from unnest($2::int[], $3::smallint[], $4::text[], $5::text[], $6::text[],
                             $7::timestamptz[]) as u)";
Status InsertReceipts(pg::Transaction& transaction, const Id& campaign,
                      std::span<const ReceiptFor> receipts) {
  std::vector<int32_t> numbers;
  std::vector<int16_t> statuses;
  std::vector<std::optional<std::string>> reasons, references;
  std::vector<std::string> vendors;
  std::vector<std::optional<Time>> times;
  auto text = [](const std::string& value) {
    return value.empty() ? std::nullopt : std::optional(Bounded(value));
  };
  for (const auto& [n, receipt, outcome] : receipts) {
    if (outcome != ReceiptOutcome::kAccepted) continue;
    numbers.push_back(n);
    statuses.push_back(static_cast<int16_t>(receipt->status));
    reasons.push_back(text(receipt->reason));
    vendors.push_back(Bounded(receipt->vendor));
    references.push_back(text(receipt->reference));
    times.push_back(receipt->occurred_at);
  }
  if (numbers.empty()) return {};
  TRY(transaction.Execute(kInsert, pg::Params()
                                       .Uuid(campaign)
                                       .IntArray(numbers)
                                       .SmallArray(statuses)
                                       .TextArray(reasons)
                                       .TextArray(vendors)
                                       .TextArray(references)
                                       .TimestampArray(times)));
  return {};
}

// Why the message failed, of those that these receipts make fail.
std::map<int, std::string> ReasonsOf(std::span<const ReceiptFor> receipts) {
  std::map<int, std::string> reasons;
  for (const auto& receipt : receipts) {
    if (receipt.receipt->status != ReceiptStatus::kFailed) continue;
    reasons.try_emplace(receipt.n, Bounded(receipt.receipt->reason));
  }
  return reasons;
}

constexpr const char kUpdate[] = R"(
  update messages m
     set status = u.status, facts = u.facts,
         reason = case when u.status = 3 and m.status < 3 then u.reason else m.reason end,
         done_at = case when u.status > m.status and u.status > 1 then statement_timestamp()
                        else m.done_at end
    from unnest($2::int[], $3::smallint[], $4::smallint[], $5::text[])
         as u(n, status, facts, reason)
   where m.campaign_id = $1 and m.n = u.n)";
Status UpdateMessages(pg::Transaction& transaction, const Id& campaign, const MessageStates& after,
                      std::span<const ReceiptFor> receipts) {
  if (after.empty()) return {};
  auto reasons = ReasonsOf(receipts);
  std::vector<int32_t> numbers;
  std::vector<int16_t> statuses, facts;
  std::vector<std::optional<std::string>> why;
  for (const auto& [n, state] : after) {
    numbers.push_back(n);
    statuses.push_back(static_cast<int16_t>(state.status));
    facts.push_back(state.facts);
    auto reason = reasons.find(n);
    why.push_back(reason == reasons.end() ? std::nullopt : std::optional(reason->second));
  }
  TRY(transaction.Execute(kUpdate, pg::Params()
                                       .Uuid(campaign)
                                       .IntArray(numbers)
                                       .SmallArray(statuses)
                                       .SmallArray(facts)
                                       .TextArray(why)));
  return {};
}

// A message that waits for another attempt was sent after all.
constexpr const char kEndRetries[] = R"(
  delete from retries where source = $1 and queue = $2 and n = any ($3::int[]) returning n)";
constexpr const char kDone[] = R"(
  select lo, hi from chunks
   where source = $1 and queue = $2 and state = 2 and hi >= $3 and lo <= $4)";
// How many of `first`, messages that had no receipt yet, were not counted as sent either: those of
// chunks that are not committed, those that waited in retries, and those that had failed.
Result<int64_t> NewlySent(pg::Transaction& transaction, const LockedCampaign& campaign,
                          const std::vector<int32_t>& first, const MessageStates& before) {
  if (first.empty()) return 0;
  auto key = pg::Params().Uuid(campaign.id).Text(campaign.deliver_queue);
  auto retries = key;
  TRY_ASSIGN(auto waiting, transaction.Execute(kEndRetries, retries.IntArray(first)));
  TRY_ASSIGN(auto done, transaction.Execute(kDone, key.Int(first.front()).Int(first.back())));
  std::map<int64_t, int64_t> ranges;  // hi, lo
  for (int i = 0; i < done.size(); ++i) ranges[done.Int(i, 1)] = done.Int(i, 0);
  int64_t counted = 0;
  for (int n : first) {
    auto range = ranges.lower_bound(n);
    bool committed = range != ranges.end() && range->second <= n;
    counted += committed && before.at(n).status == MessageStatus::kPending;
  }
  return static_cast<int64_t>(first.size()) - (counted - waiting.size());
}

}  // namespace

std::optional<std::pair<Id, int>> ParseMessageId(std::string_view text) {
  if (text.size() < kIdLength + 2 || text[kIdLength] != '.') return std::nullopt;
  auto id = Id::Parse(text.substr(0, kIdLength));
  int n = 0;
  auto digits = text.substr(kIdLength + 1);
  auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  bool number = error == std::errc() && stop == digits.data() + digits.size() && n > 0;
  if (!id || !number) return std::nullopt;
  return std::pair(*id, n);
}

ReceiptBooking::ReceiptBooking(std::span<const BookedReceipt> receipts) {
  for (const auto& [receipt, outcome] : receipts) {
    auto id = ParseMessageId(receipt->message_id);
    if (id) {
      lines_[id->first].push_back({{id->second, receipt}, outcome});
    } else {
      unknown_.push_back(outcome);
    }
  }
}

Status ReceiptBooking::Run(pg::Transaction& transaction) {
  for (ReceiptOutcome* outcome : unknown_) *outcome = ReceiptOutcome::kUnknown;
  if (lines_.empty()) return {};
  TRY(UseIndexes(transaction));
  std::vector<Id> ids;
  for (const auto& [id, lines] : lines_) ids.push_back(id);
  TRY_ASSIGN(auto campaigns, LockCampaigns(transaction, ids));
  std::map<Id, const LockedCampaign*> locked;
  for (const auto& campaign : campaigns) locked[campaign.id] = &campaign;
  for (auto& [id, lines] : lines_) {
    std::vector<ReceiptFor> receipts;
    for (const auto& line : lines) receipts.push_back(line.receipt);
    if (auto found = locked.find(id); found != locked.end()) {
      TRY(BookCampaign(transaction, *found->second, receipts));
    }
    for (size_t i = 0; i < lines.size(); ++i) *lines[i].outcome = receipts[i].outcome;
  }
  return {};
}

Status ReceiptBooking::BookCampaign(pg::Transaction& transaction, const LockedCampaign& campaign,
                                    std::span<ReceiptFor> receipts) {
  TRY_ASSIGN(auto before, StatesOf(transaction, campaign.id, receipts));
  auto booking = PlanBooking(receipts, before);
  TRY_ASSIGN(booking.counts.sent, NewlySent(transaction, campaign, booking.first, before));
  TRY(InsertReceipts(transaction, campaign.id, receipts));
  TRY(UpdateMessages(transaction, campaign.id, booking.after, receipts));
  return AddCounts(transaction, campaign, booking.counts);
}

}  // namespace tidings::crm
