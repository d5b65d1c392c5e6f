#include "crm/receipt_book.h"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "crm/receipt_booking.h"
#include "pg/pool.h"
#include "pg/transaction.h"

namespace tidings::crm {

// Callers stand in a queue. The one in front books for as many as fit into one transaction, tells
// them, and leaves the front to the next.
class ReceiptBook::Impl {
 public:
  explicit Impl(pg::Pool& pool) : pool_(pool) {}

  Result<std::vector<ReceiptOutcome>> Book(std::span<const Receipt> receipts) {
    Call call{receipts, std::vector<ReceiptOutcome>(receipts.size()), {}, false, {}};
    std::unique_lock lock(mutex_);
    calls_.push_back(&call);
    call.turn.wait(lock, [&] { return call.done || calls_.front() == &call; });
    if (!call.done) Lead(lock);
    if (!call.status) return Fail(call.status.error());
    return std::move(call.outcomes);
  }

 private:
  static constexpr size_t kMostReceipts = 5000;  // in one transaction, unless one call has more

  struct Call {
    std::span<const Receipt> receipts;
    std::vector<ReceiptOutcome> outcomes;
    Status status;
    bool done;  // guarded by mutex_
    std::condition_variable turn;
  };

  void Lead(std::unique_lock<std::mutex>& lock) {
    std::vector<Call*> group;
    size_t size = 0;
    for (Call* call : calls_) {
      size += call->receipts.size();
      if (!group.empty() && size > kMostReceipts) break;
      group.push_back(call);
    }
    lock.unlock();
    Status status = BookGroup(group);
    lock.lock();
    for (Call* call : group) {
      call->status = status;
      call->done = true;
      calls_.pop_front();
      call->turn.notify_one();
    }
    if (!calls_.empty()) calls_.front()->turn.notify_one();
  }

  Status BookGroup(const std::vector<Call*>& group) {
    std::vector<BookedReceipt> receipts;
    for (Call* call : group) {
      for (size_t i = 0; i < call->receipts.size(); ++i) {
        receipts.push_back({&call->receipts[i], &call->outcomes[i]});
      }
    }
    if (receipts.empty()) return {};
    ReceiptBooking booking(receipts);
    TRY_ASSIGN(auto lease, pool_.Acquire());
    return pg::InTransaction(
        *lease, [&](pg::Transaction& transaction) { return booking.Run(transaction); });
  }

  pg::Pool& pool_;
  std::mutex mutex_;
  std::deque<Call*> calls_;  // guarded by mutex_; the front one is the leader
};

ReceiptBook::ReceiptBook(pg::Pool& pool) : impl_(std::make_unique<Impl>(pool)) {}
ReceiptBook::~ReceiptBook() = default;

Result<std::vector<ReceiptOutcome>> ReceiptBook::Book(std::span<const Receipt> receipts) {
  return impl_->Book(receipts);
}

const char* OutcomeName(ReceiptOutcome outcome) {
  constexpr const char* kNames[] = {"accepted", "duplicate", "unknown"};
  return kNames[static_cast<int>(outcome)];
}

}  // namespace tidings::crm
