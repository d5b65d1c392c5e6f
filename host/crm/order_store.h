// The orders in the database and their items. The totals of the customers follow by triggers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "crm/order_record.h"
#include "crm/outcome.h"
#include "crm/page.h"

namespace tidings::pg {
class Pool;
}

namespace tidings::crm {

// By falling id. Empty fields do not filter.
struct OrderQuery {
  std::optional<std::string> cursor;
  int limit = kDefaultLimit;
  std::optional<Id> customer;
  std::string external_id;  // exact; not of orders that came with an id of their own
  std::string status;       // case ignored
};

// Thread-safe, as CustomerStore is.
//
// As JSON an order is {id, external_id, customer_id, order_date, amount, status, attributes,
// created_at, updated_at}, and from Get also items [{name, sku, quantity, unit_price, total}] and
// items_total.
class OrderStore {
 public:
  OrderStore(pg::Pool& pool, IdSource& ids, const Clock& clock = Clock::System())
      : pool_(pool), ids_(ids), clock_(clock) {}

  // Brings the rows in, as if one after the other, in one transaction; answers per row, in order.
  // An order is recognised by its id, which follows from its external id where it has one; one
  // with neither is always new. Refused are orders of unknown customers (the error names them), new
  // orders without a customer or an amount, and orders that would move to another customer. Items
  // are replaced where they differ. The same rows again change nothing.
  Result<std::vector<RowOutcome>> Upsert(std::span<const OrderRecord> rows);

  Result<Json> Get(const Id& id);  // kNotFound, naming the id
  Result<Page> List(const OrderQuery& query);
  // Changes what `patch` says (as ParseOrder(kPatch) reads it) except the customer; answers the
  // order as it is then.
  Result<Json> Patch(const Id& id, const OrderRecord& patch);
  Status Delete(const Id& id);
  Result<int64_t> Count();

 private:
  pg::Pool& pool_;
  IdSource& ids_;
  const Clock& clock_;
};

}  // namespace tidings::crm
