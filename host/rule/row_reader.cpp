#include "rule/row_reader.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "rule/fields.h"

namespace tidings::rule {
namespace {

constexpr size_t kCustomerColumns = static_cast<size_t>(Column::kAttribute) + 1;

size_t SlotNamed(std::string_view name) {
  const auto& fields = lua::CustomerRow().fields;
  auto field = std::find_if(fields.begin(), fields.end(),
                            [&](const auto& candidate) { return candidate.name == name; });
  return static_cast<size_t>(field - fields.begin());
}

// Where a column of the tree is in a row.
size_t SlotOf(Column column) {
  static const auto kSlots = [] {
    std::array<size_t, kCustomerColumns> slots{};
    for (size_t i = 0; i < slots.size(); ++i) {
      slots[i] = SlotNamed(Info(static_cast<Column>(i)).row_name);
    }
    return slots;
  }();
  return kSlots[static_cast<size_t>(column)];
}

Amount AmountOf(const Json& order) {
  return {Money::Parse(TextOf(order, "amount")).value_or(Money()).units};
}

std::string DigitsOf(Int128 number) {
  std::string digits;
  for (Int128 rest = number < 0 ? -number : number; rest > 0; rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  return (number < 0 ? "-0" : "0") + digits;
}

RowValue Calculate(Call::Function function, double left, double right) {
  switch (function) {
    case Call::Function::kAdd: return left + right;
    case Call::Function::kSubtract: return left - right;
    case Call::Function::kMultiply: return left * right;
    default: break;
  }
  if (right == 0) return std::monostate();
  return left / right;
}

RowValue Keep(Aggregate::Function function, RowValue best, RowValue value) {
  if (std::holds_alternative<std::monostate>(best)) return value;
  bool less = value < best;
  return less == (function == Aggregate::Function::kLeast) ? value : best;
}

}  // namespace

Decimal DecimalOf(const RowValue& number) {
  if (auto* integer = std::get_if<int64_t>(&number)) return Decimal(*integer);
  if (auto* amount = std::get_if<Amount>(&number)) {
    return *Decimal::Parse(DigitsOf(amount->units) + "e-4");
  }
  auto* real = std::get_if<double>(&number);
  return real != nullptr ? Decimal::FromDouble(*real) : Decimal();
}

double RealOf(const RowValue& value) {
  if (auto* amount = std::get_if<Amount>(&value)) return static_cast<double>(amount->units) / 1e4;
  if (auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  if (auto* real = std::get_if<double>(&value)) return *real;
  return static_cast<double>(std::get<Time>(value).time_since_epoch().count()) / 1e6;
}

RowValue RowReader::Value(const Expr& expr) {
  if (auto* field = std::get_if<Field>(&expr.part)) return Value(*field);
  if (auto* aggregate = std::get_if<Aggregate>(&expr.part)) return Value(*aggregate);
  if (auto* call = std::get_if<Call>(&expr.part)) return Value(*call);
  const auto& constant = std::get<Constant>(expr.part);
  if (auto* number = std::get_if<double>(&constant)) return *number;
  if (auto* text = std::get_if<std::string>(&constant)) return *text;
  return std::monostate();
}

RowValue RowReader::Value(const Field& field) {
  if (IsOfOrder(field.column)) return OrderValue(field.column);
  size_t slot = SlotOf(field.column);
  if (field.column == Column::kTags) return &JsonAt(slot);
  if (field.column == Column::kAttribute) {
    const Json& attributes = JsonAt(slot);
    bool there = attributes.is_object() && attributes.contains(field.attribute);
    return there ? RowValue(&attributes[field.attribute]) : RowValue();
  }
  const lua::Value& value = row_.values[slot];
  if (auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (auto* time = std::get_if<Time>(&value)) return *time;
  if (auto* money = std::get_if<Money>(&value)) return Amount{money->units};
  if (auto* integer = std::get_if<int64_t>(&value)) return *integer;
  auto* number = std::get_if<double>(&value);
  return number != nullptr ? RowValue(*number) : RowValue();
}

RowValue RowReader::OrderValue(Column column) const {
  if (order_ == nullptr) return std::monostate();
  if (column == Column::kOrderStatus) return TextOf(*order_, "status");
  if (column == Column::kOrderAmount) return AmountOf(*order_);
  return Time(Duration(order_->value("date", int64_t{0})));
}

std::vector<std::optional<std::string>> RowReader::Items(Column column) const {
  std::vector<std::optional<std::string>> texts;
  if (order_ == nullptr || !order_->contains("items")) return texts;
  for (const Json& item : (*order_)["items"]) {
    auto member = item.find(Info(column).row_name);
    bool there = member != item.end() && member->is_string();
    texts.push_back(there ? std::optional(member->get<std::string>()) : std::nullopt);
  }
  return texts;
}

RowValue RowReader::Value(const Aggregate& aggregate) {
  static const size_t kSlot = SlotNamed("orders");
  const Json& orders = JsonAt(kSlot);
  int64_t count = 0;
  Amount sum;
  RowValue best;
  for (const Json& order : orders.is_array() ? orders : Json::array()) {
    SetOrder(&order);
    bool counts = std::all_of(aggregate.where.begin(), aggregate.where.end(),
                              [&](const Node& node) { return Holds(node, *this); });
    if (!counts) continue;
    ++count;
    RowValue value = OrderValue(aggregate.of);
    if (auto* amount = std::get_if<Amount>(&value)) sum.units += amount->units;
    best = Keep(aggregate.function, std::move(best), std::move(value));
  }
  SetOrder(nullptr);
  if (aggregate.function == Aggregate::Function::kCount) return count;
  return aggregate.function == Aggregate::Function::kSum ? RowValue(sum) : best;
}

RowValue RowReader::Value(const Call& call) {
  using Function = Call::Function;
  RowValue left = Value(call.arguments.front());
  if (std::holds_alternative<std::monostate>(left)) return left;
  auto* text = std::get_if<std::string>(&left);
  switch (call.function) {
    case Function::kLower: return LowerAscii(*text);
    case Function::kUpper: return UpperAscii(*text);
    case Function::kLength: {
      auto* list = std::get_if<const Json*>(&left);
      return static_cast<int64_t>(list != nullptr ? (*list)->size() : text->size());
    }
    case Function::kReal: return RealOf(left);
    case Function::kFloor: return std::floor(std::get<double>(left));
    default: break;
  }
  RowValue right = Value(call.arguments.back());
  if (std::holds_alternative<std::monostate>(right)) return right;
  return Calculate(call.function, std::get<double>(left), std::get<double>(right));
}

const Json& RowReader::JsonAt(size_t slot) {
  static const Json kNothing;
  const lua::Value& value = row_.values[slot];
  if (auto* json = std::get_if<const Json*>(&value)) return **json;
  auto* unparsed = std::get_if<lua::JsonText>(&value);
  if (unparsed == nullptr) return kNothing;
  auto& parsed = parsed_[slot];
  if (!parsed.has_value()) parsed = ParseJson(unparsed->text).value_or(Json());
  return *parsed;
}

}  // namespace tidings::rule
