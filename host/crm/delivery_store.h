// The database's side of delivering: chunks of messages out, verdicts of vendors back.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::queue {
struct Chunk;
struct Retry;
}  // namespace tidings::queue

namespace tidings::crm {

struct OutgoingMessage {
  int n = 0;
  int attempt = 1;  // this one, from 1
  std::string id;   // "<campaign>.<n>": the idempotency key, too
  Id customer_id;
  std::string recipient;  // e-mail address or phone number, as the channel needs
  std::string recipient_name;
  std::string subject, text, html;  // rendered
  std::string attributes;           // of the customer: a JSON object
};

enum class Answer {
  kAccepted,  // the vendor took it
  kRetry,     // not now
  kRejected,  // never
};

// What a vendor said to one message. `reason` is required with kRetry and kRejected.
struct Verdict {
  int n = 0;
  Answer answer = Answer::kAccepted;
  Duration retry_after{};  // with kRetry; 0 = the policy's back-off
  std::string reason;
};

// One batch that a vendor answered, for the explanation of outcomes.
struct Dispatch {
  int lo = 0, hi = 0;
  int attempt = 1;
  std::string vendor, version;
  int accepted = 0, retried = 0, rejected = 0;
};

// What is to be sent. `refused` needs no vendor (NO_ADDRESS: the customer has none for this
// channel; CUSTOMER_DELETED): hand it to Commit together with the vendors' verdicts.
struct Outgoing {
  Id campaign;
  std::string channel;
  std::vector<OutgoingMessage> messages;
  std::vector<Verdict> refused;
};

// Attempts in all, and the pause between them: `first`, doubled each time, at most `longest`, with
// up to a fifth added so that failures do not come back in step.
struct RetryPolicy {
  int attempts = 5;
  Duration first = std::chrono::seconds(1), longest = std::chrono::minutes(10);
};

// Thread-safe. Load and Commit are one short transaction each; nothing is open while a vendor is
// asked. Loading takes no lock: the lease of the chunk does that.
//
// How a message counts, always: sent once a vendor took it or a receipt came for it; failed or
// delivered as its row says, and failed wins. Commit and ReceiptBook lock the campaign's row first,
// so one of two that race sees all of the other's work.
class DeliveryStore {
 public:
  DeliveryStore(pg::Pool& pool, RetryPolicy policy) : pool_(pool), policy_(policy) {}

  // The messages of the chunk that nothing is known about yet, rendered for their customers.
  // Messages that a receipt has settled in the meantime are left out.
  Result<Outgoing> Load(const queue::Chunk& chunk);

  // Books the verdicts and finishes the chunk, in one transaction. A retry goes to the retries, or
  // with the attempts used up to the dead letters and is failed. A message of the chunk with
  // neither verdict nor receipt is retried. The last answer completes the campaign. False: the
  // lease was lost to somebody else, and nothing was booked. The order of verdicts is free; the
  // last one for an n counts.
  Result<bool> Commit(const queue::Chunk& chunk, std::span<const Verdict> verdicts,
                      std::span<const Dispatch> dispatches);

  // The same for retries that are due; all of one source. Commit books those whose lease still
  // holds and answers how many these were.
  Result<Outgoing> LoadRetries(std::span<const queue::Retry> retries);
  Result<int> CommitRetries(std::span<const queue::Retry> retries,
                            std::span<const Verdict> verdicts,
                            std::span<const Dispatch> dispatches);

 private:
  pg::Pool& pool_;
  RetryPolicy policy_;
};

}  // namespace tidings::crm
