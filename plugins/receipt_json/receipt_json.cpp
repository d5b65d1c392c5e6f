// The plugin: vendors' callbacks in JSON in, normalised receipts out.
#include <memory>
#include <nlohmann/json.hpp>

#include "body.h"
#include "signature.h"
#include "tidings/plugin.hpp"
#include "tidings/text.hpp"

namespace receipt_json {
namespace {

namespace sdk = tidings::sdk;

class ReceiptJson : public sdk::Plugin {
 public:
  static constexpr auto kId = "receipt_json";
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary =
      "Reads the receipts of most vendors that call back with JSON, signed or not.";
  static constexpr auto kOptionsSchema = R"json({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "sent_means": {
        "description": "What the status SENT is taken for: arrived at the customer, or on its way.",
        "type": "string", "enum": ["delivered", "sent"], "default": "delivered"
      },
      "secret": {
        "description": "Refuse callbacks that are not signed with it (Standard Webhooks); several while a secret is changed. Write it as !secret.",
        "type": ["string", "array"], "minLength": 1, "minItems": 1, "items": {"type": "string"}
      },
      "tolerance": {
        "description": "How old a signature may be, in seconds.",
        "type": "integer", "minimum": 1, "default": 300
      }
    }
  })json";
  static constexpr tidings_stage kStage = TIDINGS_RECEIPT;
  static constexpr tidings_capabilities kCapabilities = TIDINGS_STATELESS;

  ReceiptJson(sdk::Host host, std::string_view text) : Plugin(host) {
    auto options = nlohmann::json::parse(text);
    bool delivered = options.value("sent_means", "delivered") == "delivered";
    reader_ = std::make_unique<BodyReader>(delivered ? Status::kDelivered : Status::kSent);
    if (options.contains("secret")) verifier_ = VerifierOf(options);
  }

  void Process(const sdk::Requests& batch, const sdk::Output& out) {
    for (size_t i = 0; i < batch.size(); ++i) Take(batch[i], i, out);
  }

 private:
  static std::unique_ptr<Verifier> VerifierOf(const nlohmann::json& options) {
    auto& secret = options["secret"];
    std::vector<std::string> secrets;
    if (secret.is_string()) {
      secrets.push_back(secret);
    } else {
      secrets = secret.get<std::vector<std::string>>();
    }
    try {
      return std::make_unique<Verifier>(secrets, options.value("tolerance", int64_t{300}));
    } catch (const std::invalid_argument& problem) {
      throw sdk::Failure(TIDINGS_INVALID, problem.what(), "/secret");
    }
  }

  void Take(const tidings_http_request& request, size_t i, const sdk::Output& out) {
    std::string_view body = sdk::ToView(request.body);
    std::string why;
    if (verifier_) {
      why = verifier_->Check(sdk::ToView(request.headers), body, host().Now() / sdk::kSecond);
    }
    if (why.empty()) {
      why =
          reader_->Read(body, {[&](size_t, const Entry& entry) { Emit(entry, i, out); },
                               [&](size_t index, const EntryError& error) {
                                 out.Refuse(i, index + 1, error.pointer, error.value, error.reason);
                               }});
    }
    if (!why.empty()) out.Reject(i, why);
  }

  void Emit(const Entry& entry, size_t i, const sdk::Output& out) {
    if (entry.odd_time) host().Count("unreadable_times");
    sdk::Receipt receipt;
    receipt.message_id = entry.message_id;
    receipt.status = static_cast<tidings_receipt_status>(entry.status);
    receipt.reason = entry.reason;
    receipt.reference = entry.reference;
    receipt.event_id = entry.event_id;
    receipt.occurred_at = entry.occurred_at;
    out.Receipt(i, receipt);
  }

  std::unique_ptr<BodyReader> reader_;
  std::unique_ptr<Verifier> verifier_;  // null where callbacks are not signed
};

static_assert(static_cast<int>(Status::kSent) == TIDINGS_SENT &&
              static_cast<int>(Status::kDelivered) == TIDINGS_DELIVERED &&
              static_cast<int>(Status::kFailed) == TIDINGS_UNDELIVERED);

}  // namespace
}  // namespace receipt_json

TIDINGS_PLUGIN(receipt_json::ReceiptJson)
