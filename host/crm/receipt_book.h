// Where receipts are booked: each fact once, and counters that always equal the log.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace tidings::pg {
class Pool;
}

namespace tidings::crm {

enum class ReceiptStatus { kSent = 1, kDelivered = 2, kFailed = 3 };

struct Receipt {
  std::string message_id;  // "<campaign>.<n>"
  ReceiptStatus status = ReceiptStatus::kDelivered;
  std::string reason;     // with kFailed: the vendor's code
  std::string vendor;     // the receipt stage's plugin or script
  std::string reference;  // the vendor's own id, where it gave one
  std::optional<Time> occurred_at;
};

enum class ReceiptOutcome {
  kAccepted,   // a new fact, now durable
  kDuplicate,  // known already; nothing changed
  kUnknown,    // no such message
};

const char* OutcomeName(ReceiptOutcome outcome);

// Thread-safe. Concurrent calls are booked together: one of them becomes the leader, takes what the
// others brought, and books it in one transaction for all.
//
// Order does not matter: of what is said about one message failed beats delivered beats sent. The
// receipt that leaves no message open completes the campaign and puts one chunk into its summarize
// queue, in the same transaction. A receipt may come before the chunk of its message is committed:
// it proves that the message was sent.
class ReceiptBook {
 public:
  explicit ReceiptBook(pg::Pool& pool);
  ~ReceiptBook();  // no call may be under way

  // One outcome for each receipt, in order. Returns after the commit. Fails as a whole with
  // kUnavailable or kTimeout; booking the same again is always safe.
  Result<std::vector<ReceiptOutcome>> Book(std::span<const Receipt> receipts);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tidings::crm
