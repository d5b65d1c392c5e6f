#include "lua/case_row.h"

#include <fmt/format.h>

#include "base/text.h"
#include "lua/orders.h"

namespace tidings::lua {
namespace {

const Json& Defaults() {
  static const Json kDefaults = {{"id", "00000000-0000-7000-8000-000000000001"},
                                 {"name", ""},
                                 {"city", ""},
                                 {"status", "active"},
                                 {"total_spend", 0},
                                 {"visit", 0},
                                 {"order_count", 0},
                                 {"created_at", "2025-01-01T00:00:00Z"},
                                 {"attributes", Json::object()},
                                 {"tags", Json::array()},
                                 {"orders", Json::array()}};
  return kDefaults;
}

Result<Value> ReadMoney(const Json& json) {
  TRY_ASSIGN(Money money, Money::Parse(json.is_string() ? json.get<std::string>() : json.dump()));
  return money;
}

Result<Value> ReadField(FieldKind kind, const Json& json) {
  auto wrong = [&](const char* wanted) {
    return Fail(Code::kInvalidArgument, fmt::format("expected {}, got {}", wanted, ToLine(json)));
  };
  switch (kind) {
    case FieldKind::kText:
      if (!json.is_string()) return wrong("text");
      return std::string_view(json.get_ref<const std::string&>());
    case FieldKind::kInteger:
      if (!json.is_number_integer()) return wrong("a whole number");
      return json.get<int64_t>();
    case FieldKind::kMoney:
      if (!json.is_number() && !json.is_string()) return wrong("an amount");
      return ReadMoney(json);
    case FieldKind::kTime: {
      if (!json.is_string()) return wrong("a time such as \"2026-03-01\"");
      TRY_ASSIGN(Time time, ParseTime(json.get_ref<const std::string&>()));
      return time;
    }
    case FieldKind::kJson:
    case FieldKind::kOrders: return &json;
  }
  return Value();
}

}  // namespace

Result<CaseRow> CaseRow::Read(const Json& customer) {
  if (!customer.is_object()) return Fail(Code::kInvalidArgument, "`customer` is a JSON object");
  CaseRow row;
  Json whole = Defaults();
  whole.update(customer);
  auto orders = ReadOrders(whole["orders"]);
  if (!orders.has_value()) return Fail(orders.error().In("customer.orders"));
  whole["orders"] = std::move(*orders);
  row.customer_ = std::make_unique<const Json>(std::move(whole));
  std::vector<std::string> names;
  for (const auto& field : CustomerRow().fields) {
    names.push_back(field.name);
    auto member = row.customer_->find(field.name);
    if (member == row.customer_->end() || member->is_null()) {
      row.values_.emplace_back();
      continue;
    }
    auto value = ReadField(field.kind, *member);
    if (!value.has_value()) return Fail(value.error().In("customer." + field.name));
    row.values_.push_back(*value);
  }
  for (const auto& [name, value] : customer.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return Fail(Code::kInvalidArgument,
                fmt::format("a customer has no field `{}`{}", name, DidYouMean(name, names)));
  }
  return row;
}

}  // namespace tidings::lua
