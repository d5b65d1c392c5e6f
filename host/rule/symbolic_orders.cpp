// c.orders: its questions as aggregates over the orders in PostgreSQL.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.h"
#include "lua/orders.h"
#include "rule/fields.h"
#include "rule/mutation.h"
#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

using Kind = Aggregate::Function;

Expr OrderField(Column column) { return {Field{column, ""}}; }

Node Equals(Column column, const std::string& text) {
  return {false, Comparison{OrderField(column), Op::kEqual, {text}}};
}

std::string StatusOf(const Site& site, const Value& value) {
  auto* text = value.As<std::string>();
  if (text == nullptr) site.Raise("`status` has to be text, or a list of it");
  auto status = lua::ReadOrderStatus(*text);
  if (!status.has_value()) site.Raise(status.error().message);
  return *status;
}

Node HasStatus(const Site& site, const Value& value) {
  auto* list = value.As<TableObject*>();
  if (list == nullptr) return Equals(Column::kOrderStatus, StatusOf(site, value));
  std::vector<Node> any;
  for (const auto& [index, status] : ListOf(**list)) {
    any.push_back(Equals(Column::kOrderStatus, StatusOf(site, status)));
  }
  if (any.empty()) site.Raise("the list of `status` is empty");
  return Or(std::move(any));
}

Node HasItem(const Site& site, const Value& value) {
  auto* text = value.As<std::string>();
  if (text == nullptr) site.Raise("`item` has to be text: the name or SKU of an item");
  if (!IsUtf8(*text) || text->find('\0') != std::string::npos) return False();
  return Or({Equals(Column::kOrderItem, *text), Equals(Column::kOrderSku, *text)});
}

Node Bound(const Site& site, const std::string& name, const Value& value) {
  auto* integer = value.As<int64_t>();
  auto* real = value.As<double>();
  auto* moment = value.As<Moment>();
  if (integer == nullptr && real == nullptr && moment == nullptr) {
    site.Raise(fmt::format("`{}` has to be a number, not a {}", name, KindOf(value)));
  }
  bool amount = name.ends_with("_amount");
  Number number = NumberOf(OrderField(amount ? Column::kOrderAmount : Column::kOrderDate));
  Op op = name == "before" ? Op::kLess : name == "max_amount" ? Op::kLessEqual : Op::kGreaterEqual;
  if (moment != nullptr) return Compare(site, number, op, *moment);
  return Compare(site, number, op, integer ? LuaNumber(*integer) : LuaNumber(*real));
}

Node Condition(const Site& site, const Value& key, const Value& value) {
  auto* name = key.As<std::string>();
  if (name == nullptr) site.Raise("orders are asked by name: {status = ...}");
  const auto& known = lua::OrderFilterNames();
  if (std::find(known.begin(), known.end(), *name) == known.end()) {
    site.Raise(fmt::format("orders cannot be asked by `{}`{}", *name, DidYouMean(*name, known)));
  }
  if (*name == "status") return HasStatus(site, value);
  return *name == "item" ? HasItem(site, value) : Bound(site, *name, value);
}

// Whether a condition looks at nothing but the fields of one order.
bool IsOfOrders(const Node& node) {
  if (auto* comparison = node.As<Comparison>()) {
    auto* field = std::get_if<Field>(&comparison->subject.part);
    return field != nullptr && IsOfOrder(field->column);
  }
  auto* group = node.As<Group>();
  return group != nullptr && std::all_of(group->nodes.begin(), group->nodes.end(), IsOfOrders);
}

// The orders that a function chooses.
std::optional<Node> ChosenBy(Interpreter& in, const Value& function) {
  auto judgement = in.Ask(function, {{Order{}}});
  bool exact = judgement && judgement->holds.IsExact() && IsFalse(judgement->fails.perhaps);
  if (!exact || !IsOfOrders(judgement->holds.surely)) return std::nullopt;
  return judgement->holds.surely;
}

// Nothing where a part of the filter differs from customer to customer.
std::optional<Node> FilterOf(Interpreter& in, const Values& arguments) {
  Site site = in.Here();
  bool colon = !arguments.empty() && arguments[0].As<Orders>();
  if (!colon) site.Raise("is asked with a colon: c.orders:count{...}");
  if (arguments.size() < 2 || arguments[1].IsNil()) return True();
  if (arguments[1].As<Closure*>()) return ChosenBy(in, arguments[1]);
  auto* table = arguments[1].As<TableObject*>();
  if (table == nullptr) site.Raise("the filter of orders is a table: {status = ...}");
  std::vector<Node> all;
  for (const auto& [key, member] : (*table)->members) {
    if (!member.second.IsConcrete()) return std::nullopt;
    all.push_back(Condition(site, member.first, member.second));
  }
  return And(std::move(all));
}

std::vector<Node> Listed(const Node& filter) {
  if (IsTrue(filter)) return {};
  auto* group = filter.As<Group>();
  bool all = group != nullptr && !group->any;
  return all ? group->nodes : std::vector<Node>{filter};
}

Expr Over(Kind function, Column of, const Node& filter) {
  return {Aggregate{function, of, Listed(filter)}};
}

Node SomeOf(const Node& filter) {
  return {false,
          Comparison{Over(Kind::kCount, Column::kOrderAmount, filter), Op::kGreater, {Decimal()}}};
}

Value Average(Interpreter& in, const Node& filter) {
  bool none = !IsBroken(Mutation::kNoneHasAnAverage);
  if (none && !in.explorer().Decide(SomeOf(filter))) return {Nil{}};
  Value sum{NumberOf(Over(Kind::kSum, Column::kOrderAmount, filter))};
  Number count = NumberOf(Over(Kind::kCount, Column::kOrderAmount, filter));
  return Calculate(in.Here(), lua_syntax::Operator::kDivide, sum, {count});
}

Value Answer(Interpreter& in, const std::string& question, const Node& filter) {
  if (question == "avg") return Average(in, filter);
  if (question == "any") return FromFormula(Formula::Exactly(SomeOf(filter)));
  if (IsBroken(Mutation::kAllOrdersAreAny)) return FromFormula(Formula::Exactly(SomeOf(filter)));
  if (question == "all") return FromFormula(Formula::Exactly(Not(SomeOf(Not(filter)))));
  bool date = question == "first" || question == "last";
  Column of = date ? Column::kOrderDate : Column::kOrderAmount;
  if (question == "count") return {NumberOf(Over(Kind::kCount, of, filter))};
  if (question == "sum") return {NumberOf(Over(Kind::kSum, of, filter))};
  bool least = question == "min" || question == "first";
  return {Nullable{Over(least ? Kind::kLeast : Kind::kMost, of, filter)}};
}

const std::map<std::string, Builtin>& Questions() {
  static const std::map<std::string, Builtin> kQuestions = [] {
    std::map<std::string, Builtin> questions;
    for (const char* name : {"count", "sum", "avg", "min", "max", "first", "last", "any", "all"}) {
      auto ask = [name](Interpreter& in, Values& arguments) -> Values {
        auto filter = FilterOf(in, arguments);
        if (!filter)
          return {in.Here().Opaque("orders asked by what differs from customer to customer")};
        return {Answer(in, name, *filter)};
      };
      questions[name] = {std::string("orders.") + name, ask, true};
    }
    return questions;
  }();
  return kQuestions;
}

}  // namespace

Value OrdersFunction(const Site& site, const std::string& name) {
  auto found = Questions().find(name);
  if (found == Questions().end()) site.Raise(fmt::format("`orders` has no function `{}`", name));
  return {&found->second};
}

}  // namespace tidings::rule::symbolic
