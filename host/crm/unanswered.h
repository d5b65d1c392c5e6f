// Messages that a vendor took and never told the end of.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace tidings::pg {
class Pool;
}

namespace tidings::crm {

// The reason of a message that was closed without a receipt.
inline constexpr const char kNoReceipt[] = "NO_RECEIPT";

// Fails the messages of running campaigns of `queue` that are still open although every chunk was
// done, nothing waits for another attempt, and no receipt has come for the campaign for `within`.
// So a vendor that lost its receipts cannot keep a campaign open for ever. A receipt that comes
// later is booked, and does not make the message open again. Answers how many messages were closed.
Result<int64_t> CloseUnanswered(pg::Pool& pool, const std::string& queue, Duration within);

}  // namespace tidings::crm
