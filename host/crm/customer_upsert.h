// One batch of customers into the database, inside one transaction. For CustomerStore only.
#pragma once

#include <span>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "crm/customer_plan.h"
#include "crm/customer_record.h"
#include "crm/outcome.h"
#include "pg/rows.h"

namespace tidings::pg {
class Transaction;
}

namespace tidings::crm {

// Looks keys up, plans, and writes: keys first, in the order of the index, then customers by id, so
// that two batches meet in the same order and do not deadlock. New rows go in by COPY.
//
// A key or customer that somebody else wrote between look-up and write makes it fail with
// kConflict: roll back and run again, alone. Used once.
class CustomerUpsert {
 public:
  // With `must_exist` there is one row, and an id that is unknown fails with kNotFound.
  CustomerUpsert(pg::Transaction& transaction, std::span<const CustomerRecord> rows, IdSource& ids,
                 bool must_exist = false)
      : transaction_(transaction), rows_(rows), plan_(rows, ids), must_exist_(must_exist) {}

  // `alone` after a lost race: while no other batch of customers runs.
  Result<std::vector<RowOutcome>> Run(bool alone);

 private:
  Status LookUpKeys(const std::vector<int>& keys);
  Status LookUpIds();
  void Tell(const pg::Rows& rows, int row);
  bool IsUnchanged(const PlannedCustomer& customer) const;
  Status RemoveKeys();
  Status RemoveKeys(std::span<const KeyChange> removals, bool certain);
  Status ClaimKeys();
  Status Insert();
  Result<std::vector<Id>> Update();
  Status Stage(std::span<const PlannedCustomer* const> customers);

  pg::Transaction& transaction_;
  std::span<const CustomerRecord> rows_;
  CustomerPlan plan_;
  bool must_exist_;
  Time now_;
  // What the plan borrows from. The place of a customer is its row, counted through all of them.
  std::vector<pg::Rows> told_;
  int told_rows_ = 0;  // of all before the one that is being told
};

}  // namespace tidings::crm
