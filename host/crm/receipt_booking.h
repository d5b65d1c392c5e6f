// One batch of receipts into the database. For ReceiptBook only.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "crm/campaign_ledger.h"
#include "crm/receipt_book.h"

namespace tidings::pg {
class Transaction;
}

namespace tidings::crm {

// Splits "<campaign>.<n>"; none where the text is no id of ours.
std::optional<std::pair<Id, int>> ParseMessageId(std::string_view text);

// A receipt and where its outcome belongs.
struct BookedReceipt {
  const Receipt* receipt = nullptr;
  ReceiptOutcome* outcome = nullptr;
};

// Books receipts of any campaigns inside one transaction: locks the campaigns, reads the rows of
// the messages, decides, and writes receipts, messages and counters, a handful of statements for
// each campaign. May be run again with the same receipts after a rollback.
class ReceiptBooking {
 public:
  explicit ReceiptBooking(std::span<const BookedReceipt> receipts);

  Status Run(pg::Transaction& transaction);

 private:
  struct Line {
    ReceiptFor receipt;
    ReceiptOutcome* outcome;
  };

  Status BookCampaign(pg::Transaction& transaction, const LockedCampaign& campaign,
                      std::span<ReceiptFor> receipts);

  std::map<Id, std::vector<Line>> lines_;  // by campaign; in the order in which they came
  std::vector<ReceiptOutcome*> unknown_;
};

}  // namespace tidings::crm
