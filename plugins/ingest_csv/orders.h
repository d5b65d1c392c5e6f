// Orders that are made of several lines, held until no more lines can be theirs.
#pragma once

#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "decimal.h"
#include "fingerprint.h"

namespace ingest_csv {

// What one line says about its order.
struct OrderLine {
  uint64_t line = 0;
  std::string_view group;      // the value that makes lines one order
  std::string_view head;       // members of the order's object
  std::string_view item;       // members of the item's object; empty = no item
  std::string_view reference;  // whose order it is: the same on every line
  Fingerprint fingerprint;     // of all cells
  bool priced = false;         // quantity and unit_price are set
  Units quantity = 0, unit_price = 0;
};

enum class Added { kYes, kLate, kDuplicated, kOtherCustomer, kTooLarge };

// Holds orders up to a number of bytes, then closes those that have been quiet longest, a quarter
// of what is held. A line of a closed order is late: the order was handed out without it, so adding
// it would take a second, wrong order.
//
// Memory: `hold` bytes, and 16 to 43 bytes for each order that was ever closed. Not thread-safe.
class Orders {
 public:
  // `json` is the whole object, valid for the call; `line` where the order's first line stood.
  using Emit = std::function<void(uint64_t line, std::string_view json)>;

  void Begin(size_t hold, bool reject_duplicates);
  // Whether Add would take the line.
  Added Judge(const OrderLine& line);
  // Takes a line that Judge has let pass; may close orders, even this one where it alone is larger
  // than `hold`.
  void Add(const OrderLine& line, const Emit& emit);
  void Flush(const Emit& emit);

 private:
  struct Order {
    std::string key, head, items, reference;
    FingerprintSet seen;
    Sum amount;
    bool priced = true;  // every line is: only then the sum is the amount
    uint64_t line = 0;
    size_t bytes = 0;  // as counted in held_
  };
  using List = std::list<Order>;  // the one that was quiet longest first

  List::iterator Open(const OrderLine& line);
  void Account(Order& order);
  void Close(const Emit& emit);

  size_t hold_ = 0, held_ = 0;
  bool reject_duplicates_ = false;
  List orders_;
  std::unordered_map<std::string_view, List::iterator> by_key_;  // keys live in the orders
  FingerprintSet closed_;
  std::string json_;
};

// The whole object of an order.
void AppendOrder(std::string& json, std::string_view head, std::string_view items, bool priced,
                 const Sum& amount);

}  // namespace ingest_csv
