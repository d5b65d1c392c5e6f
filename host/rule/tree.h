// The tree of a rule: what every frontend makes and every backend reads.
//
// It is plain data, without pointers into the authored text. Negative operators do not exist in it:
// "not in" is `in` under `negated`, because every negation is the exact opposite, missing values
// included. Times stay relative until a backend is given `now`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "lua/row.h"
#include "rule/decimal.h"

namespace tidings::rule {

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
};

enum class Type { kText, kNumber, kTime, kTags, kAttribute };

struct Field {
  Column column;
  std::string attribute;  // of kAttribute: the member's name

  Type type() const;
  std::string Name() const;  // "total_spend", "attributes.plan"
  bool operator==(const Field&) const = default;
};

// A span back from `now`. Months and years follow the calendar (31 March less a month is the last
// of February); the rest are fixed lengths.
struct Ago {
  enum class Unit { kMinutes, kHours, kDays, kWeeks, kMonths, kYears };
  double count;  // whole for months and years
  Unit unit;

  Time Before(Time now) const;
  bool operator==(const Ago&) const = default;
};

// A whole day in UTC. "After it" begins with the next one, "before it" ends as it begins.
struct Day {
  Time start;
  bool operator==(const Day&) const = default;
};

// A constant. Its kind fits the field: text for text and tags, Decimal for numbers, Time, Day or
// Ago for times; text, Decimal or bool for attributes.
using Constant = std::variant<bool, Decimal, std::string, Time, Day, Ago>;

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
  kIsNull,      // no constant; an empty text or list is null too
};

// A field against constants. False where the field is missing (and so true under `negated`).
// Text compares by bytes, case counts.
struct Comparison {
  Field field;
  Op op;
  std::vector<Constant> constants;
  bool operator==(const Comparison&) const = default;
};

struct Node;

// All or any of the members. An empty `all` is true for everybody, an empty `any` for nobody.
struct Group {
  bool any = false;
  std::vector<Node> nodes;
  bool operator==(const Group&) const = default;
};

struct Node {
  bool negated = false;
  std::variant<Comparison, Group> part;
  bool operator==(const Node&) const = default;
};

inline constexpr int kMaxDepth = 30;         // groups within groups
inline constexpr int kMaxComparisons = 500;  // in one rule
inline constexpr int kMaxListLength = 1000;  // constants of one `in`

// Whether the rule holds for one customer (a row of lua::CustomerRow()). Agrees with the SQL of
// sql.h for every customer. Never fails: what cannot be compared is false.
bool Evaluate(const Node& node, const lua::Row& row, Time now);

}  // namespace tidings::rule
