// The plugin: a vendor that takes every message, and calls the receipt API back later.
#include <memory>

#include "fate.h"
#include "options.h"
#include "outbox.h"
#include "tidings/plugin.hpp"
#include "tidings/text.hpp"
#include "vendor_call.h"

namespace deliver_simulated {
namespace {

namespace sdk = tidings::sdk;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class DeliverSimulated : public sdk::Plugin {
 public:
  static constexpr auto kId = "deliver_simulated";
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary =
      "A vendor for demonstrations and tests: takes messages and sends receipts, some of failures.";
  static constexpr auto kOptionsSchema = deliver_simulated::kOptionsSchema;
  static constexpr tidings_stage kStage = TIDINGS_DELIVER;

  DeliverSimulated(sdk::Host host, std::string_view options)
      : Plugin(host), options_(Parse(options)) {}

  void Start() {
    if (!options_.url.empty()) return;  // that vendor sends the receipts
    receipt_url_ = options_.receipt_url.empty() ? host().ReceiptsUrl() : options_.receipt_url;
    if (receipt_url_.empty()) {
      throw sdk::Failure(TIDINGS_INVALID,
                         "this host serves no receipt API to call back; say where receipts go",
                         "/receipt_url");
    }
    outbox_ = std::make_unique<Outbox>(
        Outbox::Options{options_.receipts_per_call, options_.max_pending, options_.connections,
                        options_.disorder, options_.seed},
        [this](const std::string& body, size_t count, milliseconds limit) {
          return PostReceipts(body, count, limit);
        });
    outbox_->Start();
  }

  void Process(const sdk::Messages& batch, const sdk::Output& out) {
    Sleep(options_.latency);
    options_.url.empty() ? Simulate(batch, out) : CallVendor(batch, out);
  }

  void Drain(std::int64_t deadline) {
    if (!outbox_) return;
    auto left = std::chrono::microseconds(std::max<int64_t>(deadline - host().Now(), 0));
    if (outbox_->Flush(steady_clock::now() + left)) return;
    throw sdk::Failure(TIDINGS_UNAVAILABLE, std::to_string(outbox_->pending()) +
                                                " receipts could not be sent to " + receipt_url_ +
                                                " in time");
  }

  void Stop() {
    if (!outbox_) return;
    size_t lost = outbox_->Stop();
    if (lost > 0) host().Warning(std::to_string(lost) + " receipts were never sent");
    if (lost > 0) host().Count("receipts_lost", static_cast<double>(lost));
    outbox_.reset();
  }

 private:
  static Options Parse(std::string_view text) {
    try {
      return ParseOptions(text);
    } catch (const OptionsError& error) {
      throw sdk::Failure(TIDINGS_INVALID, error.message, error.where);
    }
  }

  void Sleep(Duration time) const {
    constexpr Duration kSlice = milliseconds(10);
    for (; time.count() > 0 && !host().Cancelled(); time -= kSlice) {
      std::this_thread::sleep_for(std::min(time, kSlice));
    }
  }

  // ---------------------------------------------------------------- simulated here

  // A message is accepted once its receipt has room in the outbox, so that no accepted message
  // lacks one.
  void Simulate(const sdk::Messages& batch, const sdk::Output& out) {
    accepted_.clear();
    receipts_.clear();
    for (size_t i = 0; i < batch.size(); ++i) {
      std::string_view id = sdk::ToView(batch[i].id);
      Acceptance acceptance = AcceptanceOf(options_, id, batch[i].attempt);
      if (acceptance.answer == Answer::kRetry) {
        out.Retry(i, acceptance.reason);
      } else if (acceptance.answer == Answer::kReject) {
        out.Reject(i, acceptance.reason);
      } else {
        Accept(batch[i], i);
      }
    }
    size_t taken = PutAll(batch.deadline());
    for (size_t k = 0; k < accepted_.size(); ++k) {
      auto& [item, end, reference] = accepted_[k];
      if (end <= taken) {
        out.Accept(item, reference);
      } else {
        out.Retry(item, "too many receipts wait already; is the receipt API slow or away?");
      }
    }
  }

  void Accept(const tidings_message& message, size_t item) {
    std::string_view id = sdk::ToView(message.id);
    Fate fate = FateOf(options_, id);
    auto due = steady_clock::now() + fate.delay;
    Receipt receipt{{}, due};
    AppendReceipt(receipt.json, fate, id, sdk::ToView(message.campaign_id),
                  sdk::ToView(message.customer_id), host().Now() + fate.delay.count());
    if (fate.duplicated) receipts_.push_back(receipt);
    receipts_.push_back(std::move(receipt));
    accepted_.push_back({item, receipts_.size(), ReferenceOf(fate)});
  }

  // Waits for room until the deadline; returns how many receipts the outbox took.
  size_t PutAll(int64_t deadline) {
    constexpr milliseconds kPatience{50};
    size_t taken = 0;
    while (taken < receipts_.size()) {
      taken += outbox_->Put(receipts_, taken, kPatience);
      bool late = deadline != TIDINGS_NO_TIME && host().Now() >= deadline;
      if (taken < receipts_.size() && (late || host().Cancelled())) break;
    }
    return taken;
  }

  Posted PostReceipts(const std::string& body, size_t count, milliseconds limit) {
    sdk::HttpCall call;
    call.method = "POST";
    call.url = receipt_url_;
    call.headers = "Content-Type: application/json\r\n";
    call.body = body;
    call.timeout = limit;
    auto answer = host().Http(call);
    if (answer.Ok()) {
      host().Count("receipts_sent", static_cast<double>(count));
      return Posted::kTaken;
    }
    bool away =
        !answer.Arrived() || answer.status == 408 || answer.status == 429 || answer.status >= 500;
    if (away) {
      host().Count("receipt_calls_failed");
      return Posted::kAway;
    }
    host().Count("receipts_refused", static_cast<double>(count));
    host().Warning("the receipt API refuses " + std::to_string(count) + " receipts with HTTP " +
                   std::to_string(answer.status) + ": " + answer.body.substr(0, 300));
    return Posted::kRefused;
  }

  // ---------------------------------------------------------------- a vendor of its own

  void CallVendor(const sdk::Messages& batch, const sdk::Output& out) {
    std::vector<OutgoingMessage> messages;
    for (auto& m : batch) messages.push_back(ToMessage(m));
    std::string body = VendorBody(messages);
    sdk::HttpCall call;
    call.method = "POST";
    call.url = options_.url;
    call.headers = "Content-Type: application/json\r\n";
    call.body = body;
    call.timeout = TimeLeft(batch.deadline());
    auto answer = host().Http(call);
    if (!answer.Arrived()) {
      throw sdk::Failure(TIDINGS_UNAVAILABLE, options_.url + ": " + answer.error);
    }
    auto answers = ReadAnswer(answer.status, answer.headers, answer.body, messages);
    for (size_t i = 0; i < answers.size(); ++i) Give(answers[i], i, out);
  }

  static OutgoingMessage ToMessage(const tidings_message& m) {
    using sdk::ToView;
    return {ToView(m.id),
            ToView(m.idempotency_key),
            ToView(m.campaign_id),
            ToView(m.customer_id),
            ToView(m.channel),
            ToView(m.recipient),
            ToView(m.recipient_name),
            ToView(m.subject),
            ToView(m.text),
            ToView(m.html),
            m.attempt};
  }

  // The rest of the batch's time for the call; 10 s where there is no deadline.
  milliseconds TimeLeft(int64_t deadline) const {
    if (deadline == TIDINGS_NO_TIME) return milliseconds(10'000);
    return milliseconds(std::clamp<int64_t>((deadline - host().Now()) / 1000, 100, 60'000));
  }

  static void Give(const VendorAnswer& answer, size_t i, const sdk::Output& out) {
    switch (answer.answer) {
      case Answer::kAccept: out.Accept(i, answer.reference); break;
      case Answer::kRetry: out.Retry(i, answer.reason, milliseconds(answer.retry_after_ms)); break;
      case Answer::kReject: out.Reject(i, answer.reason, answer.reference); break;
    }
  }

  struct AcceptedItem {
    size_t item, end;  // `end`: how many receipts the outbox must have taken for it
    std::string reference;
  };

  const Options options_;
  std::string receipt_url_;
  std::unique_ptr<Outbox> outbox_;      // null before Start, and with a vendor of its own
  std::vector<AcceptedItem> accepted_;  // of the batch; kept for their memory
  std::vector<Receipt> receipts_;
};

}  // namespace
}  // namespace deliver_simulated

TIDINGS_PLUGIN(deliver_simulated::DeliverSimulated)
