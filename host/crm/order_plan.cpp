#include "crm/order_plan.h"

#include <algorithm>
#include <tuple>

#include <fmt/core.h>

namespace tidings::crm {
namespace {

template <class T>
void SortAndUnique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::optional<Key> KeyOf(const CustomerReference& reference) {
  if (reference.id) return std::nullopt;
  if (reference.external_id) return Key{*reference.external_id, KeyKind::kExternalId};
  if (reference.email) return Key{*reference.email, KeyKind::kEmail};
  return std::nullopt;
}

const char* PointerOf(const CustomerReference& reference) {
  if (reference.id) return "/customer_id";
  return reference.external_id ? "/customer_external_id" : "/customer_email";
}

std::string ValueOf(const CustomerReference& reference) {
  if (reference.id) return reference.id->ToString();
  return reference.external_id ? *reference.external_id : reference.email.value_or("");
}

template <class T>
bool Put(std::optional<T>& into, const std::optional<T>& from) {
  if (!from || into == from) return false;
  into = from;
  return true;
}

bool Merge(OrderRecord& into, const OrderRecord& row) {
  bool differs = Put(into.external_id, row.external_id);
  differs |= Put(into.order_date, row.order_date);
  differs |= Put(into.amount, row.amount);
  differs |= Put(into.status, row.status);
  differs |= Put(into.attributes, row.attributes);
  differs |= Put(into.items, row.items);
  return differs;
}

}  // namespace

std::vector<Key> OrderPlan::CustomerKeys() const {
  std::vector<Key> keys;
  for (const auto& row : rows_) {
    if (auto key = KeyOf(row.customer)) keys.push_back(*key);
  }
  SortAndUnique(keys);
  return keys;
}

std::vector<Id> OrderPlan::OrderIds() const {
  std::vector<Id> ids;
  for (const auto& row : rows_) {
    if (row.id) ids.push_back(*row.id);
  }
  SortAndUnique(ids);
  return ids;
}

void OrderPlan::KnowOrder(const Id& id, const Id& customer) {
  if (by_id_.contains(id)) return;
  by_id_[id] = &orders_.emplace_back(PlannedOrder{id, customer, false, false, {}});
}

void OrderPlan::ForgetOrders() {
  orders_.clear();
  by_id_.clear();
}

bool OrderPlan::AllLocked() const {
  return std::all_of(orders_.begin(), orders_.end(),
                     [&](const auto& order) { return customers_.contains(order.customer); });
}

std::vector<Id> OrderPlan::Customers() const {
  std::vector<Id> ids;
  for (const auto& row : rows_) {
    if (auto id = CustomerOf(row.customer)) ids.push_back(*id);
  }
  for (const auto& order : orders_) ids.push_back(order.customer);
  SortAndUnique(ids);
  return ids;
}

std::optional<Id> OrderPlan::CustomerOf(const CustomerReference& reference) const {
  if (reference.id) return reference.id;
  auto key = KeyOf(reference);
  auto found = key ? by_key_.find(*key) : by_key_.end();
  return found == by_key_.end() ? std::nullopt : std::optional(found->second);
}

void OrderPlan::Run() {
  decisions_.reserve(rows_.size());
  for (const auto& row : rows_) decisions_.push_back(Decide(row));
}

OrderPlan::Decision OrderPlan::Decide(const OrderRecord& row) {
  Decision decision;
  auto customer = CustomerOf(row.customer);
  if (row.customer.Any() && (!customer || !customers_.contains(*customer))) {
    decision.errors.push_back(
        {PointerOf(row.customer), ValueOf(row.customer),
         fmt::format("there is no customer with {}; bring in the customer first",
                     row.customer.ToString())});
    return decision;
  }
  auto known = row.id ? by_id_.find(*row.id) : by_id_.end();
  if (known == by_id_.end()) {
    if (!MayBeNew(row, customer, decision)) return decision;
    Id id = row.id.value_or(ids_.Next());
    decision.order = &orders_.emplace_back(PlannedOrder{id, *customer, true, false, {}});
    by_id_[id] = decision.order;
  } else {
    decision.order = known->second;
    if (customer && *customer != decision.order->customer) {
      decision.errors.push_back(
          {PointerOf(row.customer), ValueOf(row.customer),
           fmt::format("the order belongs to customer {} and cannot move; delete it first",
                       std::exchange(decision.order, nullptr)->customer.ToString())});
      return decision;
    }
  }
  decision.first = touched_.insert(decision.order).second;
  decision.differs = Merge(decision.order->record, row) || decision.first;
  return decision;
}

bool OrderPlan::MayBeNew(const OrderRecord& row, std::optional<Id> customer,
                         Decision& decision) const {
  if (!customer) {
    decision.errors.push_back({"/customer_id", "", "a new order needs its customer; add one"});
  }
  if (!row.amount) {
    decision.errors.push_back({"/amount", "", "a new order needs an amount or items; add one"});
  }
  return decision.errors.empty();
}

std::vector<const PlannedOrder*> OrderPlan::Sorted(bool is_new) const {
  std::vector<const PlannedOrder*> found;
  for (const auto& order : orders_) {
    if (order.is_new == is_new && touched_.contains(&order)) found.push_back(&order);
  }
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
    return std::tie(a->customer, a->id) < std::tie(b->customer, b->id);
  });
  return found;
}

std::vector<const PlannedOrder*> OrderPlan::NewOrders() const { return Sorted(true); }

std::vector<const PlannedOrder*> OrderPlan::ChangedOrders() const { return Sorted(false); }

std::vector<RowOutcome> OrderPlan::Outcomes(std::span<const Id> updated) const {
  std::unordered_set<Id, IdHash> changed(updated.begin(), updated.end());
  std::vector<RowOutcome> outcomes;
  outcomes.reserve(decisions_.size());
  for (const auto& decision : decisions_) {
    if (!decision.order) {
      outcomes.push_back({Change::kRefused, Id(), decision.errors});
      continue;
    }
    const auto& order = *decision.order;
    bool differs = decision.differs && (order.is_new || changed.contains(order.id));
    Change change = differs ? Change::kUpdated : Change::kUnchanged;
    if (order.is_new && decision.first) change = Change::kCreated;
    outcomes.push_back({change, order.id, {}});
  }
  return outcomes;
}

}  // namespace tidings::crm
