#include "fate.h"

#include "tidings/text.hpp"

namespace deliver_simulated {
namespace {

// Independent random numbers from one message: SplitMix64 from the hash of seed and id.
class Dice {
 public:
  Dice(uint64_t seed, std::string_view id) : state_(seed * 0x9e3779b97f4a7c15u) {
    for (char c : id) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

 private:
  uint64_t state_;
};

// The permanent codes come by receipt, the passing ones when a message is handed over.
std::string_view PermanentCode(double unit) {
  return unit < 0.5 ? "EMAIL_BOUNCED" : unit < 0.85 ? "INVALID_EMAIL" : "SPAM_DETECTED";
}
std::string_view PassingCode(double unit) {
  return unit < 0.5 ? "RATE_LIMITED" : unit < 0.9 ? "TEMPORARY_FAILURE" : "QUOTA_EXCEEDED";
}

constexpr uint64_t kRetryStream = 1, kRejectStream = 2, kFateStream = 3;

void AppendHex(std::string& to, uint64_t number) {
  for (int shift = 60; shift >= 0; shift -= 4) to += "0123456789abcdef"[number >> shift & 15];
}

}  // namespace

Acceptance AcceptanceOf(const Options& options, std::string_view id, uint32_t attempt) {
  if (options.reject_rate > 0) {
    Dice dice(options.seed * 4 + kRejectStream, id);
    if (dice.Unit() < options.reject_rate) return {Answer::kReject, PermanentCode(dice.Unit())};
  }
  if (options.retry_rate > 0) {
    Dice dice(options.seed * 4 + kRetryStream + (uint64_t{attempt} << 32), id);
    if (dice.Unit() < options.retry_rate) return {Answer::kRetry, PassingCode(dice.Unit())};
  }
  return {};
}

Fate FateOf(const Options& options, std::string_view id) {
  Dice dice(options.seed * 4 + kFateStream, id);
  Fate fate;
  fate.mark = dice.Next();
  bool failed = dice.Unit() < options.failure_rate;
  double code = dice.Unit();
  if (failed) fate.reason = PermanentCode(code);
  fate.duplicated = dice.Unit() < options.duplicates;
  auto span = static_cast<double>((options.longest_delay - options.shortest_delay).count());
  fate.delay = options.shortest_delay + Duration(static_cast<int64_t>(dice.Unit() * span));
  return fate;
}

void AppendReceipt(std::string& to, const Fate& fate, std::string_view id,
                   std::string_view campaign, std::string_view customer, int64_t now) {
  using tidings::sdk::AppendJson;
  AppendJson(to += "{\"commId\":", id);
  AppendJson(to += ",\"campaignId\":", campaign);
  AppendJson(to += ",\"customerId\":", customer);
  if (fate.reason.empty()) {
    to += ",\"status\":\"SENT\"";
  } else {
    AppendJson(to += ",\"status\":\"FAILED\",\"reason\":", fate.reason);
  }
  AppendHex(to += ",\"vendorMessageId\":\"sim-", fate.mark);
  AppendHex(to += "\",\"eventId\":\"evt-", fate.mark);
  tidings::sdk::AppendTime(to += "\",\"timestamp\":\"", now);
  to += "\"}";
}

std::string ReferenceOf(const Fate& fate) {
  std::string reference = "sim-";
  AppendHex(reference, fate.mark);
  return reference;
}

}  // namespace deliver_simulated
