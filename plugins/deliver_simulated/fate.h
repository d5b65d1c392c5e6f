// What becomes of a message: decided by the seed and the message's id, and by nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "options.h"

namespace deliver_simulated {

enum class Answer { kAccept, kRetry, kReject };

// What the vendor says when it is handed the message.
struct Acceptance {
  Answer answer = Answer::kAccept;
  std::string_view reason;  // with kRetry and kReject: a code of the vendor's
};

// What its receipt will say.
struct Fate {
  std::string_view reason;  // of a failure; empty = delivered
  bool duplicated = false;  // the receipt is sent twice
  Duration delay{};
  uint64_t mark = 0;  // the vendor's own number for the message
};

// A message that comes again meets the same fate; only "try again" is decided anew for each
// attempt, or it would never get through.
Acceptance AcceptanceOf(const Options& options, std::string_view id, uint32_t attempt);
Fate FateOf(const Options& options, std::string_view id);

// Appends the receipt as JSON: {commId, campaignId, customerId, status: SENT|FAILED, reason,
// vendorMessageId, eventId, timestamp}. `now` in microseconds since 1970.
void AppendReceipt(std::string& to, const Fate& fate, std::string_view id,
                   std::string_view campaign, std::string_view customer, int64_t now);

// "sim-" and 16 hexadecimal digits: the vendor's own id of a message.
std::string ReferenceOf(const Fate& fate);

}  // namespace deliver_simulated
