#include "crm/order_upsert.h"

#include <algorithm>
#include <map>

#include "crm/sql.h"
#include "pg/copy.h"
#include "pg/transaction.h"

namespace tidings::crm {
namespace {

using Orders = std::span<const PlannedOrder* const>;

// The keys of orders, for unnest.
struct OrderColumns {
  std::vector<Id> customers, ids;
};

OrderColumns ColumnsOf(Orders orders) {
  OrderColumns columns;
  for (const PlannedOrder* order : orders) {
    columns.customers.push_back(order->customer);
    columns.ids.push_back(order->id);
  }
  return columns;
}

template <class Want>
std::vector<const PlannedOrder*> Filtered(Orders orders, Want want) {
  std::vector<const PlannedOrder*> wanted;
  std::copy_if(orders.begin(), orders.end(), std::back_inserter(wanted), want);
  return wanted;
}

OrderItem ItemOf(const pg::Rows& rows, int row) {
  auto sku = rows.OptText(row, 3);
  return {std::string(rows.Text(row, 2)), sku ? std::optional<std::string>(*sku) : std::nullopt,
          rows.Amount(row, 4), rows.Amount(row, 5), rows.Amount(row, 6)};
}

}  // namespace

Result<std::vector<RowOutcome>> OrderUpsert::Run() {
  TRY(UseIndexes(transaction_));
  TRY(LookUpCustomers());
  TRY(LookUpOrders());
  TRY(LockCustomers());
  plan_.ForgetOrders();  // while we waited for a lock they came, went and moved
  TRY(LookUpOrders());
  if (!plan_.AllLocked()) {
    return Fail(Code::kConflict, "another call moved the same orders; try again");
  }
  plan_.Run();
  TRY(Insert());
  TRY(CompareItems());
  TRY_ASSIGN(auto updated, Update());
  return plan_.Outcomes(updated);
}

constexpr const char kLookUpCustomers[] = R"(
  select u.i, k.customer_id
    from unnest($1::text[], $2::smallint[]) with ordinality as u(value, kind, i)
    join customer_keys k on k.value = u.value and k.kind = u.kind)";
Status OrderUpsert::LookUpCustomers() {
  auto keys = plan_.CustomerKeys();
  if (keys.empty()) return {};
  std::vector<std::string_view> values;
  std::vector<int16_t> kinds;
  for (const Key& key : keys) {
    values.push_back(key.value);
    kinds.push_back(static_cast<int16_t>(key.kind));
  }
  TRY_ASSIGN(auto found, transaction_.Execute(kLookUpCustomers,
                                              pg::Params().TextArray(values).SmallArray(kinds),
                                              pg::Format::kBinary));
  for (int i = 0; i < found.size(); ++i) {
    plan_.KnowCustomerKey(keys[static_cast<size_t>(found.Int(i, 0) - 1)], found.Uuid(i, 1));
  }
  return {};
}

constexpr const char kLookUpOrders[] =
    "select o.id, o.customer_id from unnest($1::uuid[]) as u(id) join orders o on o.id = u.id";
Status OrderUpsert::LookUpOrders() {
  auto ids = plan_.OrderIds();
  if (ids.empty()) return {};
  TRY_ASSIGN(auto found,
             transaction_.Execute(kLookUpOrders, pg::Params().UuidArray(ids), pg::Format::kBinary));
  for (int i = 0; i < found.size(); ++i) plan_.KnowOrder(found.Uuid(i, 0), found.Uuid(i, 1));
  return {};
}

constexpr const char kLockCustomers[] = R"(
  select c.id from (select id from unnest($1::uuid[]) as u(id) order by id) u
    join customers c on c.id = u.id for no key update of c)";
Status OrderUpsert::LockCustomers() {
  auto ids = plan_.Customers();
  if (ids.empty()) return {};
  TRY_ASSIGN(auto locked, transaction_.Execute(kLockCustomers, pg::Params().UuidArray(ids),
                                               pg::Format::kBinary));
  for (int i = 0; i < locked.size(); ++i) plan_.KnowCustomer(locked.Uuid(i, 0));
  return {};
}

constexpr const char kCopyOrders[] = R"(
  copy orders (customer_id, id, external_id, order_date, amount, status, attributes)
  from stdin (format binary))";
Status OrderUpsert::Insert() {
  auto orders = plan_.NewOrders();
  if (orders.empty()) return {};
  TRY_ASSIGN(auto copy, transaction_.connection().BeginCopyIn(kCopyOrders));
  for (const PlannedOrder* order : orders) {
    const auto& record = order->record;
    copy.Uuid(order->customer);
    copy.Uuid(order->id);
    copy.OptText(record.external_id);
    copy.Timestamp(record.order_date.value_or(date_));
    copy.Amount(*record.amount);
    copy.Text(record.status.value_or("COMPLETED"));
    copy.Jsonb(record.attributes ? WithoutNulls(*record.attributes) : "{}");
    TRY(copy.EndRow());
  }
  TRY(copy.Finish());
  return CopyItems(orders);
}

constexpr const char kCopyItems[] = R"(
  copy order_items (customer_id, order_id, position, name, sku, quantity, unit_price, total)
  from stdin (format binary))";
Status OrderUpsert::CopyItems(Orders orders) {
  auto with_items =
      Filtered(orders, [](const auto* o) { return o->record.items && !o->record.items->empty(); });
  if (with_items.empty()) return {};
  TRY_ASSIGN(auto copy, transaction_.connection().BeginCopyIn(kCopyItems));
  for (const PlannedOrder* order : with_items) {
    int position = 0;
    for (const OrderItem& item : *order->record.items) {
      copy.Uuid(order->customer);
      copy.Uuid(order->id);
      copy.Int(++position);
      copy.Text(item.name);
      copy.OptText(item.sku);
      copy.Amount(item.quantity);
      copy.Amount(item.unit_price);
      copy.Amount(item.total);
      TRY(copy.EndRow());
    }
  }
  TRY(copy.Finish());
  return {};
}

constexpr const char kStoredItems[] = R"(
  select i.order_id, i.position, i.name, i.sku, i.quantity, i.unit_price, i.total
    from unnest($1::uuid[], $2::uuid[]) as u(customer_id, id)
    join order_items i on i.customer_id = u.customer_id and i.order_id = u.id)";
Status OrderUpsert::CompareItems() {
  auto changed = plan_.ChangedOrders();
  auto orders =
      Filtered(changed, [](const auto* order) { return order->record.items.has_value(); });
  if (orders.empty()) return {};
  auto columns = ColumnsOf(orders);
  std::map<Id, std::map<int64_t, OrderItem>> stored;
  TRY(transaction_.connection().Stream(
      kStoredItems, pg::Params().UuidArray(columns.customers).UuidArray(columns.ids),
      [&](const pg::Rows& row) -> Status {
        stored[row.Uuid(0, 0)].emplace(row.Int(0, 1), ItemOf(row, 0));
        return {};
      }));
  auto same = [&](const PlannedOrder& order) {
    const auto& items = *order.record.items;
    const auto& old = stored[order.id];
    return std::equal(items.begin(), items.end(), old.begin(), old.end(),
                      [](const OrderItem& a, const auto& b) { return a == b.second; });
  };
  for (auto& order : plan_.orders()) {
    order.new_items = !order.is_new && order.record.items && !same(order);
  }
  return ReplaceItems(Filtered(orders, [](const auto* order) { return order->new_items; }));
}

constexpr const char kDeleteItems[] = R"(
  delete from order_items i using unnest($1::uuid[], $2::uuid[]) as u(customer_id, id)
   where i.customer_id = u.customer_id and i.order_id = u.id)";
Status OrderUpsert::ReplaceItems(Orders orders) {
  if (orders.empty()) return {};
  auto columns = ColumnsOf(orders);
  TRY(transaction_.Execute(kDeleteItems,
                           pg::Params().UuidArray(columns.customers).UuidArray(columns.ids)));
  return CopyItems(orders);
}

// Stays with the connection, and is empty outside of a transaction.
constexpr const char kStage[] = R"(
  create temporary table if not exists staged_orders (
    customer_id uuid, id uuid, external_id text, order_date timestamptz, amount numeric,
    status text, attributes jsonb, new_items boolean) on commit delete rows)";
constexpr const char kCopyStage[] = "copy staged_orders from stdin (format binary)";
Status OrderUpsert::Stage(Orders orders) {
  TRY(transaction_.Execute(kStage));
  TRY_ASSIGN(auto copy, transaction_.connection().BeginCopyIn(kCopyStage));
  for (const PlannedOrder* order : orders) {
    const auto& record = order->record;
    copy.Uuid(order->customer);
    copy.Uuid(order->id);
    copy.OptText(record.external_id);
    copy.OptTimestamp(record.order_date);
    copy.OptAmount(record.amount);
    copy.OptText(record.status);
    copy.OptJsonb(record.attributes);
    copy.Bool(order->new_items);
    TRY(copy.EndRow());
  }
  TRY(copy.Finish());
  return {};
}

constexpr const char kUpdate[] = R"(
  update orders o
     set external_id = coalesce(s.external_id, o.external_id),
         order_date = coalesce(s.order_date, o.order_date),
         amount = coalesce(s.amount, o.amount),
         status = coalesce(s.status, o.status),
         attributes = case when s.attributes is null then o.attributes
                           else jsonb_strip_nulls(o.attributes || s.attributes) end,
         updated_at = now()
    from staged_orders s
   where o.customer_id = s.customer_id and o.id = s.id
     and (s.new_items
       or s.external_id is not null and s.external_id is distinct from o.external_id
       or s.order_date <> o.order_date
       or s.amount <> o.amount
       or s.status <> o.status
       or s.attributes is not null
          and jsonb_strip_nulls(o.attributes || s.attributes) <> o.attributes)
  returning o.id)";
Result<std::vector<Id>> OrderUpsert::Update() {
  std::vector<Id> updated;
  auto orders = plan_.ChangedOrders();
  if (orders.empty()) return updated;
  TRY(Stage(orders));
  TRY_ASSIGN(auto rows, transaction_.Execute(kUpdate, {}, pg::Format::kBinary));
  for (int i = 0; i < rows.size(); ++i) updated.push_back(rows.Uuid(i, 0));
  return updated;
}

}  // namespace tidings::crm
