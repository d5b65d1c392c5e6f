#include "rule/symbolic_compare.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/mutation.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

Node Leaf(Expr subject, Op op) { return {false, Comparison{std::move(subject), op, {}}}; }
Node Leaf(Expr subject, Op op, Constant constant) {
  return {false, Comparison{std::move(subject), op, {std::move(constant)}}};
}

bool IsNumber(const Value& value) { return value.As<int64_t>() || value.As<double>(); }

LuaNumber Concrete(const Value& value) {
  if (auto* integer = value.As<int64_t>()) return *integer;
  return *value.As<double>();
}

bool ConcreteEqual(const Value& left, const Value& right) {
  if (IsNumber(left) && IsNumber(right)) return IsEqual(Concrete(left), Concrete(right));
  return left == right;
}

Value AttributeEqual(const Site& site, const Attribute& attribute, const Value& other) {
  Expr subject{attribute.field};
  if (other.IsNil()) return FromFormula(Formula::Exactly(Leaf(subject, Op::kIsNil)));
  if (auto* flag = other.As<bool>()) {
    return FromFormula(Formula::Exactly(Leaf(subject, Op::kEqual, *flag)));
  }
  if (auto* text = other.As<std::string>()) {
    if (!IsStorable(*text)) return {false};
    return FromFormula(Formula::Exactly(Leaf(subject, Op::kEqual, *text)));
  }
  if (!IsNumber(other))
    return other.IsConcrete() ? Value{false} : site.Opaque("an attribute is compared with a field");
  if (!std::isfinite(ToDouble(Concrete(other)))) return {false};
  auto number = InJson(Concrete(other));
  if (!number) return site.Opaque("an attribute is compared with a number beyond 2^53");
  return FromFormula(Formula::Exactly(Leaf(subject, Op::kEqual, *number)));
}

Formula SameTruth(const Truth& truth, const Value& other) {
  if (auto* flag = other.As<bool>()) return *flag ? truth.formula : Not(truth.formula);
  auto* second = other.As<Truth>();
  if (second == nullptr) return Formula::Exactly(False());
  return IfElse(truth.formula, second->formula, Not(second->formula));
}

// The text of an item is a text for one who asks about one item.
bool IsTextual(const Expr& expr) {
  return expr.type() == Type::kText || expr.type() == Type::kItems;
}

const Expr* TextOf(const Value& value) {
  if (auto* text = value.As<Text>()) return &text->expr;
  auto* nullable = value.As<Nullable>();
  return nullable && IsTextual(nullable->expr) ? &nullable->expr : nullptr;
}

Node TextEqual(const Expr& subject, const Value& other) {
  if (auto* text = other.As<std::string>()) {
    return IsStorable(*text) ? Leaf(subject, Op::kEqual, *text) : False();
  }
  const Expr* second = TextOf(other);
  if (second == nullptr) return False();
  if (subject == *second) return True();
  return {false, Relation{subject, Op::kEqual, *second}};
}

// Both may be nil: then they are equal too.
Node NullableEqual(const Nullable& left, const Nullable& right) {
  if (left == right) return True();
  Node both = And({Leaf(left.expr, Op::kIsNil), Leaf(right.expr, Op::kIsNil)});
  bool texts = IsTextual(left.expr) && IsTextual(right.expr);
  if (IsBroken(Mutation::kNilsNeverEqual)) both = False();
  if (!texts) return both;
  return Or({{false, Relation{left.expr, Op::kEqual, right.expr}}, both});
}

Node NumberEqual(const Site& site, const Number& number, const Value& other) {
  if (IsNumber(other)) {
    return Compare(site, number, Op::kEqual, Concrete(other));
  }
  if (auto* moment = other.As<Moment>()) return Compare(site, number, Op::kEqual, *moment);
  auto* second = other.As<Number>();
  if (second == nullptr) return False();
  if (number == *second) return True();
  return Compare(site, number, Op::kEqual, *second);
}

Value SomethingEqual(const Value& other) {
  auto* flag = other.As<bool>();
  bool never = other.IsNil() || (flag != nullptr && !*flag);
  return never ? Value{false} : FromFormula(Formula::Unknown());
}

// The pattern of a text that has `text` behind its first `skip` bytes.
std::string PatternAt(int64_t skip, const std::string& text, bool to_the_end) {
  std::string pattern = "^" + std::string(static_cast<size_t>(skip), '.');
  for (char c : text) {
    if (std::ispunct(static_cast<unsigned char>(c))) pattern += '%';
    pattern += c;
  }
  return to_the_end ? pattern + "$" : pattern;
}

Value PlaceEqual(const Site& site, const Slice& slice, const std::string& text, bool shorter) {
  if (text.empty()) return site.Opaque("whether a text ends before a place");
  return FromFormula(
      Formula::Exactly(Leaf(slice.expr, Op::kMatches, PatternAt(slice.skip, text, shorter))));
}

Value SliceEqual(const Site& site, const Slice& slice, const Value& other) {
  auto* text = other.As<std::string>();
  if (text == nullptr) return other.IsConcrete() ? Value{false} : site.Opaque("a part of a text");
  auto size = static_cast<int64_t>(text->size());
  if (size > slice.size) return {false};
  if (!IsStorable(*text)) return site.Opaque("the text is no UTF-8");
  bool shorter = size < slice.size && !IsBroken(Mutation::kShortTextIgnored);
  if (slice.skip > 0) return PlaceEqual(site, slice, *text, shorter);
  Op op = shorter ? Op::kEqual : slice.front ? Op::kBeginsWith : Op::kEndsWith;
  return FromFormula(Formula::Exactly(Leaf(slice.expr, op, *text)));
}

Value DateEqual(const Site& site, const Date& date, const Value& other) {
  auto* text = other.As<std::string>();
  if (text == nullptr) return other.IsConcrete() ? Value{false} : site.Opaque("the date of a time");
  auto day = DayOf(*text);
  if (day) return FromFormula(Formula::Exactly(Leaf(date.expr, Op::kEqual, *day)));
  return ParseTime(*text).has_value() ? site.Opaque("a date so far away") : Value{false};
}

// The more kinds a value may be of, the sooner it has to be looked at.
int Generality(const Value& value) {
  if (value.As<Slice>() || value.As<Date>() || value.As<Something>()) return 4;
  if (value.As<Attribute>()) return 3;
  if (value.As<Nullable>()) return 2;
  return value.IsConcrete() ? 0 : 1;
}

// `left` is symbolic, and no less general than `right`.
Value SymbolicEqual(const Site& site, const Value& left, const Value& right) {
  if (auto* attribute = left.As<Attribute>()) {
    return AttributeEqual(site, *attribute, Plain(right));
  }
  if (auto* date = left.As<Date>()) return DateEqual(site, *date, right);
  if (auto* slice = left.As<Slice>()) return SliceEqual(site, *slice, right);
  if (left.As<Something>()) return SomethingEqual(right);
  if (auto* truth = left.As<Truth>()) return FromFormula(SameTruth(*truth, right));
  auto* nullable = left.As<Nullable>();
  if (nullable && right.IsNil()) {
    return FromFormula(Formula::Exactly(Leaf(nullable->expr, Op::kIsNil)));
  }
  auto* other = right.As<Nullable>();
  bool texts = nullable && other && TextOf(left) && TextOf(right);
  if (texts) return FromFormula(Formula::Exactly(NullableEqual(*nullable, *other)));
  if (const Expr* text = TextOf(left))
    return FromFormula(Formula::Exactly(TextEqual(*text, right)));
  if (nullable && right.IsConcrete()) {
    return FromFormula(Formula::Exactly(NumberEqual(site, NumberOf(nullable->expr), right)));
  }
  if (nullable) return Equal(site, Resolve(site, *nullable), right);
  if (auto* number = left.As<Number>()) {
    return FromFormula(Formula::Exactly(NumberEqual(site, *number, Resolve(site, right))));
  }
  return {left == right};
}

Node TextOrder(const Site& site, const Expr& subject, Op op, const Value& other) {
  if (const Expr* second = TextOf(other)) {
    if (subject == *second)
      return op == Op::kLessEqual || op == Op::kGreaterEqual ? True() : False();
    return {false, Relation{subject, op, *second}};
  }
  const auto& text = *other.As<std::string>();
  if (!IsStorable(text)) site.GiveUp("the text is no UTF-8");
  return Leaf(subject, op, text);
}

// Of an attribute, which has to be of the other's kind.
Value AttributeOrder(const Site& site, const Attribute& attribute, Op op, const Value& other) {
  bool number = IsNumber(other), text = other.As<std::string>() != nullptr;
  if (!number && !text) {
    if (other.IsConcrete()) site.Raise("attempt to compare what is neither number nor text");
    return site.Opaque("an attribute is compared with a field");
  }
  Expr subject{attribute.field};
  bool any = IsBroken(Mutation::kErrorOfKindDropped);
  if (!any && !site.explorer.Decide(Leaf(subject, number ? Op::kIsNumber : Op::kIsText))) {
    site.Raise(fmt::format("attempt to compare attribute `{}` with a {}", attribute.field.attribute,
                           KindOf(other)));
  }
  if (text) return FromFormula(Formula::Exactly(TextOrder(site, subject, op, other)));
  double value = ToDouble(Concrete(other));
  if (std::isnan(value)) return {false};
  auto exact = InJson(Concrete(other));
  if (!exact) return site.Opaque("an attribute is compared with a number beyond 2^53");
  return FromFormula(Formula::Exactly(Leaf(subject, op, *exact)));
}

// Of two texts, one of which is a Date or a Slice.
Value PartOrder(const Site& site, const Value& left, Op op, const Value& right) {
  auto* date = left.As<Date>();
  if (date == nullptr && right.As<Date>()) return PartOrder(site, right, Flipped(op), left);
  auto* text = right.As<std::string>();
  auto day = date && text ? DayOf(*text) : std::nullopt;
  if (!day) return site.Opaque("the order of a part of a text");
  return FromFormula(Formula::Exactly(Leaf(date->expr, op, *day)));
}

bool ConcreteOrder(const Value& left, Op op, const Value& right) {
  bool swap = op == Op::kGreater || op == Op::kGreaterEqual;
  const Value& a = swap ? right : left;
  const Value& b = swap ? left : right;
  bool strict = op == Op::kLess || op == Op::kGreater;
  if (auto* text = a.As<std::string>()) {
    const auto& other = *b.As<std::string>();
    return strict ? *text < other : *text <= other;
  }
  return strict ? IsLess(Concrete(a), Concrete(b)) : IsLessEqual(Concrete(a), Concrete(b));
}

[[noreturn]] void RefuseOrder(const Site& site, const Value& left, const Value& right) {
  std::string a = KindOf(left), b = KindOf(right);
  site.Raise(a == b ? fmt::format("attempt to compare two {} values", a)
                    : fmt::format("attempt to compare {} with {}", a, b));
}

bool IsText(const Value& value) { return value.As<std::string>() || value.As<Text>(); }
bool IsAnyText(const Value& value) {
  return IsText(value) || value.As<Slice>() || value.As<Date>();
}
bool IsAnyNumber(const Value& value) {
  return IsNumber(value) || value.As<Moment>() || value.As<Number>();
}

}  // namespace

Value Plain(const Value& value) {
  auto* moment = value.As<Moment>();
  return moment != nullptr ? Value{moment->seconds} : value;
}

bool IsStorable(const std::string& text) {
  return IsUtf8(text) && text.find('\0') == std::string::npos;
}

// Of the years in which Lua's numbers tell one microsecond from the next.
std::optional<Day> DayOf(const std::string& text) {
  constexpr int64_t kMostExact = int64_t{1} << 53;
  auto time = ParseTime(text);
  bool date = time.has_value() && FormatTime(*time).substr(0, 10) == text;
  if (!date || std::abs(time->time_since_epoch().count()) > kMostExact) return std::nullopt;
  return Day{*time};
}

std::optional<Decimal> InJson(const LuaNumber& number) {
  double value = ToDouble(number);
  if (!std::isfinite(value) || std::fabs(value) > 0x1p53) return std::nullopt;
  auto integer = ToInteger(number);
  return integer ? Decimal(*integer) : Decimal::FromDouble(value);
}

const char* KindOf(const Value& value) {
  if (value.IsNil()) return "nil";
  if (value.As<bool>() || value.As<Truth>()) return "boolean";
  if (IsAnyNumber(value)) return "number";
  if (IsAnyText(value)) return "string";
  bool part = value.As<Order>() || value.As<Items>() || value.As<Item>();
  if (value.As<TableObject*>() || part) return "table";
  if (value.As<Closure*>() || value.As<const Builtin*>()) return "function";
  bool data =
      value.As<Customer>() || value.As<Attributes>() || value.As<Tags>() || value.As<Orders>();
  return data ? "userdata" : "value";
}

Formula TruthOf(const Value& value) {
  if (auto* truth = value.As<Truth>()) return truth->formula;
  if (value.As<Unknown>()) return Formula::Unknown();
  if (auto* nullable = value.As<Nullable>()) {
    return Formula::Exactly(Not(Leaf(nullable->expr, Op::kIsNil)));
  }
  if (auto* attribute = value.As<Attribute>()) {
    return Formula::Exactly(And({Not(Leaf({attribute->field}, Op::kIsNil)),
                                 Not(Leaf({attribute->field}, Op::kEqual, false))}));
  }
  auto* flag = value.As<bool>();
  bool no = value.IsNil() || (flag != nullptr && !*flag);
  return Formula::Exactly(no ? False() : True());
}

Value FromFormula(const Formula& formula) {
  if (IsTrue(formula.surely)) return {true};
  if (IsFalse(formula.perhaps)) return {false};
  return {Truth{formula}};
}

Value Resolve(const Site& site, const Nullable& value) {
  bool nil = !IsBroken(Mutation::kNilBranchDropped);
  if (nil && site.explorer.Decide(Leaf(value.expr, Op::kIsNil))) return {Nil{}};
  if (IsTextual(value.expr)) return {Text{value.expr}};
  return {NumberOf(value.expr)};
}

Value Resolve(const Site& site, const Value& value) {
  auto* nullable = value.As<Nullable>();
  return nullable ? Resolve(site, *nullable) : value;
}

Value Equal(const Site& site, const Value& left, const Value& right) {
  if (left.As<Unknown>() || right.As<Unknown>()) return FromFormula(Formula::Unknown());
  if (left.IsConcrete() && right.IsConcrete()) return {ConcreteEqual(Plain(left), Plain(right))};
  // Of two fields, the left one stays on the left.
  bool texts = TextOf(left) && TextOf(right);
  if (left.As<Number>() && right.As<Nullable>()) return Equal(site, left, Resolve(site, right));
  return texts || Generality(left) >= Generality(right) ? SymbolicEqual(site, left, right)
                                                        : SymbolicEqual(site, right, left);
}

Value Ordered(const Site& site, const Value& left, Op op, const Value& right) {
  if (left.As<Unknown>() || right.As<Unknown>())
    return site.Opaque("a comparison of what SQL cannot say");
  Value a = Resolve(site, left), b = Resolve(site, right);
  if (auto* attribute = a.As<Attribute>()) return AttributeOrder(site, *attribute, op, Plain(b));
  if (auto* attribute = b.As<Attribute>()) {
    return AttributeOrder(site, *attribute, Flipped(op), Plain(a));
  }
  bool texts = IsAnyText(a) && IsAnyText(b), numbers = IsAnyNumber(a) && IsAnyNumber(b);
  if (a.As<Something>() || b.As<Something>()) return site.Opaque("the order of a part of a text");
  if (!texts && !numbers) RefuseOrder(site, a, b);
  if (texts && !(IsText(a) && IsText(b))) return PartOrder(site, a, op, b);
  if (a.IsConcrete() && b.IsConcrete()) return {ConcreteOrder(Plain(a), op, Plain(b))};
  if (a.IsConcrete()) {
    return Ordered(site, b, IsBroken(Mutation::kFlippedOperandsKept) ? op : Flipped(op), a);
  }
  if (texts) return FromFormula(Formula::Exactly(TextOrder(site, a.As<Text>()->expr, op, b)));
  const Number& number = *a.As<Number>();
  if (auto* second = b.As<Number>()) {
    if (number == *second) return {op == Op::kLessEqual || op == Op::kGreaterEqual};
    return FromFormula(Formula::Exactly(Compare(site, number, op, *second)));
  }
  if (auto* moment = b.As<Moment>()) {
    return FromFormula(Formula::Exactly(Compare(site, number, op, *moment)));
  }
  return FromFormula(Formula::Exactly(Compare(site, number, op, Concrete(b))));
}

}  // namespace tidings::rule::symbolic
