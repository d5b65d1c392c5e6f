#include "crm/customer_plan.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "base/json.h"

namespace tidings::crm {
namespace {

bool Has(const std::optional<std::string>& value) { return value && !value->empty(); }

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

std::vector<const PlannedCustomer*> SortedById(std::vector<const PlannedCustomer*> customers) {
  auto by_id = [](const auto* a, const auto* b) { return a->id < b->id; };
  if (!std::is_sorted(customers.begin(), customers.end(), by_id)) {
    std::sort(customers.begin(), customers.end(), by_id);
  }
  return customers;
}

}  // namespace

bool PlannedCustomer::Moves() const {
  return now.external_id != before.external_id || now.email != before.email ||
         now.phone != before.phone;
}

CustomerPlan::CustomerPlan(std::span<const CustomerRecord> rows, IdSource& ids)
    : rows_(rows), ids_(ids), row_keys_(rows.size()) {
  Collect();
}

// A phone recognises a customer only where there is nothing better.
void CustomerPlan::Collect() {
  struct Place {
    Key key;
    int* index;  // in row_keys_
  };
  std::vector<Place> places;
  places.reserve(rows_.size() * 2);
  for (size_t i = 0; i < rows_.size(); ++i) {
    const auto& row = rows_[i];
    auto& at = row_keys_[i];
    bool external_id = Has(row.external_id), email = Has(row.email);
    if (external_id) places.push_back({{*row.external_id, KeyKind::kExternalId}, &at.external_id});
    if (email) places.push_back({{*row.email, KeyKind::kEmail}, &at.email});
    if (Has(row.phone) && !external_id && !email) {
      places.push_back({{*row.phone, KeyKind::kPhone}, &at.phone});
    }
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.key < b.key; });
  for (const Place& place : places) {
    if (keys_.empty() || keys_.back() != place.key) keys_.push_back(place.key);
    *place.index = static_cast<int>(keys_.size()) - 1;
  }
  owners_.resize(keys_.size());
}

std::vector<int> CustomerPlan::FirstKeys() {
  for (size_t i = 0; i < rows_.size(); ++i) {
    const auto& keys = row_keys_[i];
    bool all = rows_[i].id.has_value();
    if (keys.external_id >= 0) owner(keys.external_id).asked = true;
    if (keys.email >= 0 && (all || keys.external_id < 0)) owner(keys.email).asked = true;
    if (keys.phone >= 0) owner(keys.phone).asked = true;
  }
  std::vector<int> first;
  for (size_t i = 0; i < owners_.size(); ++i) {
    if (owners_[i].asked) first.push_back(static_cast<int>(i));
  }
  return first;
}

std::vector<int> CustomerPlan::SecondKeys() {
  std::vector<int> second;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const auto& keys = row_keys_[i];
    if (keys.email < 0 || owner(keys.email).asked || InferEmail(rows_[i], keys)) continue;
    owner(keys.email).asked = true;
    second.push_back(keys.email);
  }
  std::sort(second.begin(), second.end());
  return second;
}

// The customer with this external id has this very e-mail, so it has the key, too.
bool CustomerPlan::InferEmail(const CustomerRecord& row, const RowKeys& keys) {
  int known = OwnerOf(keys.external_id);
  if (known == kNobody || customer(known).before.email != *row.email) return false;
  owner(keys.email) = {known, known, true};
  return true;
}

std::vector<Id> CustomerPlan::Ids() const {
  std::vector<Id> ids;
  for (const auto& row : rows_) {
    if (row.id) ids.push_back(*row.id);
  }
  return ids;
}

void CustomerPlan::KnowCustomer(const Id& id, const PlannedCustomer::Keys& keys, int place) {
  if (by_id_.empty()) by_id_.reserve(rows_.size());
  auto [known, added] = by_id_.try_emplace(id, static_cast<int>(customers_.size()));
  if (!added) return;
  auto& told = customer(Add(id));
  told.is_new = false;
  told.place = place;
  told.before = told.now = keys;
}

void CustomerPlan::KnowKey(int index, const Id& id) {
  int known = by_id_.at(id);
  owner(index) = {known, known, true};
}

int CustomerPlan::Add(const Id& id) {
  customers_.emplace_back().id = id;
  return static_cast<int>(customers_.size()) - 1;
}

void CustomerPlan::Run() {
  decisions_.resize(rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) Decide(i);
}

void CustomerPlan::Decide(size_t index) {
  const auto& row = rows_[index];
  const auto& keys = row_keys_[index];
  std::vector<FieldError> errors;
  int found = Recognise(row, keys, errors);
  if (errors.empty()) CheckKeys(row, keys, found, errors);
  if (!errors.empty()) {
    refusals_[index] = std::move(errors);
    return;
  }
  if (found == kNobody) {
    found = Add(row.id ? *row.id : ids_.Next());
    if (row.id) by_id_[*row.id] = found;
  }
  bool differs = Apply(row, keys, found);
  decisions_[index] = {found, differs};
}

int CustomerPlan::Recognise(const CustomerRecord& row, const RowKeys& keys,
                            std::vector<FieldError>& errors) const {
  if (row.id) {
    auto known = by_id_.find(*row.id);
    return known == by_id_.end() ? kNobody : known->second;
  }
  if (keys.phone >= 0) return OwnerOf(keys.phone);
  int by_external_id = OwnerOf(keys.external_id), by_email = OwnerOf(keys.email);
  if (by_external_id != kNobody || by_email == kNobody) return by_external_id;
  auto other = customer(by_email).now.external_id;
  if (keys.external_id >= 0 && !other.empty()) {
    errors.push_back({"/email", *row.email,
                      fmt::format("this e-mail address belongs to the customer with external id "
                                  "'{}'; correct one of the two",
                                  other)});
  }
  return by_email;
}

// A key that the row claims must be free or the customer's own.
void CustomerPlan::CheckKeys(const CustomerRecord& row, const RowKeys& keys, int found,
                             std::vector<FieldError>& errors) const {
  auto check = [&](int key, const std::optional<std::string>& value, const char* pointer) {
    int holder = OwnerOf(key);
    if (holder == kNobody || holder == found) return;
    errors.push_back(
        {pointer, *value,
         fmt::format("this belongs to another customer, {}; correct it or change that one first",
                     customer(holder).id.ToString())});
  };
  check(keys.external_id, row.external_id, "/external_id");
  check(keys.email, row.email, "/email");
  if (keys.phone >= 0 && ClaimsPhone(row, found)) check(keys.phone, row.phone, "/phone");
}

// As MovePhone will.
bool CustomerPlan::ClaimsPhone(const CustomerRecord& row, int found) const {
  if (found == kNobody) return true;
  const auto& now = customer(found).now;
  return now.external_id.empty() && now.email.empty() && row.phone != now.phone;
}

// True when the row says something new.
bool CustomerPlan::Apply(const CustomerRecord& row, const RowKeys& keys, int index) {
  using Keys = PlannedCustomer::Keys;
  bool differs =
      MoveKey(index, KeyKind::kExternalId, keys.external_id, row.external_id, &Keys::external_id);
  differs |= MoveKey(index, KeyKind::kEmail, keys.email, row.email, &Keys::email);
  if (row.phone && *row.phone != customer(index).now.phone) {
    MovePhone(index, keys.phone, *row.phone);
    differs = true;
  }
  auto& planned = customer(index);
  if (!planned.row) {
    planned.row = &row;
    return true;
  }
  if (!planned.merged) planned.merged = std::make_unique<CustomerRecord>(*planned.row);
  return Merge(*planned.merged, row) || differs;
}

// True when the customer has another key of this kind than before.
bool CustomerPlan::MoveKey(int index, KeyKind kind, int key,
                           const std::optional<std::string>& wanted,
                           std::string_view PlannedCustomer::Keys::*current) {
  auto& value = customer(index).now.*current;
  if (!wanted || *wanted == value) return false;
  if (!value.empty()) Release(index, {value, kind});
  value = *wanted;
  if (key >= 0) owner(key).now = index;
  return true;
}

void CustomerPlan::MovePhone(int index, int key, std::string_view wanted) {
  auto& now = customer(index).now;
  if (!now.phone.empty()) Release(index, {now.phone, KeyKind::kPhone});
  now.phone = wanted;
  bool only_phone = now.external_id.empty() && now.email.empty();
  if (only_phone && key >= 0) owner(key).now = index;
}

// A key that no row has was not looked up: an external id or e-mail was the customer's, a phone may
// have been.
void CustomerPlan::Release(int index, const Key& key) {
  auto found = std::lower_bound(keys_.begin(), keys_.end(), key);
  if (found == keys_.end() || *found != key) {
    released_.emplace_back(key, index);
    return;
  }
  auto& held = owner(static_cast<int>(found - keys_.begin()));
  if (held.now == index) held.now = kNobody;
}

std::vector<const PlannedCustomer*> CustomerPlan::NewCustomers() const {
  std::vector<const PlannedCustomer*> found;
  for (const auto& planned : customers_) {
    if (planned.is_new) found.push_back(&planned);
  }
  return SortedById(std::move(found));
}

std::vector<const PlannedCustomer*> CustomerPlan::ChangedCustomers() const {
  std::vector<const PlannedCustomer*> found;
  for (const auto& planned : customers_) {
    if (!planned.is_new && planned.row) found.push_back(&planned);
  }
  return SortedById(std::move(found));
}

std::vector<KeyChange> CustomerPlan::Removals() const {
  std::vector<KeyChange> removals;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const auto& held = owners_[i];
    if (held.before == kNobody || held.before == held.now) continue;
    removals.push_back({keys_[i], customer(held.before).id, true});
  }
  for (const auto& [key, index] : released_) {
    removals.push_back({key, customer(index).id, key.kind != KeyKind::kPhone});
  }
  std::sort(removals.begin(), removals.end(),
            [](const KeyChange& a, const KeyChange& b) { return a.key < b.key; });
  return removals;
}

std::vector<KeyChange> CustomerPlan::Claims() const {
  std::vector<KeyChange> claims;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const auto& held = owners_[i];
    if (held.now == kNobody || held.before == held.now) continue;
    claims.push_back({keys_[i], customer(held.now).id, true});
  }
  return claims;
}

std::vector<RowOutcome> CustomerPlan::Outcomes(std::span<const Id> updated) const {
  std::unordered_set<Id, IdHash> changed(updated.begin(), updated.end());
  std::vector<bool> created(customers_.size());
  std::vector<RowOutcome> outcomes(rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    auto [index, differs] = decisions_[i];
    if (index == kNobody) {
      outcomes[i].errors = refusals_.at(i);
      continue;
    }
    const auto& planned = customer(index);
    bool first = planned.is_new && !created[static_cast<size_t>(index)];
    if (first) created[static_cast<size_t>(index)] = true;
    bool is_updated = differs && (planned.is_new || changed.contains(planned.id));
    outcomes[i].id = planned.id;
    outcomes[i].change = first        ? Change::kCreated
                         : is_updated ? Change::kUpdated
                                      : Change::kUnchanged;
  }
  return outcomes;
}

}  // namespace tidings::crm
