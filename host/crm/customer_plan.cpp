#include "crm/customer_plan.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "base/json.h"

namespace tidings::crm {
namespace {

bool Has(const std::optional<std::string>& value) { return value && !value->empty(); }

// A phone recognises a customer only where there is nothing better.
bool KeyedByPhone(const CustomerRecord& row) {
  return Has(row.phone) && !Has(row.external_id) && !Has(row.email) && !row.id;
}

// Later members win.
void MergeAttributes(std::optional<std::string>& into, const std::string& from) {
  auto merged = ParseJson(into.value_or("{}")), added = ParseJson(from);
  if (!merged || !added) {
    into = from;
    return;
  }
  merged->update(*added);
  into = ToLine(*merged);
}

template <class T>
bool Put(std::optional<T>& into, const std::optional<T>& from) {
  if (!from || into == from) return false;
  into = from;
  return true;
}

// The fields that are no keys; true when something changed.
bool Merge(CustomerRecord& into, const CustomerRecord& row) {
  bool differs = Put(into.name, row.name);
  differs |= Put(into.city, row.city);
  differs |= Put(into.status, row.status);
  differs |= Put(into.tags, row.tags);
  differs |= Put(into.opening_spend, row.opening_spend);
  differs |= Put(into.opening_visit, row.opening_visit);
  differs |= Put(into.opening_last_order_date, row.opening_last_order_date);
  if (!into.created_at) into.created_at = row.created_at;
  if (!row.attributes || into.attributes == row.attributes) return differs;
  if (into.attributes) {
    MergeAttributes(into.attributes, *row.attributes);
  } else {
    into.attributes = row.attributes;
  }
  return true;
}

std::vector<KeyChange> Sorted(std::vector<KeyChange> changes) {
  std::sort(changes.begin(), changes.end(),
            [](const KeyChange& a, const KeyChange& b) { return a.key < b.key; });
  return changes;
}

std::vector<const PlannedCustomer*> SortedById(std::vector<const PlannedCustomer*> customers) {
  std::sort(customers.begin(), customers.end(),
            [](const auto* a, const auto* b) { return a->id < b->id; });
  return customers;
}

}  // namespace

std::vector<Key> CustomerPlan::Keys() const {
  std::vector<Key> keys;
  keys.reserve(rows_.size() * 2);
  for (const auto& row : rows_) {
    if (Has(row.external_id)) keys.push_back({*row.external_id, KeyKind::kExternalId});
    if (Has(row.email)) keys.push_back({*row.email, KeyKind::kEmail});
    if (Has(row.phone) && !Has(row.external_id) && !Has(row.email)) {
      keys.push_back({*row.phone, KeyKind::kPhone});
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::vector<Id> CustomerPlan::Ids() const {
  std::vector<Id> ids;
  for (const auto& row : rows_) {
    if (row.id) ids.push_back(*row.id);
  }
  return ids;
}

void CustomerPlan::KnowCustomer(const Id& id, std::string_view external_id, std::string_view email,
                                std::string_view phone) {
  if (by_id_.contains(id)) return;
  auto& customer = customers_[static_cast<size_t>(Add(id))];
  customer.is_new = false;
  customer.before = {std::string(external_id), std::string(email), std::string(phone)};
  customer.now = customer.before;
}

void CustomerPlan::KnowKey(const Key& key, const Id& id) {
  int owner = by_id_.at(id);
  owners_[key] = {owner, owner};
}

int CustomerPlan::Add(const Id& id) {
  int index = static_cast<int>(customers_.size());
  customers_.push_back({id, true, {}, {}, {}});
  touched_.push_back(false);
  by_id_.emplace(id, index);
  return index;
}

int CustomerPlan::OwnerOf(KeyKind kind, const std::optional<std::string>& value) const {
  if (!Has(value)) return kNobody;
  auto owner = owners_.find(Key{*value, kind});
  return owner == owners_.end() ? kNobody : owner->second.now;
}

void CustomerPlan::Run() {
  owners_.reserve(rows_.size() * 2);
  decisions_.reserve(rows_.size());
  for (const auto& row : rows_) decisions_.push_back(Decide(row));
}

CustomerPlan::Decision CustomerPlan::Decide(const CustomerRecord& row) {
  Decision decision;
  int customer = Recognise(row, decision);
  if (!decision.errors.empty() || !MayHaveKeys(row, customer, decision)) return decision;
  decision.customer = customer != kNobody ? customer : Add(row.id ? *row.id : ids_.Next());
  Apply(row, decision);
  return decision;
}

int CustomerPlan::Recognise(const CustomerRecord& row, Decision& decision) const {
  if (row.id) {
    auto known = by_id_.find(*row.id);
    return known == by_id_.end() ? kNobody : known->second;
  }
  if (KeyedByPhone(row)) return OwnerOf(KeyKind::kPhone, row.phone);
  return RecogniseByKeys(row, decision);
}

int CustomerPlan::RecogniseByKeys(const CustomerRecord& row, Decision& decision) const {
  int by_external_id = OwnerOf(KeyKind::kExternalId, row.external_id);
  int by_email = OwnerOf(KeyKind::kEmail, row.email);
  if (by_external_id != kNobody || by_email == kNobody) return by_external_id;
  const auto& other = customers_[static_cast<size_t>(by_email)].now.external_id;
  if (Has(row.external_id) && !other.empty()) {
    decision.errors.push_back(
        {"/email", *row.email,
         fmt::format("this e-mail address belongs to the customer with external id '{}'; correct "
                     "one of the two",
                     other)});
  }
  return by_email;
}

// As MovePhone will.
bool CustomerPlan::ClaimsPhone(const CustomerRecord& row, int customer) const {
  if (Has(row.external_id) || Has(row.email)) return false;
  if (customer == kNobody) return true;
  const auto& known = customers_[static_cast<size_t>(customer)].now;
  return known.external_id.empty() && known.email.empty() && row.phone != known.phone;
}

// A key that the row claims must be free or the customer's own.
bool CustomerPlan::MayHaveKeys(const CustomerRecord& row, int customer, Decision& decision) const {
  auto check = [&](KeyKind kind, const std::optional<std::string>& value, const char* pointer) {
    int owner = OwnerOf(kind, value);
    if (owner == kNobody || owner == customer) return;
    decision.errors.push_back(
        {pointer, *value,
         fmt::format("this belongs to another customer, {}; correct it or change that one first",
                     customers_[static_cast<size_t>(owner)].id.ToString())});
  };
  check(KeyKind::kExternalId, row.external_id, "/external_id");
  check(KeyKind::kEmail, row.email, "/email");
  if (ClaimsPhone(row, customer)) check(KeyKind::kPhone, row.phone, "/phone");
  return decision.errors.empty();
}

void CustomerPlan::Apply(const CustomerRecord& row, Decision& decision) {
  int index = decision.customer;
  auto& customer = customers_[static_cast<size_t>(index)];
  bool differs = !touched_[static_cast<size_t>(index)];
  touched_[static_cast<size_t>(index)] = true;
  if (MoveKey(index, KeyKind::kExternalId, row.external_id, &PlannedCustomer::Keys::external_id)) {
    customer.record.external_id = row.external_id;
    differs = true;
  }
  if (MoveKey(index, KeyKind::kEmail, row.email, &PlannedCustomer::Keys::email)) {
    customer.record.email = row.email;
    differs = true;
  }
  if (row.phone && *row.phone != customer.now.phone) {
    MovePhone(index, row.phone);
    customer.record.phone = row.phone;
    differs = true;
  }
  if (Merge(customer.record, row)) differs = true;
  decision.differs = differs;
}

// True when the customer has another key of this kind than before.
bool CustomerPlan::MoveKey(int index, KeyKind kind, const std::optional<std::string>& wanted,
                           std::string PlannedCustomer::Keys::*current) {
  auto& value = customers_[static_cast<size_t>(index)].now.*current;
  if (!wanted || *wanted == value) return false;
  if (!value.empty()) Release(index, kind, value, true);
  value = *wanted;
  if (!value.empty()) Claim(index, kind, *wanted);
  return true;
}

void CustomerPlan::MovePhone(int index, const std::optional<std::string>& wanted) {
  auto& customer = customers_[static_cast<size_t>(index)].now;
  if (!customer.phone.empty()) Release(index, KeyKind::kPhone, customer.phone, false);
  customer.phone = *wanted;
  bool only_phone = customer.external_id.empty() && customer.email.empty();
  if (only_phone && !wanted->empty()) Claim(index, KeyKind::kPhone, *wanted);
}

// What this batch has not asked the database for must have been the customer's.
void CustomerPlan::Release(int index, KeyKind kind, std::string_view value, bool certain) {
  auto owner = owners_.find(Key{value, kind});
  if (owner == owners_.end()) {
    bool existed = !customers_[static_cast<size_t>(index)].is_new;
    if (!existed) return;
    owners_[Key{Kept(value), kind}] = {index, kNobody, certain};
  } else if (owner->second.now == index) {
    owner->second.now = kNobody;
  }
}

void CustomerPlan::Claim(int index, KeyKind kind, std::string_view value) {
  owners_[Key{value, kind}].now = index;
}

std::string_view CustomerPlan::Kept(std::string_view text) { return kept_.emplace_back(text); }

std::vector<const PlannedCustomer*> CustomerPlan::NewCustomers() const {
  std::vector<const PlannedCustomer*> found;
  for (const auto& customer : customers_) {
    if (customer.is_new) found.push_back(&customer);
  }
  return SortedById(std::move(found));
}

std::vector<const PlannedCustomer*> CustomerPlan::ChangedCustomers() const {
  std::vector<const PlannedCustomer*> found;
  for (size_t i = 0; i < customers_.size(); ++i) {
    if (!customers_[i].is_new && touched_[i]) found.push_back(&customers_[i]);
  }
  return SortedById(std::move(found));
}

std::vector<KeyChange> CustomerPlan::Removals() const {
  std::vector<KeyChange> removals;
  for (const auto& [key, owner] : owners_) {
    if (owner.before == kNobody || owner.before == owner.now) continue;
    removals.push_back({key, customers_[static_cast<size_t>(owner.before)].id, owner.certain});
  }
  return Sorted(std::move(removals));
}

std::vector<KeyChange> CustomerPlan::Claims() const {
  std::vector<KeyChange> claims;
  for (const auto& [key, owner] : owners_) {
    if (owner.now == kNobody || owner.before == owner.now) continue;
    claims.push_back({key, customers_[static_cast<size_t>(owner.now)].id, true});
  }
  return Sorted(std::move(claims));
}

std::vector<RowOutcome> CustomerPlan::Outcomes(std::span<const Id> updated) const {
  std::unordered_set<Id, IdHash> changed(updated.begin(), updated.end());
  std::vector<bool> created(customers_.size());
  std::vector<RowOutcome> outcomes;
  outcomes.reserve(decisions_.size());
  for (const auto& decision : decisions_) {
    if (decision.customer == kNobody) {
      outcomes.push_back({Change::kRefused, Id(), decision.errors});
      continue;
    }
    auto index = static_cast<size_t>(decision.customer);
    const auto& customer = customers_[index];
    bool first = customer.is_new && !created[index];
    if (first) created[index] = true;
    bool differs = decision.differs && (customer.is_new || changed.contains(customer.id));
    Change change = first ? Change::kCreated : differs ? Change::kUpdated : Change::kUnchanged;
    outcomes.push_back({change, customer.id, {}});
  }
  return outcomes;
}

}  // namespace tidings::crm
