// Whom a rule chooses: counted and sampled, or written down as the messages of a campaign. Both use
// the very same SQL (or the very same script), so that what is previewed is what is sent.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::pg {
class Connection;
class Pool;
class Transaction;
}  // namespace tidings::pg
namespace tidings::rule {
class Rule;
}

namespace tidings::crm {

// `count` is exact; `sample` holds up to 10 of the customers as CustomerStore shows them.
struct Preview {
  int64_t count = 0;
  Json sample = Json::array();
  double milliseconds = 0;
};

// Thread-safe as long as each call has its own Rule. A Lua rule is asked about one customer after
// the other, read in pages so that no transaction is open while it runs; its first error ends the
// call.
class AudienceStore {
 public:
  explicit AudienceStore(pg::Pool& pool) : pool_(pool) {}

  Result<Preview> PreviewOf(const rule::Rule& rule, Time now);

 private:
  pg::Pool& pool_;
};

}  // namespace tidings::crm
