#include "crm/customer_json.h"

#include "crm/sql.h"
#include "pg/rows.h"

namespace tidings::crm {

Json CustomerJson(const pg::Rows& rows, int row) {
  return {{"id", rows.Text(row, 0)},
          {"external_id", TextOrNull(rows, row, 1)},
          {"name", rows.Text(row, 2)},
          {"email", TextOrNull(rows, row, 3)},
          {"phone", TextOrNull(rows, row, 4)},
          {"city", rows.Text(row, 5)},
          {"status", rows.Text(row, 6)},
          {"tags", ParsedOrNull(rows, row, 7)},
          {"attributes", ParsedOrNull(rows, row, 8)},
          {"total_spend", JsonOf(rows.Amount(row, 9))},
          {"visit", rows.Int(row, 10)},
          {"order_count", rows.Int(row, 11)},
          {"last_order_date", TimeOrNull(rows, row, 12)},
          {"opening_spend", JsonOf(rows.Amount(row, 13))},
          {"opening_visit", rows.Int(row, 14)},
          {"opening_last_order_date", TimeOrNull(rows, row, 15)},
          {"created_at", TimeOrNull(rows, row, 16)},
          {"updated_at", TimeOrNull(rows, row, 17)}};
}

}  // namespace tidings::crm
