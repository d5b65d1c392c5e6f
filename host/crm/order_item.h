// Reading one item of an order. For order_record.cpp only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crm/json_reader.h"
#include "crm/order_record.h"

namespace tidings::crm {

// Takes the members of one item, then completes and checks it; used once.
class ItemReader {
 public:
  // `pointer` says where the item stands: "/items/2". Complaints outlive the reader.
  ItemReader(std::string pointer, Complaints& complaints)
      : pointer_(std::move(pointer)), complaints_(complaints) {}

  JsonError Member(std::string_view key, JsonValue value);

  // None where something is wrong, which has been complained about.
  std::optional<OrderItem> Finish();

 private:
  template <class T>
  void Take(std::optional<T>& field, std::string_view key, const Scalar& scalar, Checked<T> read);
  std::nullopt_t Refuse(std::string_view value, std::string message);
  std::nullopt_t RefuseTotal(const OrderItem& item);
  std::optional<Money> UnitPrice(Money quantity) const;  // total / quantity; none: out of range

  std::string pointer_;
  Complaints& complaints_;
  bool bad_ = false;
  std::optional<std::string> name_, sku_;
  std::optional<Money> quantity_, price_, total_;
};

}  // namespace tidings::crm
