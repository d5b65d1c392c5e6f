// Takes in vendors' callbacks: parsed by the receipt stage, booked together, answered after the
// commit.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/report.h"

namespace tidings::crm {
class ReceiptBook;
}

namespace tidings::pipeline {

class Stage;

struct ReceiptDeskOptions {
  size_t batch = 256;                        // callbacks at once
  int in_flight = 4;                         // batches at the stage
  int bookers = 2;                           // transactions at once
  Duration wait = std::chrono::seconds(20);  // for the stage; then the vendor should call again
  const Clock* clock = &Clock::System();
};

// Thread-safe. Callbacks that come while others are under way travel together, so a flood of small
// ones costs few batches and few transactions, and a lone one waits for nobody.
class ReceiptDesk {
 public:
  using Done = std::function<void(Result<ReceiptReport>)>;

  // Both outlive the desk.
  ReceiptDesk(Stage& stage, crm::ReceiptBook& book, ReceiptDeskOptions options);
  // Answers what is left with kCancelled. No batch of ours may be at the stage: stop both first.
  ~ReceiptDesk();

  // `done` is called once, on a thread of the desk or the stage; it must not block. Errors are
  // those of Engine::Receive.
  void Receive(HttpRequest request, Done done);

  bool Idle();  // nothing is under way
  void Stop();  // nothing more goes to the stage; what has come back from it is booked still

 private:
  struct Call {
    HttpRequest request;
    Done done;
    bool alone = false;  // its batch failed once with others: it travels by itself
  };
  struct Parsed {
    Call call;
    ReceiptReport report;           // what was refused
    std::vector<Receipt> receipts;  // to be booked
  };

  void Dispatch(std::unique_lock<std::mutex>& lock);
  std::vector<Call> TakeCalls();
  void OnOutcome(std::vector<Call> calls, Result<Outcome> outcome);
  void OnFailure(std::vector<Call> calls, const Error& error);
  void BookAll();
  void Book(std::vector<Parsed> parsed);

  Stage& stage_;
  crm::ReceiptBook& book_;
  const ReceiptDeskOptions options_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Call> waiting_;    // guarded by mutex_
  std::vector<Parsed> parsed_;  // guarded by mutex_
  int at_stage_ = 0;            // batches; guarded by mutex_
  int booking_ = 0;             // guarded by mutex_
  bool stopping_ = false;       // guarded by mutex_
  std::vector<std::thread> bookers_;
};

}  // namespace tidings::pipeline
