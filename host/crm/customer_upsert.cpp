#include "crm/customer_upsert.h"

#include <algorithm>

#include <fmt/core.h>

#include "crm/sql.h"
#include "crm/stored_customer.h"
#include "pg/copy.h"
#include "pg/transaction.h"

namespace tidings::crm {
namespace {

// The columns of key changes, for unnest.
struct KeyColumns {
  std::vector<std::string_view> values;
  std::vector<int16_t> kinds;
  std::vector<Id> ids;
};

KeyColumns ColumnsOf(std::span<const KeyChange> changes) {
  KeyColumns columns;
  for (const auto& change : changes) {
    columns.values.push_back(change.key.value);
    columns.kinds.push_back(static_cast<int16_t>(change.key.kind));
    columns.ids.push_back(change.id);
  }
  return columns;
}

tl::unexpected<Error> LostRace() {
  return Fail(Code::kConflict, "another call changed the same customers; try again");
}

// 23505 from a COPY: somebody else's row came first.
Error AsRace(Error error) {
  if (error.code == Code::kAlreadyExists) error.code = Code::kConflict;
  return error;
}

void TextOrNull(pg::CopyIn& copy, std::string_view text) {
  text.empty() ? copy.Null() : copy.Text(text);
}

void ChangeOrNull(pg::CopyIn& copy, std::string_view before, std::string_view now) {
  before == now ? copy.Null() : copy.Text(now);
}

std::optional<Time> NullIfCleared(const std::optional<Time>& time) {
  return time == kNoTime ? std::nullopt : time;
}

}  // namespace

// Two batches that race for a key make one of them fail. It comes back alone, so it cannot fail
// again: whoever runs for the first time shares this lock.
constexpr const char kShare[] = "select pg_advisory_xact_lock_shared(7420261)";
constexpr const char kAlone[] = "select pg_advisory_xact_lock(7420261)";
Result<std::vector<RowOutcome>> CustomerUpsert::Run(bool alone) {
  TRY(transaction_.Execute(alone ? kAlone : kShare));
  TRY_ASSIGN(now_, UseIndexes(transaction_));
  TRY(LookUpKeys(plan_.FirstKeys()));
  TRY(LookUpIds());
  TRY(LookUpKeys(plan_.SecondKeys()));
  if (must_exist_ && !plan_.Knows(*rows_[0].id)) {
    return Fail(Code::kNotFound, "no customer has this id");
  }
  plan_.Run();
  TRY(RemoveKeys());
  TRY(ClaimKeys());
  TRY(Insert());
  TRY_ASSIGN(auto updated, Update());
  return plan_.Outcomes(updated);
}

// Sorted by id, so that customers are fetched as they lie on disk.
Status CustomerUpsert::LookUpKeys(const std::vector<int>& keys) {
  static const std::string kLookUpKeys = fmt::format(
      "select f.i, {} from (select u.i, k.customer_id "
      "  from unnest($1::text[], $2::smallint[]) with ordinality as u(value, kind, i) "
      "  join customer_keys k on k.value = u.value and k.kind = u.kind order by k.customer_id) f "
      "join customers c on c.id = f.customer_id",
      kStoredColumns);
  if (keys.empty()) return {};
  std::vector<std::string_view> values;
  std::vector<int16_t> kinds;
  for (int key : keys) {
    values.push_back(plan_.key(key).value);
    kinds.push_back(static_cast<int16_t>(plan_.key(key).kind));
  }
  TRY_ASSIGN(auto found,
             transaction_.Execute(kLookUpKeys, pg::Params().TextArray(values).SmallArray(kinds),
                                  pg::Format::kBinary));
  for (int i = 0; i < found.size(); ++i) {
    Tell(found, i);
    plan_.KnowKey(keys[static_cast<size_t>(found.Int(i, 0) - 1)], StoredId(found, i));
  }
  told_rows_ += found.size();
  told_.push_back(std::move(found));
  return {};
}

Status CustomerUpsert::LookUpIds() {
  static const std::string kLookUpIds =
      fmt::format("select {} from customers c where c.id = any ($1::uuid[])", kStoredColumns);
  auto ids = plan_.Ids();
  if (ids.empty()) return {};
  TRY_ASSIGN(auto found,
             transaction_.Execute(kLookUpIds, pg::Params().UuidArray(ids), pg::Format::kBinary));
  for (int i = 0; i < found.size(); ++i) Tell(found, i);
  told_rows_ += found.size();
  told_.push_back(std::move(found));
  return {};
}

void CustomerUpsert::Tell(const pg::Rows& rows, int row) {
  plan_.KnowCustomer(StoredId(rows, row), StoredKeys(rows, row), told_rows_ + row);
}

// Most rows of most batches say what is stored already: those need not be written.
bool CustomerUpsert::IsUnchanged(const PlannedCustomer& customer) const {
  if (customer.Moves()) return false;
  int row = customer.place;
  for (const auto& rows : told_) {
    if (row < rows.size()) return SaysNothingNew(customer.record(), rows, row);
    row -= rows.size();
  }
  return false;
}

Status CustomerUpsert::RemoveKeys() {
  auto removals = plan_.Removals();
  auto uncertain = std::stable_partition(removals.begin(), removals.end(),
                                         [](const KeyChange& change) { return change.certain; });
  TRY(RemoveKeys({removals.begin(), uncertain}, true));
  return RemoveKeys({uncertain, removals.end()}, false);
}

constexpr const char kRemoveKeys[] = R"(
  delete from customer_keys k using unnest($1::text[], $2::smallint[], $3::uuid[]) as u(value, kind, id)
   where k.value = u.value and k.kind = u.kind and k.customer_id = u.id)";
Status CustomerUpsert::RemoveKeys(std::span<const KeyChange> removals, bool certain) {
  if (removals.empty()) return {};
  auto columns = ColumnsOf(removals);
  TRY_ASSIGN(
      auto removed,
      transaction_.Execute(
          kRemoveKeys,
          pg::Params().TextArray(columns.values).SmallArray(columns.kinds).UuidArray(columns.ids)));
  if (certain && removed.affected() != static_cast<int64_t>(removals.size())) return LostRace();
  return {};
}

constexpr const char kCopyKeys[] =
    "copy customer_keys (value, kind, customer_id) from stdin (format binary)";
Status CustomerUpsert::ClaimKeys() {
  auto claims = plan_.Claims();
  if (claims.empty()) return {};
  TRY_ASSIGN(auto copy, transaction_.connection().BeginCopyIn(kCopyKeys));
  for (const auto& claim : claims) {
    copy.Text(claim.key.value);
    copy.SmallInt(static_cast<int16_t>(claim.key.kind));
    copy.Uuid(claim.id);
    if (auto row = copy.EndRow(); !row) return Fail(AsRace(row.error()));
  }
  if (auto copied = copy.Finish(); !copied) return Fail(AsRace(copied.error()));
  return {};
}

constexpr const char kCopyCustomers[] = R"(
  copy customers (id, external_id, name, email, phone, city, status, attributes, tags,
                  opening_spend, opening_visit, opening_last_order_date,
                  total_spend, visit, last_order_date, created_at)
  from stdin (format binary))";
Status CustomerUpsert::Insert() {
  auto customers = plan_.NewCustomers();
  if (customers.empty()) return {};
  TRY_ASSIGN(auto copy, transaction_.connection().BeginCopyIn(kCopyCustomers));
  for (const PlannedCustomer* customer : customers) {
    const auto& record = customer->record();
    copy.Uuid(customer->id);
    const auto& keys = customer->now;
    TextOrNull(copy, keys.external_id);
    copy.Text(record.name ? std::string_view(*record.name) : "");
    TextOrNull(copy, keys.email);
    TextOrNull(copy, keys.phone);
    copy.Text(record.city ? std::string_view(*record.city) : "");
    copy.Text(record.status ? std::string_view(*record.status) : "active");
    copy.Jsonb(record.attributes ? WithoutNulls(*record.attributes) : "{}");
    copy.TextArray(record.tags.value_or(std::vector<std::string>()));
    for (int twice = 0; twice < 2; ++twice) {
      copy.Amount(record.opening_spend.value_or(Money{}));
      copy.BigInt(record.opening_visit.value_or(0));
      copy.OptTimestamp(NullIfCleared(record.opening_last_order_date));
    }
    copy.Timestamp(record.created_at.value_or(now_));
    if (auto row = copy.EndRow(); !row) return Fail(AsRace(row.error()));
  }
  if (auto copied = copy.Finish(); !copied) return Fail(AsRace(copied.error()));
  return {};
}

// Stays with the connection, and is empty outside of a transaction.
constexpr const char kStage[] = R"(
  create temporary table if not exists staged_customers (
    id uuid, external_id text, name text, email text, phone text, city text, status text,
    attributes jsonb, tags text[], opening_spend numeric, opening_visit bigint,
    opening_last_order_date timestamptz, no_opening_date boolean,
    old_external_id text, old_email text, old_phone text) on commit delete rows)";
constexpr const char kCopyStage[] = "copy staged_customers from stdin (format binary)";
Status CustomerUpsert::Stage(std::span<const PlannedCustomer* const> customers) {
  TRY(transaction_.Execute(kStage));
  TRY_ASSIGN(auto copy, transaction_.connection().BeginCopyIn(kCopyStage));
  for (const PlannedCustomer* customer : customers) {
    const auto& record = customer->record();
    copy.Uuid(customer->id);
    const auto &before = customer->before, &now = customer->now;
    ChangeOrNull(copy, before.external_id, now.external_id);
    copy.OptText(record.name);
    ChangeOrNull(copy, before.email, now.email);
    ChangeOrNull(copy, before.phone, now.phone);
    copy.OptText(record.city);
    copy.OptText(record.status);
    copy.OptJsonb(record.attributes);
    record.tags ? copy.TextArray(*record.tags) : copy.Null();
    copy.OptAmount(record.opening_spend);
    copy.OptBigInt(record.opening_visit);
    copy.OptTimestamp(NullIfCleared(record.opening_last_order_date));
    copy.Bool(record.opening_last_order_date == kNoTime);
    copy.Text(before.external_id);
    copy.Text(before.email);
    copy.Text(before.phone);
    TRY(copy.EndRow());
  }
  TRY(copy.Finish());
  return {};
}

// Orders are read again for a new opening date: after the lock, so that none is missed.
constexpr const char kLockDates[] = R"(
  select from staged_customers s join customers c on c.id = s.id
   where (s.no_opening_date or s.opening_last_order_date is not null)
     and s.opening_last_order_date is distinct from c.opening_last_order_date
   order by c.id for no key update of c)";
constexpr const char kUpdate[] = R"(
  update customers c
     set external_id = case when s.external_id is null then c.external_id
                            else nullif(s.external_id, '') end,
         name = coalesce(s.name, c.name),
         email = case when s.email is null then c.email else nullif(s.email, '') end,
         phone = case when s.phone is null then c.phone else nullif(s.phone, '') end,
         city = coalesce(s.city, c.city),
         status = coalesce(s.status, c.status),
         attributes = case when s.attributes is null then c.attributes
                           else jsonb_strip_nulls(c.attributes || s.attributes) end,
         tags = coalesce(s.tags, c.tags),
         opening_spend = coalesce(s.opening_spend, c.opening_spend),
         total_spend = c.total_spend + coalesce(s.opening_spend - c.opening_spend, 0),
         opening_visit = coalesce(s.opening_visit, c.opening_visit),
         visit = c.visit + coalesce(s.opening_visit - c.opening_visit, 0),
         opening_last_order_date = case when s.no_opening_date then null
           else coalesce(s.opening_last_order_date, c.opening_last_order_date) end,
         last_order_date = case
           when s.opening_last_order_date is null and not s.no_opening_date then c.last_order_date
           else greatest(s.opening_last_order_date,
                         (select max(o.order_date) from orders o
                           where o.customer_id = c.id and o.status = 'COMPLETED')) end,
         updated_at = now()
    from (select * from staged_customers order by id) s
   where c.id = s.id
     and (s.external_id is null or coalesce(c.external_id, '') = s.old_external_id)
     and (s.email is null or coalesce(c.email, '') = s.old_email)
     and (s.phone is null or coalesce(c.phone, '') = s.old_phone)
     and (s.external_id is not null and nullif(s.external_id, '') is distinct from c.external_id
       or s.name <> c.name
       or s.email is not null and nullif(s.email, '') is distinct from c.email
       or s.phone is not null and nullif(s.phone, '') is distinct from c.phone
       or s.city <> c.city
       or s.status <> c.status
       or s.attributes is not null
          and jsonb_strip_nulls(c.attributes || s.attributes) <> c.attributes
       or s.tags <> c.tags
       or s.opening_spend <> c.opening_spend
       or s.opening_visit <> c.opening_visit
       or s.opening_last_order_date is distinct from c.opening_last_order_date
          and (s.opening_last_order_date is not null or s.no_opening_date))
  returning c.id)";
Result<std::vector<Id>> CustomerUpsert::Update() {
  std::vector<Id> updated;
  auto customers = plan_.ChangedCustomers();
  std::erase_if(customers, [&](const auto* customer) { return IsUnchanged(*customer); });
  if (customers.empty()) return updated;
  TRY(Stage(customers));
  bool dates = std::any_of(customers.begin(), customers.end(), [](const auto* customer) {
    return customer->record().opening_last_order_date.has_value();
  });
  if (dates) TRY(transaction_.Execute(kLockDates));
  TRY_ASSIGN(auto rows, transaction_.Execute(kUpdate, {}, pg::Format::kBinary));
  for (int i = 0; i < rows.size(); ++i) updated.push_back(rows.Uuid(i, 0));
  std::sort(updated.begin(), updated.end());
  for (const PlannedCustomer* customer : customers) {
    // Deleted meanwhile, or given another key: its keys must not go astray.
    if (customer->Moves() && !std::binary_search(updated.begin(), updated.end(), customer->id)) {
      return LostRace();
    }
  }
  return updated;
}

}  // namespace tidings::crm
