#include "lua/orders.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/text.h"

namespace tidings::lua {
namespace {

bool HasItem(const Json& order, const std::string& wanted) {
  auto items = order.find("items");
  if (items == order.end()) return false;
  return std::any_of(items->begin(), items->end(), [&](const Json& item) {
    return TextOf(item, "name") == wanted ||
           (item.contains("sku") && item["sku"].is_string() && item["sku"] == wanted);
  });
}

double AmountOf(const Json& order) {
  auto money = Money::Parse(TextOf(order, "amount"));
  return static_cast<double>(money.value_or(Money()).units) / 1e4;
}

double SecondsOf(const Json& order) {
  return static_cast<double>(order.value("date", int64_t{0})) / 1e6;
}

Result<Json> ReadItem(const Json& item) {
  if (item.is_string()) return Json{{"name", item}, {"sku", nullptr}};
  bool named = item.is_object() && item.contains("name") && item["name"].is_string();
  if (!named) {
    return Fail(Code::kInvalidArgument,
                R"(an item is its name, or {"name": text, "sku": text}, not )" + ToLine(item));
  }
  return Json{{"name", item["name"]}, {"sku", item.value("sku", Json())}};
}

Status CheckMembers(const Json& order) {
  static const std::vector<std::string> kNames = {"amount", "date", "status", "items"};
  if (!order.is_object()) return Fail(Code::kInvalidArgument, "is no JSON object");
  for (const auto& [name, value] : order.items()) {
    if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) continue;
    return Fail(Code::kInvalidArgument,
                fmt::format("has an unknown member `{}`{}", name, DidYouMean(name, kNames)));
  }
  return {};
}

Result<Json> ReadOrder(const Json& order) {
  TRY(CheckMembers(order));
  TRY_ASSIGN(Money amount, Money::Parse(TextOf(order, "amount")));
  TRY_ASSIGN(Time date, ParseTime(TextOf(order, "date")));
  TRY_ASSIGN(std::string status, ReadOrderStatus(order.value("status", "completed")));
  Json items = Json::array();
  for (const Json& item : order.value("items", Json::array())) {
    TRY_ASSIGN(Json read, ReadItem(item));
    items.push_back(std::move(read));
  }
  return Json{{"amount", amount.ToString()},
              {"status", status},
              {"date", date.time_since_epoch().count()},
              {"items", std::move(items)}};
}

}  // namespace

bool OrderFilter::Fits(const Json& order) const {
  std::string status = TextOf(order, "status");
  bool listed = std::find(statuses.begin(), statuses.end(), status) != statuses.end();
  if (!statuses.empty() && !listed) return false;
  if (since && !(SecondsOf(order) >= *since)) return false;
  if (before && !(SecondsOf(order) < *before)) return false;
  if (min_amount && !(AmountOf(order) >= *min_amount)) return false;
  if (max_amount && !(AmountOf(order) <= *max_amount)) return false;
  return !item || HasItem(order, *item);
}

const std::vector<std::string>& OrderFilterNames() {
  static const std::vector<std::string> kNames = {"status",     "since",      "before",
                                                  "min_amount", "max_amount", "item"};
  return kNames;
}

const std::vector<std::string>& OrderStatuses() {
  static const std::vector<std::string> kStatuses = {"PENDING", "COMPLETED", "CANCELLED",
                                                     "REFUNDED"};
  return kStatuses;
}

Result<std::string> ReadOrderStatus(std::string_view text) {
  std::string status = UpperAscii(text);
  const auto& known = OrderStatuses();
  if (std::find(known.begin(), known.end(), status) != known.end()) return status;
  return Fail(Code::kInvalidArgument, fmt::format("an order is {}, not `{}`{}", Join(known, ", "),
                                                  text.substr(0, 80), DidYouMean(status, known)));
}

Result<Json> ReadOrders(const Json& list) {
  if (!list.is_array()) return Fail(Code::kInvalidArgument, "expected a list of orders");
  Json orders = Json::array();
  for (size_t i = 0; i < list.size(); ++i) {
    auto order = ReadOrder(list[i]);
    if (!order.has_value()) return Fail(order.error().In(fmt::format("order {}", i + 1)));
    orders.push_back(std::move(*order));
  }
  return orders;
}

}  // namespace tidings::lua
