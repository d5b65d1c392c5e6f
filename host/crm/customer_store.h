// The customers in the database, and the keys by which they are recognised.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "crm/customer_record.h"
#include "crm/outcome.h"
#include "crm/page.h"

namespace tidings::pg {
class Pool;
}

namespace tidings::crm {

// Newest first. Empty fields do not filter.
struct CustomerQuery {
  std::optional<std::string> cursor;
  int limit = kDefaultLimit;
  std::string search;       // prefix of the name or e-mail, or the whole external id; case ignored
  std::string email;        // exact
  std::string external_id;  // exact
  std::string city;         // exact
  std::string status;       // exact
  std::string tag;
};

// Thread-safe: every call takes a connection of the pool for its duration, and fails with
// kUnavailable where there is none.
//
// As JSON a customer is {id, external_id, name, email, phone, city, status, tags, attributes,
// total_spend, visit, order_count, last_order_date, opening_spend, opening_visit,
// opening_last_order_date, created_at, updated_at}; money is a JSON number, exact to 15 digits.
class CustomerStore {
 public:
  CustomerStore(pg::Pool& pool, IdSource& ids) : pool_(pool), ids_(ids) {}

  // Brings the rows in, as if one after the other, in one transaction; answers per row, in order.
  // A row is recognised by its id; else by external id and e-mail, which must not point to two
  // customers; else, where it has neither, by its phone. An unknown one becomes a new customer.
  // Absent fields keep what is stored; attributes are merged member by member. A row whose key
  // belongs to another customer is refused and the others are kept. The same rows again change
  // nothing. Concurrent calls are safe; a call that loses a race is run again. One call holds the
  // rows in memory; 5,000 to 100,000 a call are best.
  Result<std::vector<RowOutcome>> Upsert(std::span<const CustomerRecord> rows);

  // kNotFound, naming the id.
  Result<Json> Get(const Id& id);
  Result<Page> List(const CustomerQuery& query);
  // `patch` as ParseCustomer(kPatch) reads it; answers the customer as it is then. kNotFound;
  // kInvalidArgument for a bad field; kAlreadyExists where another customer has the key.
  Result<Json> Patch(const Id& id, const CustomerRecord& patch);
  // Removes the customer, its keys, orders and items for good. Messages keep the id only.
  Status Delete(const Id& id);
  Result<int64_t> Count();

 private:
  pg::Pool& pool_;
  IdSource& ids_;
};

}  // namespace tidings::crm
