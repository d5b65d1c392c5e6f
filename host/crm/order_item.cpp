#include "crm/order_item.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace tidings::crm {
namespace {

__extension__ typedef __int128 Wide;

constexpr size_t kLongestName = 500, kLongestSku = 100;
constexpr int64_t kScale = 10'000;                        // Money's units in one
constexpr int64_t kHalfHundredth = 50, kHundredth = 100;  // in units

enum Field { kName, kSku, kQuantity, kPrice, kTotal };

// clang-format off
constexpr NameTable::Entry kNames[] = {
    {"name", kName}, {"productname", kName}, {"description", kName}, {"title", kName},
    {"sku", kSku}, {"productid", kSku}, {"stockcode", kSku}, {"quantity", kQuantity},
    {"qty", kQuantity}, {"unitprice", kPrice}, {"price", kPrice}, {"total", kTotal},
    {"linetotal", kTotal}, {"amount", kTotal}};
// clang-format on

const NameTable& Names() {
  static const NameTable table(kNames);
  return table;
}

Wide RoundedDivide(Wide value, Wide by) {
  bool negative = (value < 0) != (by < 0);
  Wide magnitude = value < 0 ? -value : value, divisor = by < 0 ? -by : by;
  Wide quotient = (magnitude + divisor / 2) / divisor;
  return negative ? -quotient : quotient;
}

std::optional<Money> Bounded(Wide units) {
  if (units <= -kAmountBound || units >= kAmountBound) return std::nullopt;
  return Money{static_cast<int64_t>(units)};
}

// quantity × price, rounded half away from zero to four places; none: out of range.
std::optional<Money> Product(Money quantity, Money price) {
  return Bounded(RoundedDivide(static_cast<Wide>(quantity.units) * price.units, kScale));
}

// Whether rounding the price to hundredths may have made `total` of `product`.
bool AgreeByRounding(Money total, Money product, Money quantity) {
  int64_t difference = std::abs(total.units - product.units);
  Wide rounding = static_cast<Wide>(std::abs(quantity.units)) * kHalfHundredth / kScale;
  return difference <= std::max<Wide>(rounding, kHundredth);
}

}  // namespace

JsonError ItemReader::Member(std::string_view key, JsonValue value) {
  Scalar scalar;
  if (auto error = ReadScalar(value, scalar)) return error;
  if (scalar.Missing()) return simdjson::SUCCESS;
  switch (Names().Find(key)) {
    case kName: Take(name_, key, scalar, ToLine(scalar, kLongestName)); break;
    case kSku: Take(sku_, key, scalar, ToKey(scalar, kLongestSku)); break;
    case kQuantity: Take(quantity_, key, scalar, ToMoney(scalar)); break;
    case kPrice: Take(price_, key, scalar, ToMoney(scalar)); break;
    case kTotal: Take(total_, key, scalar, ToMoney(scalar)); break;
    default: break;  // an item keeps nothing else
  }
  return simdjson::SUCCESS;
}

template <class T>
void ItemReader::Take(std::optional<T>& field, std::string_view key, const Scalar& scalar,
                      Checked<T> read) {
  if (read && !field) {
    field = std::move(*read);
    return;
  }
  bad_ = true;
  complaints_.Add(Pointer(pointer_, key), scalar.text,
                  read ? "this field is given twice; keep one" : std::move(read.error()));
}

std::optional<OrderItem> ItemReader::Finish() {
  if (bad_) return std::nullopt;
  if (!name_ && !sku_) return Refuse("", "an item needs a name or a sku");
  if (!price_ && !total_) return Refuse("", "an item needs a unit_price or a total");
  OrderItem item;
  item.name = name_ ? std::move(*name_) : *sku_;
  item.sku = std::move(sku_);
  item.quantity = quantity_.value_or(Money{kScale});
  auto price = price_ ? price_ : UnitPrice(item.quantity);
  if (!price) return Refuse("", "no unit_price follows from total and quantity; give it");
  item.unit_price = *price;
  auto product = Product(item.quantity, item.unit_price);
  if (!product) return Refuse("", "quantity x price is 100,000,000,000 or more; correct them");
  item.total = total_.value_or(*product);
  if (price_ && !AgreeByRounding(item.total, *product, item.quantity)) return RefuseTotal(item);
  return item;
}

std::nullopt_t ItemReader::Refuse(std::string_view value, std::string message) {
  complaints_.Add(pointer_, value, std::move(message));
  return std::nullopt;
}

std::nullopt_t ItemReader::RefuseTotal(const OrderItem& item) {
  auto product = Product(item.quantity, item.unit_price).value_or(Money{});
  complaints_.Add(
      pointer_ + "/total", item.total.ToString(),
      fmt::format("the total is not {} x {} = {}; correct it or leave it out",
                  item.quantity.ToString(), item.unit_price.ToString(), product.ToString()));
  return std::nullopt;
}

std::optional<Money> ItemReader::UnitPrice(Money quantity) const {
  if (quantity.units == 0) return std::nullopt;
  return Bounded(RoundedDivide(static_cast<Wide>(total_->units) * kScale, quantity.units));
}

}  // namespace tidings::crm
