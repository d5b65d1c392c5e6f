// A customer's row as an upsert looks it up. For CustomerUpsert only.
#pragma once

#include "base/id.h"
#include "crm/customer_plan.h"
#include "crm/customer_record.h"

namespace tidings::pg {
class Rows;
}

namespace tidings::crm {

// The select list over `customers c`; results are binary, and it stands at the end of theirs.
inline constexpr const char kStoredColumns[] =
    "c.id, coalesce(c.external_id, ''), coalesce(c.email, ''), coalesce(c.phone, ''), "
    "c.name, c.city, c.status, c.attributes, array_to_string(c.tags, E'\\x01'), "
    "c.opening_spend, c.opening_visit, c.opening_last_order_date";

Id StoredId(const pg::Rows& rows, int row);
PlannedCustomer::Keys StoredKeys(const pg::Rows& rows, int row);

// True only where the record would surely leave the row as it is, keys aside. Where that is hard to
// tell (attributes in another order) it is false, and the statement that writes decides.
bool SaysNothingNew(const CustomerRecord& record, const pg::Rows& rows, int row);

}  // namespace tidings::crm
