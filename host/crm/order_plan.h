// Which row of a batch is which order, and whose. No database here, as in customer_plan.h.
#pragma once

#include <deque>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "crm/customer_plan.h"
#include "crm/order_record.h"
#include "crm/outcome.h"

namespace tidings::crm {

struct KeyHash {
  size_t operator()(const Key& key) const {
    return std::hash<std::string_view>()(key.value) * 31 + static_cast<size_t>(key.kind);
  }
};

// An order that rows of the batch are about.
struct PlannedOrder {
  Id id, customer;
  bool is_new = true;
  bool new_items = false;  // of an existing order: its items differ from those stored
  OrderRecord record;      // all its rows, merged
};

// One batch. Call KeysOfCustomers and IdsOfOrders, look them up, tell what was found, then Run
// once, then read. Borrows the rows. Not thread-safe.
class OrderPlan {
 public:
  OrderPlan(std::span<const OrderRecord> rows, IdSource& ids) : rows_(rows), ids_(ids) {}

  std::vector<Key> CustomerKeys() const;  // by which rows name customers; sorted, each once
  std::vector<Id> OrderIds() const;       // sorted, each once

  void KnowCustomerKey(const Key& key, const Id& customer) { by_key_[key] = customer; }
  // An order that exists; its customer need not be locked yet.
  void KnowOrder(const Id& id, const Id& customer);
  void ForgetOrders();                // to be told again, after a wait
  std::vector<Id> Customers() const;  // all that rows and known orders point to; sorted, each once
  void KnowCustomer(const Id& id) { customers_.insert(id); }  // exists and is locked
  bool AllLocked() const;                                     // the customers of all known orders

  // Goes through the rows in order. A row is refused as a whole or taken as a whole.
  void Run();

  std::deque<PlannedOrder>& orders() { return orders_; }
  std::vector<const PlannedOrder*> NewOrders() const;      // by customer, then id
  std::vector<const PlannedOrder*> ChangedOrders() const;  // existing and touched, in that order
  // `updated`: the existing orders that differ now from what was stored.
  std::vector<RowOutcome> Outcomes(std::span<const Id> updated) const;

 private:
  struct Decision {
    PlannedOrder* order = nullptr;
    bool first = false;    // made or met first by this row
    bool differs = false;  // whether it says something new about the order
    std::vector<FieldError> errors;
  };

  std::optional<Id> CustomerOf(const CustomerReference& reference) const;
  Decision Decide(const OrderRecord& row);
  bool MayBeNew(const OrderRecord& row, std::optional<Id> customer, Decision& decision) const;
  std::vector<const PlannedOrder*> Sorted(bool is_new) const;

  std::span<const OrderRecord> rows_;
  IdSource& ids_;
  std::unordered_map<Key, Id, KeyHash> by_key_;
  std::unordered_set<Id, IdHash> customers_;
  std::deque<PlannedOrder> orders_;
  std::unordered_map<Id, PlannedOrder*, IdHash> by_id_;
  std::unordered_set<const PlannedOrder*> touched_;
  std::vector<Decision> decisions_;
};

}  // namespace tidings::crm
