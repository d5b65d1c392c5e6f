#include "crm/customer_store.h"

#include <fmt/core.h>

#include "base/text.h"
#include "crm/conditions.h"
#include "crm/customer_json.h"
#include "crm/customer_upsert.h"
#include "crm/sql.h"
#include "pg/pool.h"
#include "pg/transaction.h"

namespace tidings::crm {
namespace {

tl::unexpected<Error> NoCustomer(const Id& id) {
  return Fail(Code::kNotFound, "no customer has the id " + id.ToString());
}

Result<std::vector<RowOutcome>> UpsertOnce(pg::Connection& connection,
                                           std::span<const CustomerRecord> rows, IdSource& ids,
                                           bool must_exist = false) {
  std::vector<RowOutcome> outcomes;
  bool again = false;
  TRY(pg::InTransaction(connection, [&](pg::Transaction& transaction) -> Status {
    CustomerUpsert upsert(transaction, rows, ids, must_exist);
    TRY_ASSIGN(outcomes, upsert.Run(std::exchange(again, true)));
    return {};
  }));
  return outcomes;
}

}  // namespace

Result<std::vector<RowOutcome>> CustomerStore::Upsert(std::span<const CustomerRecord> rows) {
  if (rows.empty()) return std::vector<RowOutcome>();
  TRY_ASSIGN(auto lease, pool_.Acquire());
  return UpsertByHalves(
      rows, [&](std::span<const CustomerRecord> part) { return UpsertOnce(*lease, part, ids_); });
}

Result<Json> CustomerStore::Get(const Id& id) {
  static const std::string kGet =
      fmt::format("select {} from customers c where c.id = $1", kCustomerColumns);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(kGet, pg::Params().Uuid(id)));
  if (rows.empty()) return NoCustomer(id);
  return CustomerJson(rows, 0);
}

// Prefixes are looked up in the keys: compared by bytes, what begins with p lies between p and p
// with the last character there is behind it.
constexpr const char kSearch[] = R"(
  starts_with(lower(c.name), lower(?))
  or c.id in (select customer_id from customer_keys
               where kind = 2 and value >= lower(?) and value < lower(?) || U&'\+10FFFF')
  or c.id in (select customer_id from customer_keys where kind = 1 and value = ?))";
constexpr const char kByKey[] =
    "c.id in (select customer_id from customer_keys where value = ? and kind = ";
Result<Page> CustomerStore::List(const CustomerQuery& query) {
  TRY_ASSIGN(int limit, CheckedLimit(query.limit));
  Conditions where;
  if (query.cursor) {
    TRY_ASSIGN(Id last, IdOfCursor(*query.cursor));
    where.Where("c.id < ?", [&](pg::Params& params) { params.Uuid(last); });
  }
  where.WhereText(kSearch, std::string(Trim(query.search)));
  where.WhereText(std::string(kByKey) + "2)", LowerAscii(Trim(query.email)));
  where.WhereText(std::string(kByKey) + "1)", query.external_id);
  where.WhereText("c.city = ?", query.city);
  where.WhereText("c.status = ?", LowerAscii(query.status));
  where.WhereText("c.tags @> array[?::text]", query.tag);
  auto sql = fmt::format("select {} from customers c{} order by c.id desc limit {}",
                         kCustomerColumns, where.sql(), limit + 1);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(sql, where.params()));
  Page page;
  for (int i = 0; i < std::min(rows.size(), limit); ++i)
    page.items.push_back(CustomerJson(rows, i));
  if (rows.size() > limit) page.next = CursorOf(rows.Uuid(limit - 1, 0));
  return page;
}

Result<Json> CustomerStore::Patch(const Id& id, const CustomerRecord& patch) {
  CustomerRecord row = patch;
  row.id = id;
  {
    TRY_ASSIGN(auto lease, pool_.Acquire());
    auto outcomes = UpsertOnce(*lease, std::span(&row, 1), ids_, true);
    if (!outcomes && outcomes.error().code == Code::kNotFound) return NoCustomer(id);
    if (!outcomes) return Fail(outcomes.error());
    const auto& outcome = outcomes->front();
    if (outcome.change == Change::kRefused) {
      return Fail(Code::kAlreadyExists, Describe(outcome.errors));
    }
  }
  return Get(id);
}

// An upsert of one of its orders waits for the customer's lock, so the second statement sees all
// orders that there will ever be.
constexpr const char kDelete[] =
    "delete from customers where id = $1 returning external_id, email, phone";
constexpr const char kDeleteKeys[] = R"(
  delete from customer_keys
   where customer_id = $1 and (value, kind) in (($2, 1), ($3, 2), ($4, 3)))";
constexpr const char kDeleteItems[] = "delete from order_items where customer_id = $1";
constexpr const char kDeleteOrders[] = "delete from orders where customer_id = $1";
Status CustomerStore::Delete(const Id& id) {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  return pg::InTransaction(*lease, [&](pg::Transaction& transaction) -> Status {
    auto self = pg::Params().Uuid(id);
    TRY_ASSIGN(auto rows, transaction.Execute(kDelete, self));
    if (rows.empty()) return NoCustomer(id);
    auto keys = self;
    for (int i = 0; i < 3; ++i) keys.Text(rows.Text(0, i));
    TRY(transaction.Execute(kDeleteKeys, keys));
    TRY(transaction.Execute(kDeleteItems, self));
    TRY(transaction.Execute(kDeleteOrders, self));
    return {};
  });
}

Result<int64_t> CustomerStore::Count() {
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute("select count(*) from customers"));
  return rows.Int(0, 0);
}

}  // namespace tidings::crm
