// What a Node of the tree says.
//
// It is made once and never changes, and the copies of a Node share it: a copy costs next to
// nothing, and two parts are mostly told apart, or found to be the same, at a glance. That is what
// the frontend for Lua lives on, which puts conditions together by the thousand.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>

namespace tidings::rule {

struct Comparison;
struct Relation;
struct Group;

// A value; safe to share between threads. A moved-from one may only be assigned to or destroyed.
class Part {
 public:
  using Any = std::variant<Comparison, Relation, Group>;

  Part();                       // an empty `all`
  Part(Comparison comparison);  // NOLINT(google-explicit-constructor): a part is one of these
  Part(Relation relation);      // NOLINT(google-explicit-constructor)
  Part(Group group);            // NOLINT(google-explicit-constructor)

  const Any& any() const;

  // The tests in it, counted.
  int tests() const { return shared_->tests; }

  // A bit for each field and each choice of orders that it looks at; some share one. Tests without
  // a bit in common say nothing of each other.
  uint64_t leaves() const { return shared_->leaves; }

  // Different parts nearly always have different ones.
  uint64_t print() const { return shared_->print; }

  bool operator==(const Part& other) const {
    if (shared_ == other.shared_) return true;
    return print() == other.print() && IsSameAs(other);
  }

 private:
  struct Facts {
    int tests;
    uint64_t leaves, print;
  };
  struct Shared;  // the facts, and what they are about

  bool IsSameAs(const Part& other) const;

  std::shared_ptr<const Facts> shared_;
};

}  // namespace tidings::rule
