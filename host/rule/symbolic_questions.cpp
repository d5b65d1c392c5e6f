// has, contains, between, missing, any: questions that nil answers too.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

Value Exactly(Node node) { return FromFormula(Formula::Exactly(std::move(node))); }

Value Ask(Expr subject, Op op, std::vector<Constant> constants) {
  return Exactly({false, Comparison{std::move(subject), op, std::move(constants)}});
}

Value HasTag(const Site& site, const Value& wanted) {
  Expr tags{Field{Column::kTags, ""}};
  auto* text = wanted.As<std::string>();
  if (text == nullptr)
    return wanted.IsConcrete() ? Value{false}
                               : site.Opaque("a tag that differs from customer to customer");
  if (!IsStorable(*text)) return {false};
  return Ask(tags, Op::kContains, {*text});
}

// Several equalities of one subject as `in`, in the order in which they stand.
std::optional<Node> AsList(const std::vector<Node>& equalities) {
  std::vector<Constant> constants;
  const Expr* subject = nullptr;
  for (const Node& node : equalities) {
    auto* comparison = node.As<Comparison>();
    bool equality = comparison && !node.negated && comparison->op == Op::kEqual;
    if (!equality || (subject != nullptr && !(*subject == comparison->subject)))
      return std::nullopt;
    subject = &comparison->subject;
    constants.push_back(comparison->constants[0]);
  }
  if (constants.size() < 2 || constants.size() > kMaxListLength) return std::nullopt;
  return Node{false, Comparison{*subject, Op::kIn, std::move(constants)}};
}

// has(list, value): whether one of the list's values is equal to it.
Values Has(Interpreter& in, Values& arguments) {
  Site site = in.Here();
  if (arguments.size() < 2) site.Raise("bad argument #2 to 'has' (value expected)");
  Value list = Resolve(site, arguments[0]);
  if (list.IsNil()) return {{false}};
  if (list.As<Tags>()) return {HasTag(site, arguments[1])};
  auto* table = list.As<TableObject*>();
  if (table == nullptr) return {site.Opaque("`has` of what is no list of the script")};
  Formula found = Formula::Exactly(False());
  std::vector<Node> equalities;
  for (const auto& [index, value] : ListOf(**table)) {
    Formula equal = TruthOf(Equal(site, arguments[1], value));
    if (!IsFalse(equal.perhaps)) equalities.push_back(equal.surely);
    found = Or(found, equal);
  }
  auto among = found.IsExact() ? AsList(equalities) : std::nullopt;
  return {among ? Exactly(std::move(*among)) : FromFormula(found)};
}

// What a text, or what may be one, is in the tree.
const Expr* TextIn(const Value& value) {
  if (auto* text = value.As<Text>()) return &text->expr;
  auto* nullable = value.As<Nullable>();
  Type type = nullable != nullptr ? nullable->expr.type() : Type::kTime;
  return type == Type::kText || type == Type::kItems ? &nullable->expr : nullptr;
}

bool IsOpenKind(const Value& value) {
  return value.As<Unknown>() || value.As<Something>() || value.As<Slice>() || value.As<Date>();
}

// contains(value, part): whether a text has a part, or a list a member.
Values Contains(Interpreter& in, Values& arguments) {
  Site site = in.Here();
  const Value& value = Argument(arguments, 0);
  auto* part = Argument(arguments, 1).As<std::string>();
  if (part == nullptr || !IsStorable(*part)) return {site.Opaque("`contains` of such a part")};
  if (value.As<Tags>()) return {HasTag(site, {*part})};
  if (auto* attribute = value.As<Attribute>()) {
    return {Ask({attribute->field}, Op::kContains, {*part})};
  }
  if (const Expr* text = TextIn(value)) return {Ask(*text, Op::kContains, {*part})};
  if (auto* text = value.As<std::string>()) return {{text->find(*part) != std::string::npos}};
  bool never = value.IsNil() || std::string_view(KindOf(value)) == "number" || value.As<Nullable>();
  if (never) return {{false}};
  return {site.Opaque("`contains` of such a value")};
}

// The one bound of a number, where the number is a field as it is.
std::optional<Constant> BoundOf(const Site& site, const Number& number, Op op, const Value& end) {
  auto* moment = end.As<Moment>();
  auto* integer = end.As<int64_t>();
  auto* real = end.As<double>();
  if (moment == nullptr && integer == nullptr && real == nullptr) return std::nullopt;
  Node node = moment ? Compare(site, number, op, *moment)
                     : Compare(site, number, op, integer ? LuaNumber(*integer) : LuaNumber(*real));
  auto* comparison = node.As<Comparison>();
  bool bound = comparison && comparison->subject == number.expr && comparison->op == op;
  return bound ? std::optional(comparison->constants[0]) : std::nullopt;
}

const Expr* NumberIn(const Value& value) {
  if (auto* number = value.As<Number>()) return &number->expr;
  auto* nullable = value.As<Nullable>();
  return nullable != nullptr && TextIn(value) == nullptr ? &nullable->expr : nullptr;
}

std::optional<Constant> AttributeEnd(const Value& end) {
  if (auto* text = end.As<std::string>(); text && IsStorable(*text)) return *text;
  std::optional<Decimal> number;
  if (auto* integer = end.As<int64_t>()) number = InJson(*integer);
  if (auto* real = end.As<double>()) number = InJson(*real);
  return number ? std::optional<Constant>(*number) : std::nullopt;
}

// Both ends as the tree has them for this value; nothing where it has not.
std::optional<Constant> EndOf(const Site& site, const Value& value, Op op, const Value& end) {
  if (value.As<Attribute>()) return AttributeEnd(Plain(end));
  auto* text = end.As<std::string>();
  if (TextIn(value))
    return text && IsStorable(*text) ? std::optional<Constant>(*text) : std::nullopt;
  if (value.As<Date>()) {
    auto day = text ? DayOf(*text) : std::nullopt;
    return day ? std::optional<Constant>(*day) : std::nullopt;
  }
  const Expr* number = NumberIn(value);
  return number ? BoundOf(site, NumberOf(*number), op, end) : std::nullopt;
}

const Expr* SubjectIn(const Value& value) {
  if (auto* date = value.As<Date>()) return &date->expr;
  const Expr* text = TextIn(value);
  return text != nullptr ? text : NumberIn(value);
}

// Where the tree has no `between` for it: the two orders, for a value of their kind.
Value BothOrders(const Site& site, const Value& value, const Value& low, const Value& high) {
  Value known = Resolve(site, value);
  bool none = low.As<std::string>() && high.As<std::string>() &&
              *low.As<std::string>() > *high.As<std::string>();
  if (none) return {false};
  if (IsOpenKind(known) || known.As<Attribute>()) return site.Opaque("`between` of such a value");
  if (std::string_view(KindOf(known)) != KindOf(low)) return {false};
  Formula above = TruthOf(Ordered(site, known, Op::kGreaterEqual, low));
  return FromFormula(And(above, TruthOf(Ordered(site, known, Op::kLessEqual, high))));
}

// Whether JSON would take them in this order: it tells that of spans without knowing the day.
bool IsInOrder(const Constant& low, const Constant& high) {
  constexpr Time kAnyTime = std::chrono::sys_days(std::chrono::year(2024) / 6 / 15);
  if (low.index() != high.index()) return low.index() > 2 && high.index() > 2;
  auto *first = std::get_if<Ago>(&low), *last = std::get_if<Ago>(&high);
  return first ? first->Before(kAnyTime) <= last->Before(kAnyTime) : low <= high;
}

// between(value, low, high): both inclusive. A value of another kind than theirs is not.
Values Between(Interpreter& in, Values& arguments) {
  Site site = in.Here();
  const Value &value = Argument(arguments, 0), &low = Argument(arguments, 1),
              &high = Argument(arguments, 2);
  std::string_view kind = KindOf(low);
  bool fit = low.IsConcrete() && high.IsConcrete() && (kind == "number" || kind == "string");
  if (!fit) return {site.Opaque("`between` of such bounds")};
  if (kind != KindOf(high)) site.Raise("bad argument #3 to 'between'");
  auto from = EndOf(site, value, Op::kGreaterEqual, low);
  auto to = EndOf(site, value, Op::kLessEqual, high);
  if (!from || !to || !IsInOrder(*from, *to)) return {BothOrders(site, value, low, high)};
  auto* attribute = value.As<Attribute>();
  return {Ask(attribute ? Expr{attribute->field} : *SubjectIn(value), Op::kBetween, {*from, *to})};
}

// missing(value): nil, an empty text, or an empty list or object.
Values Missing(Interpreter& in, Values& arguments) {
  Site site = in.Here();
  if (arguments.empty()) site.Raise("bad argument #1 to 'missing' (value expected)");
  const Value& value = arguments[0];
  if (value.IsNil()) return {{true}};
  if (auto* attribute = value.As<Attribute>()) {
    return {Ask({attribute->field}, Op::kIsMissing, {})};
  }
  if (value.As<Tags>()) return {Ask({Field{Column::kTags, ""}}, Op::kIsMissing, {})};
  const Expr* subject = value.As<Date>() ? nullptr : SubjectIn(value);
  if (subject != nullptr && subject->type() != Type::kReal) {
    return {Ask(*subject, Op::kIsMissing, {})};
  }
  if (auto* text = value.As<std::string>()) return {{text->empty()}};
  if (auto* table = value.As<TableObject*>()) return {{(*table)->members.empty()}};
  bool never = value.IsConcrete() || value.As<Truth>() || value.As<Number>() || value.As<Date>();
  if (never) return {{false}};
  return {site.Opaque("`missing` of such a value")};
}

const Comparison* ItemTest(const Node& node) {
  auto* comparison = node.As<Comparison>();
  auto* field = comparison ? std::get_if<Field>(&comparison->subject.part) : nullptr;
  return field && field->type() == Type::kItems ? comparison : nullptr;
}

// A test of one item; with the test that there is something to be tested, it is just that.
std::optional<Node> OneTest(const Node& node) {
  auto* group = node.As<Group>();
  bool pair = group != nullptr && !group->any && group->nodes.size() == 2;
  if (!pair) return ItemTest(node) && !node.negated ? std::optional(node) : std::nullopt;
  const Node &guard = group->nodes[0], &test = group->nodes[1];
  auto *there = ItemTest(guard), *tested = ItemTest(test);
  bool guarded = there && tested && guard.negated && there->op == Op::kIsNil &&
                 there->subject == tested->subject;
  return guarded && tested->op != Op::kIsMissing ? OneTest(test) : std::nullopt;
}

// A column of the items asks whether one of them has it: only a single test means that.
Value AnyItem(Interpreter& in, const Value& function) {
  auto judgement = in.Ask(function, {{Item{}}});
  bool exact = judgement && judgement->holds.IsExact() && IsFalse(judgement->fails.perhaps);
  auto test = exact ? OneTest(judgement->holds.surely) : std::nullopt;
  if (!test) return in.Here().Opaque("`any` of the items with such a test");
  return Exactly(std::move(*test));
}

// any(list, test): whether the test is true of one of the list's members.
Values Any(Interpreter& in, Values& arguments) {
  Value list = Argument(arguments, 0), function = Argument(arguments, 1);
  if (list.IsNil()) return {{false}};
  if (list.As<Items>()) return {AnyItem(in, function)};
  auto* table = list.As<TableObject*>();
  if (table == nullptr)
    return {in.Here().Opaque("`any` of what differs from customer to customer")};
  int line = in.line();
  for (auto& [index, value] : ListOf(**table)) {
    Values answer = in.Call(function, {value}, line);
    if (in.explorer().Decide(TruthOf(Argument(answer, 0)))) return {{true}};
  }
  return {{false}};
}

}  // namespace

void AddQuestions(Functions& functions) {
  Add(functions, "has", Has);
  Add(functions, "contains", Contains);
  Add(functions, "between", Between);
  Add(functions, "missing", Missing);
  Add(functions, "any", Any);
  functions["has"].names_moments = functions["between"].names_moments = true;
}

}  // namespace tidings::rule::symbolic
