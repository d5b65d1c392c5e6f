// One batch of orders into the database, inside one transaction. For OrderStore only.
#pragma once

#include <span>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "crm/order_plan.h"
#include "crm/order_record.h"
#include "crm/outcome.h"

namespace tidings::pg {
class Transaction;
}

namespace tidings::crm {

// Locks the customers concerned, in the order of their ids: so two batches never wait for each
// other in a circle, a customer cannot be deleted under its new orders, and the orders of a
// customer do not change between look-up and write. Used once. Kept apart by customer: the same
// order id brought in at the same moment for two customers, by two callers, is not noticed.
class OrderUpsert {
 public:
  // `date` is that of new orders without one.
  OrderUpsert(pg::Transaction& transaction, std::span<const OrderRecord> rows, IdSource& ids,
              Time date)
      : transaction_(transaction), plan_(rows, ids), date_(date) {}

  Result<std::vector<RowOutcome>> Run();

 private:
  Status LookUpCustomers();
  Status LookUpOrders();
  Status LockCustomers();
  Status Insert();
  Status CompareItems();
  Status ReplaceItems(std::span<const PlannedOrder* const> orders);
  Status CopyItems(std::span<const PlannedOrder* const> orders);
  Result<std::vector<Id>> Update();
  Status Stage(std::span<const PlannedOrder* const> orders);

  pg::Transaction& transaction_;
  OrderPlan plan_;
  Time date_;
};

}  // namespace tidings::crm
