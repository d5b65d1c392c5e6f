// Random trees as JSON, English and Lua can make them, and smaller ones of the same kind; for
// tests.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "rule/tree.h"

namespace tidings::rule {

class TreeMaker {
 public:
  explicit TreeMaker(Random& random) : random_(random) {}

  // Groups within groups, `depth` deep, of two to five members.
  Node Tree(int depth);
  // A single test, negated or not.
  Node Test();

 private:
  template <class T, size_t N>
  T Pick(const T (&pool)[N]) {
    return pool[random_.Below(N)];
  }
  template <size_t N>
  std::string PickText(const char* const (&pool)[N]) {
    return pool[random_.Below(N)];
  }

  Comparison Compare(Expr subject);
  Comparison CompareText(Expr subject);
  Comparison CompareNumber(Expr subject);
  Comparison CompareTime(Expr subject);
  Comparison CompareTags();
  Comparison CompareAttribute();
  std::vector<Constant> Several(const std::function<Constant()>& make, bool ordered);
  Constant AnyText();
  Constant AnyMoment();
  Constant AnyAmount(const Expr& subject);
  Field TextField();
  Field CountedField();
  Expr Orders();
  Node OrderTree(int depth);
  Expr Real(int depth);
  Relation Relate();

  Random& random_;
  bool in_orders_ = false;
};

namespace maker {

inline constexpr const char* kTreeTexts[] = {"Pune", "pune", "São Paulo", "O'Hare", "a%b_c",
                                             "41",   "x",    "\"q\"\\",   "東京",   ".com"};
inline constexpr const char* kTreePatterns[] = {"%d", "^%a+$", "[^a-z]", "^....$", "[%w_]+%s"};
inline constexpr const char* kTreeAttributes[] = {"k", "k\\\"'", "東"};
inline constexpr const char* kTreeStatuses[] = {"PENDING", "COMPLETED", "CANCELLED", "REFUNDED"};

}  // namespace maker

inline Constant TreeMaker::AnyText() {
  return random_.Chance(0.1) ? "" : PickText(maker::kTreeTexts);
}

inline Constant TreeMaker::AnyMoment() {
  const Time base = *ParseTime("2026-03-29T00:00:00Z");
  Time day = base - std::chrono::days(random_.Below(200));
  switch (random_.Below(4)) {
    case 0: return Day{day};
    case 1: return day + Duration(random_.Below(86'400'000'000));
    default: break;
  }
  auto unit = static_cast<Ago::Unit>(random_.Below(6));
  double part = unit < Ago::Unit::kMonths && random_.Chance(0.2) ? 0.5 : 0;
  return Ago{static_cast<double>(1 + random_.Below(30)) + part, unit};
}

// Counts and lengths are at least 0.
inline Constant TreeMaker::AnyAmount(const Expr& subject) {
  bool field = std::holds_alternative<Field>(subject.part);
  if (subject.type() == Type::kNumber) {
    constexpr const char* kAmounts[] = {"0", "0.0001", "-3", "4999.9999", "5000", "1234.5"};
    return *Decimal::Parse(PickText(kAmounts));
  }
  return Decimal(static_cast<int64_t>(1 + random_.Below(9)) - (field ? 2 : 0));
}

// Spans as JSON orders them.
inline bool IsBefore(const Constant& left, const Constant& right) {
  constexpr Time kAnyTime = std::chrono::sys_days(std::chrono::year(2024) / 6 / 15);
  auto *a = std::get_if<Ago>(&left), *b = std::get_if<Ago>(&right);
  return a && b ? a->Before(kAnyTime) < b->Before(kAnyTime) : left < right;
}

inline std::vector<Constant> TreeMaker::Several(const std::function<Constant()>& make,
                                                bool ordered) {
  std::vector<Constant> several = {make()};
  for (size_t tries = 0; several.size() < 2 || (tries < 3 && !ordered); ++tries) {
    Constant next = make();
    bool fits = std::holds_alternative<Day>(next) == std::holds_alternative<Day>(several[0]) &&
                (!ordered || next.index() == several[0].index());
    bool known = std::find(several.begin(), several.end(), next) != several.end();
    if (fits && !known) several.push_back(std::move(next));
  }
  if (ordered) std::sort(several.begin(), several.end(), IsBefore);
  return several;
}

inline Field TreeMaker::TextField() {
  constexpr Column kColumns[] = {Column::kExternalId, Column::kName, Column::kEmail,
                                 Column::kPhone,      Column::kCity, Column::kStatus};
  return {Pick(kColumns), ""};
}

inline Field TreeMaker::CountedField() {
  constexpr Column kColumns[] = {Column::kTotalSpend, Column::kVisit, Column::kOrderCount,
                                 Column::kLastOrderDate, Column::kCreatedAt};
  return {Pick(kColumns), ""};
}

inline Comparison TreeMaker::CompareText(Expr subject) {
  constexpr Op kOps[] = {Op::kEqual,    Op::kLess,       Op::kLessEqual, Op::kGreater,
                         Op::kContains, Op::kBeginsWith, Op::kEndsWith,  Op::kIn,
                         Op::kBetween,  Op::kIsMissing,  Op::kMatches};
  Op op = Pick(kOps);
  auto text = [&] { return AnyText(); };
  if (op == Op::kIsMissing) return {std::move(subject), op, {}};
  if (op == Op::kMatches) return {std::move(subject), op, {PickText(maker::kTreePatterns)}};
  bool many = op == Op::kIn || op == Op::kBetween;
  auto constants = many ? Several(text, op == Op::kBetween) : std::vector<Constant>{AnyText()};
  return {std::move(subject), op, std::move(constants)};
}

inline Comparison TreeMaker::CompareNumber(Expr subject) {
  constexpr Op kOps[] = {Op::kEqual,   Op::kLess, Op::kLessEqual, Op::kGreater,
                         Op::kGreater, Op::kIn,   Op::kBetween,   Op::kIsMissing};
  Op op = Pick(kOps);
  auto amount = [&] { return AnyAmount(subject); };
  std::vector<Constant> constants;
  if (op == Op::kIn || op == Op::kBetween)
    constants = Several(amount, op == Op::kBetween);
  else if (op != Op::kIsMissing)
    constants = {amount()};
  return {std::move(subject), op, std::move(constants)};
}

inline Comparison TreeMaker::CompareTime(Expr subject) {
  constexpr Op kOps[] = {Op::kEqual,        Op::kLess, Op::kLessEqual, Op::kGreater,
                         Op::kGreaterEqual, Op::kIn,   Op::kBetween,   Op::kIsMissing};
  Op op = Pick(kOps);
  auto moment = [&] { return AnyMoment(); };
  std::vector<Constant> constants;
  if (op == Op::kIn || op == Op::kBetween)
    constants = Several(moment, op == Op::kBetween);
  else if (op != Op::kIsMissing)
    constants = {AnyMoment()};
  return {std::move(subject), op, std::move(constants)};
}

inline Comparison TreeMaker::CompareTags() {
  Expr tags{Field{Column::kTags, ""}};
  if (random_.Chance(0.2)) return {tags, Op::kIsMissing, {}};
  if (random_.Chance(0.5)) return {tags, Op::kContains, {AnyText()}};
  auto constants = Several([&] { return AnyText(); }, true);
  return {tags, Op::kIn, std::move(constants)};
}

inline Comparison TreeMaker::CompareAttribute() {
  Expr attribute{Field{Column::kAttribute, PickText(maker::kTreeAttributes)}};
  constexpr Op kAsking[] = {Op::kIsMissing, Op::kIsNil, Op::kIsNumber, Op::kIsText};
  if (random_.Chance(0.3)) return {attribute, Pick(kAsking), {}};
  auto number = [&]() -> Constant { return *Decimal::Parse(random_.Chance(0.5) ? "41" : "0.1"); };
  if (random_.Chance(0.4)) {
    constexpr Op kOps[] = {Op::kEqual, Op::kLess, Op::kGreaterEqual};
    if (random_.Chance(0.3)) return {attribute, Op::kBetween, Several(number, true)};
    return {attribute, Pick(kOps), {number()}};
  }
  if (random_.Chance(0.3)) {
    return {attribute, Op::kIn, {true, *Decimal::Parse("41"), std::string("x")}};
  }
  Comparison text = CompareText(attribute);
  return text;
}

inline Node TreeMaker::OrderTree(int depth) {
  bool negated = random_.Chance(0.2);
  if (depth > 0 && random_.Chance(0.5)) {
    Group group{.any = random_.Chance(0.5)};
    for (int i = 0; i < 2; ++i) group.nodes.push_back(OrderTree(depth - 1));
    return {negated, std::move(group)};
  }
  constexpr Column kColumns[] = {Column::kOrderAmount, Column::kOrderStatus, Column::kOrderDate,
                                 Column::kOrderItem, Column::kOrderSku};
  Column column = Pick(kColumns);
  if (column != Column::kOrderStatus) return {negated, Compare({Field{column, ""}})};
  Expr status{Field{column, ""}};
  return {negated, Comparison{status, Op::kEqual, {PickText(maker::kTreeStatuses)}}};
}

inline Expr TreeMaker::Orders() {
  using Kind = Aggregate::Function;
  constexpr Kind kKinds[] = {Kind::kCount, Kind::kCount, Kind::kSum, Kind::kLeast, Kind::kMost};
  Aggregate aggregate{.function = Pick(kKinds)};
  bool extreme = aggregate.function == Kind::kLeast || aggregate.function == Kind::kMost;
  if (extreme && random_.Chance(0.5)) aggregate.of = Column::kOrderDate;
  for (uint64_t i = random_.Below(3); i > 0; --i) aggregate.where.push_back(OrderTree(2));
  return {std::move(aggregate)};
}

inline Comparison TreeMaker::Compare(Expr subject) {
  switch (subject.type()) {
    case Type::kText:
    case Type::kItems: return CompareText(std::move(subject));
    case Type::kTime: return CompareTime(std::move(subject));
    default: return CompareNumber(std::move(subject));
  }
}

inline Expr TreeMaker::Real(int depth) {
  using Function = Call::Function;
  if (depth == 0 || random_.Chance(0.5)) {
    Expr leaf = random_.Chance(0.2)   ? Orders()
                : random_.Chance(0.2) ? Expr{Call{Function::kLength, {{TextField()}}}}
                                      : Expr{CountedField()};
    return {Call{Function::kReal, {std::move(leaf)}}};
  }
  constexpr Function kFunctions[] = {Function::kAdd, Function::kSubtract, Function::kMultiply,
                                     Function::kDivide};
  if (random_.Chance(0.2)) return {Call{Function::kFloor, {Real(depth - 1)}}};
  Constant number = static_cast<double>(1 + random_.Below(40)) / 2;
  return {Call{Pick(kFunctions), {Real(depth - 1), Expr{number}}}};
}

inline Relation TreeMaker::Relate() {
  Op op = static_cast<Op>(random_.Below(5));
  for (;;) {
    bool texts = random_.Chance(0.4);
    Expr left = texts ? Expr{TextField()} : Real(2), right = texts ? Expr{TextField()} : Real(2);
    if (!(left == right)) return {std::move(left), op, std::move(right)};
  }
}

inline Node TreeMaker::Test() {
  bool negated = random_.Chance(0.3);
  auto changed = [&](Call::Function function) { return Expr{Call{function, {{TextField()}}}}; };
  switch (random_.Below(12)) {
    case 0:
    case 1: return {negated, CompareAttribute()};
    case 2: return {negated, CompareTags()};
    case 3: return {negated, Relate()};
    case 4: return {negated, CompareText(changed(Call::Function::kLower))};
    case 5: return {negated, CompareNumber(changed(Call::Function::kLength))};
    case 6:
    case 7: return {negated, Compare(Orders())};
    case 8:
    case 9: return {negated, Compare({CountedField()})};
    default: break;
  }
  if (random_.Chance(0.1))
    return {negated, Comparison{{Field{Column::kEmail, ""}}, Op::kIsNil, {}}};
  return {negated, CompareText({TextField()})};
}

inline Node TreeMaker::Tree(int depth) {
  if (depth == 0 || random_.Chance(0.2)) return Test();
  Group group{.any = random_.Chance(0.5)};
  for (uint64_t i = 2 + random_.Below(4); i > 0; --i) group.nodes.push_back(Tree(depth - 1));
  return {random_.Chance(0.2), std::move(group)};
}

// Every tree that is `node` with one part of it gone.
inline std::vector<Node> SmallerTrees(const Node& node) {
  std::vector<Node> smaller;
  auto* group = node.As<Group>();
  if (node.negated) smaller.push_back({false, node.part});
  if (group == nullptr) return smaller;
  for (size_t i = 0; i < group->nodes.size(); ++i) {
    smaller.push_back(group->nodes[i]);
    Group rest = *group;
    rest.nodes.erase(rest.nodes.begin() + static_cast<std::ptrdiff_t>(i));
    smaller.push_back({node.negated, std::move(rest)});
    for (Node& part : SmallerTrees(group->nodes[i])) {
      Group copy = *group;
      copy.nodes[i] = std::move(part);
      smaller.push_back({node.negated, std::move(copy)});
    }
  }
  return smaller;
}

}  // namespace tidings::rule
