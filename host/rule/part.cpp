#include "rule/part.h"

#include <functional>

#include "rule/tree.h"

namespace tidings::rule {
namespace {

class Print {
 public:
  template <class T>
  void Mix(const T& value) {
    constexpr uint64_t kFactor = 0x9E3779B97F4A7C15;
    value_ = (value_ ^ std::hash<T>()(value)) * kFactor;
    value_ ^= value_ >> 32;
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0;
};

void MixIn(Print& print, const Expr& expr);

void MixIn(Print& print, const Field& field) {
  print.Mix(static_cast<int>(field.column));
  print.Mix(field.attribute);
}

void MixIn(Print& print, const std::vector<Node>& nodes) {
  for (const Node& node : nodes) {
    print.Mix(node.negated);
    print.Mix(node.part.print());
  }
}

void MixIn(Print& print, const Aggregate& aggregate) {
  print.Mix(static_cast<int>(aggregate.function));
  print.Mix(static_cast<int>(aggregate.of));
  MixIn(print, aggregate.where);
}

void MixIn(Print& print, const Call& call) {
  print.Mix(static_cast<int>(call.function));
  for (const Expr& argument : call.arguments) MixIn(print, argument);
}

void MixIn(Print& print, const Constant& constant) {
  if (auto* text = std::get_if<std::string>(&constant)) return print.Mix(*text);
  if (auto* number = std::get_if<Decimal>(&constant)) return print.Mix(number->digits());
  if (auto* time = std::get_if<Time>(&constant)) return print.Mix(time->time_since_epoch().count());
  if (auto* day = std::get_if<Day>(&constant)) {
    return print.Mix(day->start.time_since_epoch().count());
  }
  if (auto* ago = std::get_if<Ago>(&constant)) return print.Mix(ago->count);
  if (auto* integer = std::get_if<int64_t>(&constant)) return print.Mix(*integer);
  if (auto* real = std::get_if<double>(&constant)) return print.Mix(*real);
  print.Mix(std::get<bool>(constant));
}

void MixIn(Print& print, const Expr& expr) {
  print.Mix(expr.part.index());
  std::visit([&](const auto& part) { MixIn(print, part); }, expr.part);
}

void MixIn(Print& print, const Comparison& comparison) {
  MixIn(print, comparison.subject);
  print.Mix(static_cast<int>(comparison.op));
  for (const Constant& constant : comparison.constants) MixIn(print, constant);
}

void MixIn(Print& print, const Relation& relation) {
  MixIn(print, relation.left);
  print.Mix(static_cast<int>(relation.op));
  MixIn(print, relation.right);
}

void MixIn(Print& print, const Group& group) {
  print.Mix(group.any);
  MixIn(print, group.nodes);
}

uint64_t BitOf(const Print& print) { return uint64_t{1} << (print.value() % 64); }

uint64_t LeavesOf(const Expr& expr) {
  Print print;
  if (auto* field = std::get_if<Field>(&expr.part)) {
    MixIn(print, *field);
    return BitOf(print);
  }
  if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) {
    MixIn(print, aggregate->where);
    return BitOf(print);
  }
  uint64_t leaves = 0;
  if (auto* call = std::get_if<Call>(&expr.part)) {
    for (const Expr& argument : call->arguments) leaves |= LeavesOf(argument);
  }
  return leaves;
}

// Of constants alone nothing is known: they may have to do with anything.
uint64_t OrAny(uint64_t leaves) { return leaves == 0 ? ~leaves : leaves; }

uint64_t LeavesOf(const Comparison& comparison) { return OrAny(LeavesOf(comparison.subject)); }
uint64_t LeavesOf(const Relation& relation) {
  return OrAny(LeavesOf(relation.left) | LeavesOf(relation.right));
}
uint64_t LeavesOf(const Group& group) {
  uint64_t leaves = 0;
  for (const Node& node : group.nodes) leaves |= node.part.leaves();
  return leaves;
}

int TestsIn(const Part::Any& any) {
  auto* group = std::get_if<Group>(&any);
  if (group == nullptr) return 1;
  int tests = 0;
  for (const Node& node : group->nodes) tests += node.part.tests();
  return tests;
}

}  // namespace

struct Part::Shared : Facts {
  explicit Shared(Any part) : any(std::move(part)) {
    tests = TestsIn(any);
    leaves = std::visit([](const auto& one) { return LeavesOf(one); }, any);
    Print mixed;
    mixed.Mix(any.index());
    std::visit([&](const auto& one) { MixIn(mixed, one); }, any);
    print = mixed.value();
  }

  const Any any;
};

Part::Part() {
  static const auto kEmpty = std::make_shared<const Shared>(Group{});
  shared_ = kEmpty;
}

Part::Part(Comparison comparison)
    : shared_(std::make_shared<const Shared>(std::move(comparison))) {}
Part::Part(Relation relation) : shared_(std::make_shared<const Shared>(std::move(relation))) {}
Part::Part(Group group) : shared_(std::make_shared<const Shared>(std::move(group))) {}

const Part::Any& Part::any() const { return static_cast<const Shared&>(*shared_).any; }

bool Part::IsSameAs(const Part& other) const { return any() == other.any(); }

}  // namespace tidings::rule
