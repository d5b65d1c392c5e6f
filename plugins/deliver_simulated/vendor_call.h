// Messages to a vendor that is a process of its own, and what it answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fate.h"

namespace deliver_simulated {

// A message as far as vendors care. Views.
struct OutgoingMessage {
  std::string_view id, idempotency_key, campaign, customer, channel, recipient, name;
  std::string_view subject, text, html;
  uint32_t attempt = 1;
};

// The call's body: [{commId, campaignId, customerId, name, email, phone, personalized_msg, subject,
// html, channel, idempotencyKey, attempt}]. The recipient is `email` or `phone`, by the channel.
std::string VendorBody(const std::vector<OutgoingMessage>& messages);

struct VendorAnswer {
  Answer answer = Answer::kAccept;
  std::string reason, reference;
  uint64_t retry_after_ms = 0;
};

// What an HTTP answer means for each message, in the order of the call.
//   2xx: all are accepted, but for those that the body names otherwise: [{commId, status, reason,
//        vendorMessageId, retryAfterMs}] or {"results": [...]}, with a status of `accepted`,
//        `retry` or `rejected` in any case;
//   408, 429 and 5xx: all again later, after the header Retry-After where there is one;
//   anything else: all are refused.
std::vector<VendorAnswer> ReadAnswer(uint32_t status, std::string_view headers,
                                     std::string_view body,
                                     const std::vector<OutgoingMessage>& messages);

}  // namespace deliver_simulated
