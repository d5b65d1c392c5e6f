// A customer from the database as JSON.
#pragma once

#include "base/json.h"

namespace tidings::pg {
class Rows;
}

namespace tidings::crm {

// The select list over `customers c` that CustomerJson reads, from the first column on.
inline constexpr const char kCustomerColumns[] =
    "c.id, c.external_id, c.name, c.email, c.phone, c.city, c.status, to_json(c.tags), "
    "c.attributes, c.total_spend, c.visit, c.order_count, c.last_order_date, c.opening_spend, "
    "c.opening_visit, c.opening_last_order_date, c.created_at, c.updated_at";
Json CustomerJson(const pg::Rows& rows, int row);

}  // namespace tidings::crm
