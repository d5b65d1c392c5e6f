// The tree of a rule: what every frontend makes and every backend reads.
//
// It is plain data, without pointers into the authored text, and two-valued: a Node holds for a
// customer or it does not. Negative operators do not exist in it: "not in" is `in` under `negated`,
// because every negation is the exact opposite, missing values included. Times stay relative until
// a backend is given `now`.
//
//   Node        a Test or a Group, perhaps negated
//   Test        a Comparison (a value against constants, exactly) or a Relation (two values)
//   Expr        a value of the row: a constant, a field, an aggregate over orders, or a call
//
// Two ways of counting live side by side. A Comparison is exact: amounts are decimals, times are
// microseconds. A Relation counts as Lua does, in 64-bit integers and doubles, and is the same to
// the last bit in memory and in PostgreSQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "lua/row.h"
#include "rule/decimal.h"
#include "rule/part.h"

namespace tidings::rule {

// Of the customer; the last five are of one order, and stand only inside an Aggregate.
enum class Column {
  kExternalId,
  kName,
  kEmail,
  kPhone,
  kCity,
  kStatus,
  kTotalSpend,
  kVisit,
  kOrderCount,
  kLastOrderDate,
  kCreatedAt,
  kTags,       // a list of texts
  kAttribute,  // one member of the customer's attributes; its type is that of the value compared
               // with
  kOrderAmount,
  kOrderStatus,
  kOrderDate,
  kOrderItem,  // the names of its items: a comparison holds if it holds for one of them
  kOrderSku,   // their SKUs, likewise
};

// kNumber is an exact decimal, kReal a double. kItems is text of several items.
enum class Type { kText, kNumber, kInteger, kReal, kTime, kTags, kAttribute, kItems };

struct Field {
  Column column;
  std::string attribute;  // of kAttribute: the member's name

  Type type() const;
  std::string Name() const;  // "total_spend", "attributes.plan"
  auto operator<=>(const Field&) const = default;
};

// A span back from `now`.
struct Ago {
  using Unit = TimeUnit;
  double count;
  Unit unit;

  Time Before(Time now) const { return tidings::Before(now, count, unit); }
  auto operator<=>(const Ago&) const = default;
};

// A whole day in UTC. "After it" begins with the next one, "before it" ends as it begins.
struct Day {
  Time start;
  auto operator<=>(const Day&) const = default;
};

// A constant. Its kind fits what it is compared with: text for text and tags, Decimal for exact
// numbers, Time, Day or Ago for times; text, Decimal or bool for attributes; int64_t and double in
// a Relation only.
using Constant = std::variant<bool, Decimal, std::string, Time, Day, Ago, int64_t, double>;

struct Expr;

struct Node {
  bool negated = false;
  Part part;

  template <class T>
  const T* As() const;  // a Comparison, Relation or Group; null where it is another one
  bool operator==(const Node&) const = default;
};

// One value from a customer's orders, of those for which all of `where` holds. Sums and counts of
// none are 0, the rest are missing then.
struct Aggregate {
  enum class Function { kCount, kSum, kLeast, kMost };
  Function function = Function::kCount;
  Column of = Column::kOrderAmount;  // or kOrderDate, with kLeast and kMost; nothing to kCount
  std::vector<Node> where;           // over the fields of an order

  Type type() const;
  bool operator==(const Aggregate&) const = default;
};

// A value worked out from others.
struct Call {
  enum class Function {
    kLower,   // of text: ASCII letters only, as Lua's C locale has it
    kUpper,   // likewise
    kLength,  // of text: bytes; of tags: members. An integer
    kReal,    // of a number, integer or time (seconds since 1970): the double that scripts see
    kAdd,     // of doubles, like the rest. Whoever makes the tree sees to it that none overflows
    kSubtract,
    kMultiply,
    kDivide,  // missing where the divisor is 0
    kFloor,
  };
  Function function;
  std::vector<Expr> arguments;  // one or two
  bool operator==(const Call&) const = default;
};

struct Expr {
  std::variant<Field, Aggregate, Call, Constant> part;

  Type type() const;
  bool operator==(const Expr&) const = default;
};

enum class Op {
  kEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kContains,    // text: as a part; tags: as one of them
  kBeginsWith,  // text only
  kEndsWith,    // text only
  kIn,          // any number of constants
  kBetween,     // two constants, both inclusive
  kIsMissing,   // no constant: nothing there, or an empty text or list
  kIsNil,       // no constant: nothing there
  kMatches,     // text only: a pattern of Lua that lua::Pattern::ToRegex can say
  kIsNumber,    // attributes only, no constant: of this kind
  kIsText,      // likewise
};

// A value against constants, exactly. False where the value is missing (and so true under
// `negated`). Text compares by bytes, case counts. The subject is a field, an aggregate, or kLower,
// kUpper or kLength of a field.
struct Comparison {
  Expr subject;
  Op op;
  std::vector<Constant> constants;
  bool operator==(const Comparison&) const = default;
};

// Two values of a row: both text, or both doubles (neither NaN). `op` is one of the first five.
// False where one is missing.
struct Relation {
  Expr left;
  Op op;
  Expr right;
  bool operator==(const Relation&) const = default;
};

// All or any of the members. An empty `all` is true for everybody, an empty `any` for nobody.
struct Group {
  bool any = false;
  std::vector<Node> nodes;
  bool operator==(const Group&) const = default;
};

template <class T>
const T* Node::As() const {
  return std::get_if<T>(&part.any());
}

inline constexpr int kMaxDepth = 30;         // groups within groups
inline constexpr int kMaxComparisons = 500;  // in one rule
inline constexpr int kMaxListLength = 1000;  // constants of one `in`
// Of the doubles in a Relation none overflows or vanishes, for which PostgreSQL would raise an
// error: this many calculations with constants of at most 1e30 (and of at least 1e-30, or 0) stay
// between 1e-300 and 1e300.
inline constexpr int kMaxCalculations = 8;
inline constexpr double kMostReal = 1e30;

int CalculationsIn(const Expr& expr);
bool IsFitReal(double constant);

// "some order has": the count of the orders for which `where` holds is over 0.
Comparison SomeOrder(Node where);
bool IsSomeOrder(const Comparison& comparison);

// Whether anything in the tree looks at orders.
bool UsesOrders(const Node& node);

// Whether the rule holds for one customer (a row of lua::CustomerRow()). Agrees with the SQL of
// sql.h for every customer. Never fails: what cannot be compared is false.
bool Evaluate(const Node& node, const lua::Row& row, Time now);

}  // namespace tidings::rule
