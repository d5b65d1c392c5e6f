// Tables, and what a customer shows of itself.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "rule/fields.h"
#include "rule/mutation.h"
#include "rule/symbolic_interpreter.h"
#include "rule/symbolic_library.h"
#include "rule/symbolic_number.h"

namespace tidings::rule::symbolic {
namespace {

constexpr size_t kMostKeys = 2'000;

// The key under which a value is found; nothing for nil and NaN.
std::optional<Key> KeyOf(const Value& value) {
  if (auto* flag = value.As<bool>()) return *flag;
  if (auto* text = value.As<std::string>()) return *text;
  if (auto* integer = value.As<int64_t>()) return *integer;
  if (auto* moment = value.As<Moment>()) return KeyOf({moment->seconds});
  if (auto* number = value.As<double>()) {
    if (std::isnan(*number)) return std::nullopt;
    auto integer = ToInteger(*number);
    return integer ? Key(*integer) : Key(*number);
  }
  if (auto* table = value.As<TableObject*>()) return static_cast<const void*>(*table);
  if (auto* closure = value.As<Closure*>()) return static_cast<const void*>(*closure);
  auto* builtin = value.As<const Builtin*>();
  return builtin ? std::optional<Key>(static_cast<const void*>(*builtin)) : std::nullopt;
}

const Expr* TextOf(const Value& value) {
  if (auto* text = value.As<Text>()) return &text->expr;
  auto* nullable = value.As<Nullable>();
  return nullable && nullable->expr.type() == Type::kText ? &nullable->expr : nullptr;
}

// `subject in (the keys whose value is this)`.
Formula HasOneOf(const Expr& subject, const std::vector<Value>& keys) {
  std::vector<Constant> texts;
  for (const Value& key : keys) {
    auto* text = key.As<std::string>();
    if (text && IsUtf8(*text) && text->find('\0') == std::string::npos) texts.emplace_back(*text);
  }
  if (texts.empty()) return Formula::Exactly(False());
  std::sort(texts.begin(), texts.end());
  if (IsBroken(Mutation::kSetLosesAMember)) texts.resize(1);
  Op op = texts.size() == 1 ? Op::kEqual : Op::kIn;
  return Formula::Exactly({false, Comparison{subject, op, std::move(texts)}});
}

// A member that is nil is none: what may be nil for some has to be known.
Value Stored(const Site& site, const Value& value) {
  if (value.As<Unknown>()) site.GiveUp("a member of a table that SQL cannot say");
  auto* attribute = value.As<Attribute>();
  if (attribute == nullptr) return Resolve(site, value);
  bool nil = site.explorer.Decide(Node{false, Comparison{{attribute->field}, Op::kIsNil, {}}});
  return nil ? Value{Nil{}} : value;
}

}  // namespace

TableObject* Interpreter::NewTable() {
  tables_.push_back({.born = explorer_.Born()});
  return &tables_.back();
}

void Interpreter::SetMember(TableObject& table, const Value& key, Value value, int line) {
  explorer_.Spend();
  if (table.frozen) {
    At(line).AddRemark("writes to a table that was made outside `match`, which is an error");
    At(line).Raise("this table cannot be changed any more");
  }
  if (!key.IsConcrete())
    At(line).GiveUp("a table is written to under a key that differs from customer to customer");
  auto found = KeyOf(key);
  if (!found) At(line).Raise("a table takes neither nil nor NaN as a key");
  if (table.members.size() > kMostKeys) At(line).GiveUp("the table is too large");
  explorer_.Change(table, *found, key, Stored(At(line), value));
}

std::vector<std::pair<Value, Value>> Interpreter::MembersOf(const TableObject& table) {
  std::vector<std::pair<Value, Value>> members;
  for (const auto& [key, member] : table.members) members.push_back(member);
  if (members.size() > 1) visited_unordered_ = true;
  if (descending_) std::reverse(members.begin(), members.end());
  return members;
}

void Interpreter::Freeze() {
  frozen_ = true;
  for (TableObject& table : tables_) table.frozen = true;
}

Value Interpreter::Index(const Value& holder, const Value& key, int line) {
  Site site = At(line);
  Value object = Resolve(site, holder);
  if (auto* table = object.As<TableObject*>()) return IndexTable(**table, key, line);
  bool text =
      object.As<std::string>() || object.As<Text>() || object.As<Slice>() || object.As<Date>();
  if (text) return IndexTable(**globals_["string"].As<TableObject*>(), key, line);
  if (object.As<Unknown>()) return site.Opaque("a part of what SQL cannot say");
  bool part = object.As<Attribute>() || object.As<Something>() || object.As<Tags>();
  if (part) return site.Opaque("a part of an attribute, or of the tags");
  auto* name = key.As<std::string>();
  bool order = object.As<Order>() || object.As<Items>() || object.As<Item>();
  if (order) return name ? OrderField(object, *name, line) : site.Opaque("a part of an order");
  bool data = object.As<Customer>() || object.As<Attributes>() || object.As<Orders>();
  if (!data) site.Raise(fmt::format("attempt to index a {} value", KindOf(object)));
  if (!key.IsConcrete()) return site.Opaque("a field that differs from customer to customer");
  if (object.As<Orders>()) return OrdersFunction(site, name ? *name : "");
  if (object.As<Customer>()) return CustomerField(name ? *name : "", line);
  bool usable = name && IsUtf8(*name) && name->find('\0') == std::string::npos;
  return usable ? Value{Attribute{{Column::kAttribute, *name}}} : Value{Nil{}};
}

// A misspelt member of an order is nil, as in any table.
Value Interpreter::OrderField(const Value& object, const std::string& name, int line) {
  if (object.As<Items>()) return At(line).Opaque("a part of the items");
  if (object.As<Item>()) {
    if (name == "name") return {Text{{Field{Column::kOrderItem, ""}}}};
    return name == "sku" ? Value{Nullable{{Field{Column::kOrderSku, ""}}}} : Value{Nil{}};
  }
  if (name == "items") return {Items{}};
  for (Column column : {Column::kOrderAmount, Column::kOrderStatus, Column::kOrderDate}) {
    if (name != Info(column).row_name) continue;
    Expr expr{Field{column, ""}};
    return column == Column::kOrderStatus ? Value{Text{expr}} : Value{NumberOf(expr)};
  }
  return {Nil{}};
}

Value Interpreter::CustomerField(const std::string& name, int line) {
  if (name == "attributes") return {Attributes{}};
  if (name == "tags") return {Tags{}};
  if (name == "orders") return {Orders{}};
  if (name == "id") return At(line).Opaque("the customer's id");
  for (auto column = Column::kExternalId; column < Column::kTags;
       column = static_cast<Column>(static_cast<int>(column) + 1)) {
    const FieldInfo& info = Info(column);
    if (name != info.row_name) continue;
    Expr expr{Field{column, ""}};
    if (info.nullable) return {Nullable{std::move(expr)}};
    if (info.type == Type::kText) return {Text{std::move(expr)}};
    return {NumberOf(std::move(expr))};
  }
  At(line).Raise(fmt::format("a customer has no field `{}`", name));
}

Value Interpreter::IndexTable(const TableObject& table, const Value& key, int line) {
  if (!key.IsConcrete()) return Find(table, key, line);
  auto wanted = KeyOf(key);
  auto found = wanted ? table.members.find(*wanted) : table.members.end();
  return found == table.members.end() ? Value{Nil{}} : found->second.second;
}

// The value under a key that differs from customer to customer: one fork for each value that there
// is, however many keys have it.
Value Interpreter::Find(const TableObject& table, const Value& key, int line) {
  Site site = At(line);
  if (key.As<Unknown>()) return site.Opaque("a member of a table under a key that SQL cannot say");
  std::vector<std::pair<Value, std::vector<Value>>> keys_by_value;
  for (const auto& numbered : table.members) {
    const auto& member = numbered.second;
    auto same = std::find_if(keys_by_value.begin(), keys_by_value.end(),
                             [&](const auto& entry) { return IsSame(entry.first, member.second); });
    if (same == keys_by_value.end()) same = keys_by_value.insert(same, {member.second, {}});
    same->second.push_back(member.first);
  }
  for (const auto& [value, keys] : keys_by_value) {
    Formula among = Formula::Exactly(False());
    if (const Expr* text = TextOf(key)) {
      among = HasOneOf(*text, keys);
    } else {
      for (const Value& each : keys) among = Or(among, TruthOf(Equal(site, key, each)));
    }
    if (explorer_.Decide(among)) return value;
  }
  return {Nil{}};
}

}  // namespace tidings::rule::symbolic
