// Which row of a batch is which customer, and what becomes of the keys. No database here: what it
// knows is asked for and told, so that the rules can be tested alone.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "crm/customer_record.h"
#include "crm/outcome.h"

namespace tidings::crm {

enum class KeyKind : int16_t { kExternalId = 1, kEmail = 2, kPhone = 3 };

// A borrowed natural key, ordered as the table customer_keys orders it.
struct Key {
  std::string_view value;
  KeyKind kind;
  auto operator<=>(const Key&) const = default;
};

struct KeyHash {
  size_t operator()(const Key& key) const {
    return std::hash<std::string_view>()(key.value) * 31 + static_cast<size_t>(key.kind);
  }
};

struct IdHash {
  size_t operator()(const Id& id) const {
    return std::hash<std::string_view>()(
        std::string_view(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()));
  }
};

// A customer that rows of the batch are about.
struct PlannedCustomer {
  Id id;
  bool is_new = true;
  CustomerRecord record;  // all its rows, merged; a key only where it changes
  struct Keys {
    std::string external_id, email, phone;  // "" is none
  };
  Keys before, now;
};

struct KeyChange {
  Key key;
  Id id;                // of the customer that has it before (a removal) or after (a claim)
  bool certain = true;  // false: a removal of what may not be there
};

// One batch. Call Keys and Ids, look them up, tell what was found, then Run once, then read.
// Borrows the rows. Not thread-safe.
class CustomerPlan {
 public:
  CustomerPlan(std::span<const CustomerRecord> rows, IdSource& ids) : rows_(rows), ids_(ids) {}

  std::vector<Key> Keys() const;  // by which rows are recognised; sorted, each once
  std::vector<Id> Ids() const;    // given explicitly

  // An existing customer; the same one may be told again.
  void KnowCustomer(const Id& id, std::string_view external_id, std::string_view email,
                    std::string_view phone);
  void KnowKey(const Key& key, const Id& id);

  bool Knows(const Id& id) const { return by_id_.contains(id); }

  // Goes through the rows in order. A row is refused as a whole or taken as a whole.
  void Run();

  const std::deque<PlannedCustomer>& customers() const { return customers_; }
  std::vector<const PlannedCustomer*> NewCustomers() const;      // by rising id
  std::vector<const PlannedCustomer*> ChangedCustomers() const;  // those that rows touched, by id
  std::vector<KeyChange> Removals() const;                       // sorted by key
  std::vector<KeyChange> Claims() const;                         // sorted by key
  // `updated`: the existing customers whose rows in the database differ now.
  std::vector<RowOutcome> Outcomes(std::span<const Id> updated) const;

 private:
  static constexpr int kNobody = -1;

  struct Owner {
    int before = kNobody, now = kNobody;  // indexes into customers_
    bool certain = true;                  // whether `before` was read from the database
  };
  struct Decision {
    int customer = kNobody;
    bool differs = false;  // whether it says something new about the customer
    std::vector<FieldError> errors;
  };

  int OwnerOf(KeyKind kind, const std::optional<std::string>& value) const;
  Decision Decide(const CustomerRecord& row);
  int Recognise(const CustomerRecord& row, Decision& decision) const;
  int RecogniseByKeys(const CustomerRecord& row, Decision& decision) const;
  bool ClaimsPhone(const CustomerRecord& row, int customer) const;
  bool MayHaveKeys(const CustomerRecord& row, int customer, Decision& decision) const;
  int Add(const Id& id);
  void Apply(const CustomerRecord& row, Decision& decision);
  bool MoveKey(int customer, KeyKind kind, const std::optional<std::string>& wanted,
               std::string PlannedCustomer::Keys::*current);
  void MovePhone(int customer, const std::optional<std::string>& wanted);
  void Release(int customer, KeyKind kind, std::string_view value, bool certain);
  void Claim(int customer, KeyKind kind, std::string_view value);
  std::string_view Kept(std::string_view text);

  std::span<const CustomerRecord> rows_;
  IdSource& ids_;
  std::deque<PlannedCustomer> customers_;
  std::vector<bool> touched_;  // of customers_
  std::unordered_map<Id, int, IdHash> by_id_;
  std::unordered_map<Key, Owner, KeyHash> owners_;
  std::deque<std::string> kept_;  // key texts that stand in no row
  std::vector<Decision> decisions_;
};

}  // namespace tidings::crm
