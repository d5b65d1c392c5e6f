#include "crm/order_store.h"

#include <fmt/core.h>

#include "base/text.h"
#include "crm/conditions.h"
#include "crm/order_upsert.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "pg/transaction.h"

namespace tidings::crm {
namespace {

constexpr const char kColumns[] =
    "o.id, o.external_id, o.customer_id, o.order_date, o.amount, o.status, o.attributes, "
    "o.created_at, o.updated_at";

Json OrderJson(const pg::Rows& rows, int row) {
  return {{"id", rows.Text(row, 0)},
          {"external_id", TextOrNull(rows, row, 1)},
          {"customer_id", rows.Text(row, 2)},
          {"order_date", TimeOrNull(rows, row, 3)},
          {"amount", JsonOf(rows.Amount(row, 4))},
          {"status", rows.Text(row, 5)},
          {"attributes", ParsedOrNull(rows, row, 6)},
          {"created_at", TimeOrNull(rows, row, 7)},
          {"updated_at", TimeOrNull(rows, row, 8)}};
}

tl::unexpected<Error> NoOrder(const Id& id) {
  return Fail(Code::kNotFound, "no order has the id " + id.ToString());
}

std::string UpperAscii(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

Result<std::vector<RowOutcome>> UpsertOnce(pg::Connection& connection,
                                           std::span<const OrderRecord> rows, IdSource& ids,
                                           Time date) {
  std::vector<RowOutcome> outcomes;
  TRY(pg::InTransaction(connection, [&](pg::Transaction& transaction) -> Status {
    TRY_ASSIGN(outcomes, OrderUpsert(transaction, rows, ids, date).Run());
    return {};
  }));
  return outcomes;
}

}  // namespace

Result<std::vector<RowOutcome>> OrderStore::Upsert(std::span<const OrderRecord> rows) {
  if (rows.empty()) return std::vector<RowOutcome>();
  TRY_ASSIGN(auto lease, pool_.Acquire());
  return UpsertByHalves(rows, [&](std::span<const OrderRecord> part) {
    return UpsertOnce(*lease, part, ids_, clock_.Now());
  });
}

constexpr const char kItems[] = R"(
  select name, sku, quantity, unit_price, total from order_items
   where customer_id = $1 and order_id = $2 order by position)";
Result<Json> OrderStore::Get(const Id& id) {
  static const std::string kGet = fmt::format("select {} from orders o where o.id = $1", kColumns);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kGet, pg::Params().Uuid(id)));
  if (rows.empty()) return NoOrder(id);
  Json order = OrderJson(rows, 0);
  TRY_ASSIGN(auto items, lease->Execute(kItems, pg::Params().Uuid(rows.Uuid(0, 2)).Uuid(id)));
  Money total;
  order["items"] = Json::array();
  for (int i = 0; i < items.size(); ++i) {
    total = total + items.Amount(i, 4);
    order["items"].push_back({{"name", items.Text(i, 0)},
                              {"sku", TextOrNull(items, i, 1)},
                              {"quantity", JsonOf(items.Amount(i, 2))},
                              {"unit_price", JsonOf(items.Amount(i, 3))},
                              {"total", JsonOf(items.Amount(i, 4))}});
  }
  order["items_total"] = JsonOf(total);
  return order;
}

Result<Page> OrderStore::List(const OrderQuery& query) {
  TRY_ASSIGN(int limit, CheckedLimit(query.limit));
  Conditions where;
  if (query.cursor) {
    TRY_ASSIGN(Id last, IdOfCursor(*query.cursor));
    where.Where("o.id < ?", [&](pg::Params& params) { params.Uuid(last); });
  }
  if (query.customer) {
    where.Where("o.customer_id = ?", [&](pg::Params& params) { params.Uuid(*query.customer); });
  }
  if (!query.external_id.empty()) {
    Id id = OrderIdFor(query.external_id);
    where.Where("o.id = ?", [&](pg::Params& params) { params.Uuid(id); });
  }
  where.WhereText("o.status = ?", UpperAscii(query.status));
  auto sql = fmt::format("select {} from orders o{} order by o.id desc limit {}", kColumns,
                         where.sql(), limit + 1);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(sql, where.params()));
  Page page;
  for (int i = 0; i < std::min(rows.size(), limit); ++i) page.items.push_back(OrderJson(rows, i));
  if (rows.size() > limit) page.next = CursorOf(rows.Uuid(limit - 1, 0));
  return page;
}

Result<Json> OrderStore::Patch(const Id& id, const OrderRecord& patch) {
  TRY(Get(id));
  OrderRecord row = patch;
  row.id = id;
  row.external_id.reset();
  row.customer = {};
  TRY_ASSIGN(auto outcomes, Upsert(std::span(&row, 1)));
  if (outcomes[0].change == Change::kRefused) {
    return Fail(Code::kInvalidArgument, Describe(outcomes[0].errors));
  }
  return Get(id);
}

constexpr const char kLockCustomer[] = R"(
  select from customers where id in (select customer_id from orders where id = $1)
   for no key update)";
constexpr const char kDeleteOrder[] = "delete from orders where id = $1 returning customer_id";
constexpr const char kDeleteItems[] =
    "delete from order_items where customer_id = $1 and order_id = $2";
Status OrderStore::Delete(const Id& id) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  return pg::InTransaction(*lease, [&](pg::Transaction& transaction) -> Status {
    auto self = pg::Params().Uuid(id);
    TRY(transaction.Execute(kLockCustomer, self));
    TRY_ASSIGN(auto rows, transaction.Execute(kDeleteOrder, self));
    if (rows.empty()) return NoOrder(id);
    TRY(transaction.Execute(kDeleteItems, pg::Params().Uuid(rows.Uuid(0, 0)).Uuid(id)));
    return {};
  });
}

Result<int64_t> OrderStore::Count() {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute("select count(*) from orders"));
  return rows.Int(0, 0);
}

}  // namespace tidings::crm
