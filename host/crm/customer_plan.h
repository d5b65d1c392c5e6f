// Which row of a batch is which customer, and what becomes of the keys. No database here: what it
// needs to know it asks for and is told, so that the rules can be tested alone.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
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

// The last bytes of an id are random, of every version in use.
struct IdHash {
  size_t operator()(const Id& id) const {
    size_t hash = 0;
    std::memcpy(&hash, id.bytes.data() + id.bytes.size() - sizeof hash, sizeof hash);
    return hash;
  }
};

// A customer that rows of the batch are about, or may be.
struct PlannedCustomer {
  struct Keys {
    std::string_view external_id, email, phone;  // "" is none
  };

  Id id;
  bool is_new = true;
  Keys before, now;                        // in the database; after the rows so far
  int place = -1;                          // of an existing one: as it was told
  const CustomerRecord* row = nullptr;     // the first about it; null: none was
  std::unique_ptr<CustomerRecord> merged;  // all of them, where there are several

  // What the rows say, apart from the keys.
  const CustomerRecord& record() const { return merged ? *merged : *row; }
  bool Moves() const;  // whether a key or the phone changes
};

struct KeyChange {
  Key key;
  Id id;                // of the customer that has it before (a removal) or after (a claim)
  bool certain = true;  // false: a removal of what may not be there
};

// One batch. Ask for FirstKeys, Ids and then SecondKeys, look them up, tell what was found, then
// Run once, then read. Borrows the rows and all texts that it is told. Not thread-safe.
class CustomerPlan {
 public:
  CustomerPlan(std::span<const CustomerRecord> rows, IdSource& ids);

  const Key& key(int index) const { return keys_[static_cast<size_t>(index)]; }
  std::vector<int> FirstKeys();   // indexes of keys by which rows are recognised; rising
  std::vector<int> SecondKeys();  // those that the answers so far leave open; rising
  std::vector<Id> Ids() const;    // given explicitly

  // An existing customer; the same one may be told again. `place` is for the caller's own use.
  void KnowCustomer(const Id& id, const PlannedCustomer::Keys& keys, int place = -1);
  void KnowKey(int index, const Id& id);
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

  // Indexes into keys_; kNobody where the row has none.
  struct RowKeys {
    int external_id = kNobody, email = kNobody, phone = kNobody;
  };
  struct Owner {
    int before = kNobody, now = kNobody;  // indexes into customers_
    bool asked = false;
  };
  struct Decision {
    int customer = kNobody;  // kNobody: refused
    bool differs = false;    // whether it says something new about the customer
  };

  Owner& owner(int key) { return owners_[static_cast<size_t>(key)]; }
  int OwnerOf(int key) const { return key < 0 ? kNobody : owners_[static_cast<size_t>(key)].now; }
  PlannedCustomer& customer(int index) { return customers_[static_cast<size_t>(index)]; }
  const PlannedCustomer& customer(int index) const {
    return customers_[static_cast<size_t>(index)];
  }

  void Collect();
  bool InferEmail(const CustomerRecord& row, const RowKeys& keys);
  void Decide(size_t row);
  int Recognise(const CustomerRecord& row, const RowKeys& keys,
                std::vector<FieldError>& errors) const;
  void CheckKeys(const CustomerRecord& row, const RowKeys& keys, int customer,
                 std::vector<FieldError>& errors) const;
  bool ClaimsPhone(const CustomerRecord& row, int customer) const;
  int Add(const Id& id);
  bool Apply(const CustomerRecord& row, const RowKeys& keys, int customer);
  bool MoveKey(int customer, KeyKind kind, int key, const std::optional<std::string>& wanted,
               std::string_view PlannedCustomer::Keys::*current);
  void MovePhone(int customer, int key, std::string_view wanted);
  void Release(int customer, const Key& key);

  const std::span<const CustomerRecord> rows_;
  IdSource& ids_;
  std::vector<Key> keys_;                      // sorted, each once
  std::vector<Owner> owners_;                  // of keys_
  std::vector<RowKeys> row_keys_;              // of rows_
  std::vector<std::pair<Key, int>> released_;  // keys that no row has, and by whom
  std::deque<PlannedCustomer> customers_;
  std::unordered_map<Id, int, IdHash> by_id_;  // those that were told, and new ones with a given id
  std::vector<Decision> decisions_;            // of rows_
  std::map<size_t, std::vector<FieldError>> refusals_;  // by row
};

}  // namespace tidings::crm
