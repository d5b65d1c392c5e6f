#include "lua/row.h"

namespace tidings::lua {

const RowType& CustomerRow() {
  static const RowType kType{{
      {"id", FieldKind::kText},
      {"external_id", FieldKind::kText},
      {"name", FieldKind::kText},
      {"email", FieldKind::kText},
      {"phone", FieldKind::kText},
      {"city", FieldKind::kText},
      {"status", FieldKind::kText},
      {"total_spend", FieldKind::kMoney},
      {"visit", FieldKind::kInteger},
      {"order_count", FieldKind::kInteger},
      {"last_order_date", FieldKind::kTime},
      {"created_at", FieldKind::kTime},
      {"attributes", FieldKind::kJson},
      {"tags", FieldKind::kJson},
      {"orders", FieldKind::kOrders},
  }};
  return kType;
}

}  // namespace tidings::lua
