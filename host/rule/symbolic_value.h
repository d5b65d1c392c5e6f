// What a variable of a Lua rule holds while the rule is evaluated for all customers at once.
//
// A value is concrete (nil, a boolean, a number, a text, a table, a function) or symbolic: it
// stands for what each customer has there. A symbolic value always has a kind; where the kind
// differs from customer to customer (an e-mail or nil), it is Nullable or an Attribute until
// somebody needs to know, and the evaluation forks.
#pragma once

#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "rule/logic.h"
#include "rule/lua_syntax.h"
#include "rule/tree.h"

namespace tidings::rule::symbolic {

class Interpreter;
struct Value;

struct Nil {
  bool operator==(const Nil&) const = default;
};

struct Moment {       // a time that the rule names: a number, the same for all
  Constant constant;  // Time or Ago
  double seconds;
  bool operator==(const Moment&) const = default;
};

struct Truth {  // true or false
  Formula formula;
  bool operator==(const Truth&) const = default;
};

struct Number {
  Expr expr;     // of type kNumber, kInteger or kTime where no arithmetic was done yet, else kReal
  bool integer;  // in Lua's eyes
  // What it can be at most, and what it can be at least where it is not 0; both without sign. Of
  // the doubles that PostgreSQL computes none may overflow or vanish.
  double most, least;
  bool operator==(const Number&) const = default;
};

struct Text {
  Expr expr;
  bool operator==(const Text&) const = default;
};

struct Nullable {  // a text, time or amount, or nil
  Expr expr;
  bool operator==(const Nullable&) const = default;
};

struct Attribute {  // anything that JSON can hold, or nil
  Field field;
  bool operator==(const Attribute&) const = default;
};

struct Slice {  // the first `size` bytes of a text, or the last; fewer where it is shorter
  Expr expr;
  bool front;
  int64_t size;
  int64_t skip = 0;  // of the first: behind so many
  bool operator==(const Slice&) const = default;
};

struct Date {  // the day of a time, as text
  Expr expr;
  bool operator==(const Date&) const = default;
};

struct Something {  // neither nil nor false; what it is, SQL cannot say
  bool operator==(const Something&) const = default;
};

struct Customer {
  bool operator==(const Customer&) const = default;
};
struct Attributes {
  bool operator==(const Attributes&) const = default;
};
struct Tags {
  bool operator==(const Tags&) const = default;
};
struct Orders {
  bool operator==(const Orders&) const = default;
};

// Within a function that chooses orders: one of them, its items, and one of these.
struct Order {
  bool operator==(const Order&) const = default;
};
struct Items {
  bool operator==(const Items&) const = default;
};
struct Item {
  bool operator==(const Item&) const = default;
};

struct Unknown {  // what SQL cannot say
  bool operator==(const Unknown&) const = default;
};

// A table made by the script, while loading or within one call.
struct TableObject;
// A function of the script, with the variables that it captured.
struct Closure;
// A function of the library.
struct Builtin {
  std::string name;  // "string.lower"
  std::function<std::vector<Value>(Interpreter&, std::vector<Value>&)> call;
  bool names_moments = false;  // whether it takes a Moment as such, not as a number
};

struct Value {
  std::variant<Nil, bool, int64_t, double, std::string, TableObject*, Closure*, const Builtin*,
               Moment, Truth, Number, Text, Nullable, Attribute, Slice, Date, Something, Customer,
               Attributes, Tags, Orders, Order, Items, Item, Unknown>
      part;

  bool operator==(const Value&) const = default;
  template <class T>
  const T* As() const {
    return std::get_if<T>(&part);
  }
  bool IsNil() const { return As<Nil>() != nullptr; }
  // A value that every customer shares.
  bool IsConcrete() const { return part.index() <= 8; }
};

using Values = std::vector<Value>;

// Whether a script could never tell one from the other: NaN is the same as itself, 0 is not -0.
inline bool IsSame(const Value& left, const Value& right) {
  auto *a = left.As<double>(), *b = right.As<double>();
  if (a == nullptr || b == nullptr) return left == right;
  return (std::isnan(*a) && std::isnan(*b)) || (*a == *b && std::signbit(*a) == std::signbit(*b));
}

using Key = std::variant<bool, int64_t, double, std::string, const void*>;

// `born` counts what was made; what is older than an exploration must be put back after it.
struct TableObject {
  int64_t born = 0;
  bool frozen = false;
  std::map<Key, std::pair<Value, Value>> members;  // by key; the key as a value, and the value
};

struct Cell {
  int64_t born = 0;
  Value value;
};

struct Closure {
  const lua_syntax::Function* function;
  std::vector<Cell*> captured;
  const std::string* file;
};

}  // namespace tidings::rule::symbolic
