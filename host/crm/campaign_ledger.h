// What changes a campaign's counters: the lock under which it happens, and the rules by which
// verdicts and receipts count. The rules know no database, so that they can be tested alone.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "crm/delivery_store.h"
#include "crm/receipt_book.h"

namespace tidings::pg {
class Transaction;
}

namespace tidings::crm {

// messages.status; the order is that in which one beats the other.
enum class MessageStatus : int16_t { kPending = 0, kSent = 1, kDelivered = 2, kFailed = 3 };

// A message's row, as far as counting goes. `facts`: a bit for each receipt that was booked.
struct MessageState {
  MessageStatus status = MessageStatus::kPending;
  int16_t facts = 0;
  bool Untouched() const { return status == MessageStatus::kPending && facts == 0; }
};
using MessageStates = std::map<int, MessageState>;  // by n

// What is to be added to a campaign's counters.
struct Counts {
  int64_t sent = 0, delivered = 0, failed = 0;

  // A message's status changes.
  void Move(MessageStatus from, MessageStatus to);
  bool operator==(const Counts&) const = default;
};

// A campaign's row, locked.
struct LockedCampaign {
  Id id;
  int64_t audience = 0;
  bool completed = false;
  std::string deliver_queue, summarize_queue;
};

// Locks those campaigns that exist, in the order of their ids. Whoever changes messages does this
// first; then all that others did to the campaign is committed and visible to the next statement.
Result<std::vector<LockedCampaign>> LockCampaigns(pg::Transaction& transaction,
                                                  std::span<const Id> ids);

// Adds the counts. The last answer completes the campaign, and then puts one chunk into the
// summarize queue, once.
Status AddCounts(pg::Transaction& transaction, const LockedCampaign& campaign,
                 const Counts& counts);

// ---- Verdicts

struct FailedMessage {
  int n = 0;
  std::string reason;
};

// What the verdicts on some messages come to.
struct Settlement {
  Counts counts;
  std::vector<FailedMessage> failed;  // rows to be marked so; those of `dead` among them
  struct Again {
    int n = 0, attempt = 0;  // attempts made so far
    Duration after{};
    std::string error;
  };
  std::vector<Again> again;
  std::vector<Again> dead;  // `after` means nothing
};

// A message and how often it has been tried, the attempt now judged included.
struct Attempted {
  int n = 0, attempt = 1;
};

// `messages`: all that the work was about, each once. `states`: what is known of those that are not
// untouched. A receipt beats a vendor's "try again"; a rejection beats everything.
Settlement Settle(std::span<const Attempted> messages, std::span<const Verdict> verdicts,
                  const MessageStates& states, const RetryPolicy& policy);

// The pause after this many attempts; the fifth that is added depends on `n` alone.
Duration BackOff(const RetryPolicy& policy, int attempt, int n);

// ---- Receipts

// A receipt for a message of the campaign at hand.
struct ReceiptFor {
  int n = 0;
  const Receipt* receipt = nullptr;
  ReceiptOutcome outcome = ReceiptOutcome::kUnknown;
};

// What some receipts of one campaign come to.
struct Booking {
  Counts counts;           // without what `first` adds to sent
  MessageStates after;     // of the rows that change
  std::vector<int> first;  // messages of which this is the first receipt, by rising n
};

// Sets the outcomes. `states` has the rows of all messages that exist.
Booking PlanBooking(std::span<ReceiptFor> receipts, const MessageStates& states);

}  // namespace tidings::crm
