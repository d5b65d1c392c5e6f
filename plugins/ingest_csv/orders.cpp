#include "orders.h"

namespace ingest_csv {

void AppendOrder(std::string& json, std::string_view head, std::string_view items, bool priced,
                 const Sum& amount) {
  json += '{';
  json += head;
  const char* comma = head.empty() ? "" : ",";
  if (priced) {
    json += comma;
    json += "\"amount\":";
    AppendDecimal(json, amount.Total());
    comma = ",";
  }
  if (!items.empty()) {
    json += comma;
    json += "\"items\":[";
    json += items;
    json += ']';
  }
  json += '}';
}

void Orders::Begin(size_t hold, bool reject_duplicates) {
  hold_ = hold;
  reject_duplicates_ = reject_duplicates;
  held_ = 0;
  by_key_.clear();
  orders_.clear();
  closed_ = FingerprintSet();
}

Added Orders::Judge(const OrderLine& line) {
  auto found = by_key_.find(line.group);
  Sum amount;
  if (found == by_key_.end()) {
    if (closed_.Contains(FingerprintOf(line.group))) return Added::kLate;
  } else {
    auto& order = *found->second;
    if (order.reference != line.reference) return Added::kOtherCustomer;
    if (reject_duplicates_ && order.seen.Contains(line.fingerprint)) return Added::kDuplicated;
    amount = order.amount;
  }
  return amount.Add(line.quantity, line.unit_price) ? Added::kYes : Added::kTooLarge;
}

void Orders::Add(const OrderLine& line, const Emit& emit) {
  auto found = by_key_.find(line.group);
  auto order = found == by_key_.end() ? Open(line) : found->second;
  if (reject_duplicates_) order->seen.Insert(line.fingerprint);
  if (line.priced) order->amount.Add(line.quantity, line.unit_price);
  order->priced = order->priced && line.priced;
  if (!line.item.empty()) {
    order->items += order->items.empty() ? "{" : ",{";
    order->items += line.item;
    order->items += '}';
  }
  orders_.splice(orders_.end(), orders_, order);
  Account(*order);
  if (held_ > hold_) {
    while (!orders_.empty() && held_ > hold_ / 4 * 3) Close(emit);
  }
}

Orders::List::iterator Orders::Open(const OrderLine& line) {
  auto& order = orders_.emplace_back();
  order.key = line.group;
  order.head = line.head;
  order.reference = line.reference;
  order.line = line.line;
  auto place = std::prev(orders_.end());
  by_key_.emplace(order.key, place);
  return place;
}

void Orders::Account(Order& order) {
  constexpr size_t kOverhead = sizeof(Order) + 96;  // with the nodes of list and map
  size_t bytes = kOverhead + order.key.capacity() + order.head.capacity() + order.items.capacity() +
                 order.reference.capacity() + order.seen.bytes();
  held_ += bytes - order.bytes;
  order.bytes = bytes;
}

void Orders::Close(const Emit& emit) {
  auto& order = orders_.front();
  json_.clear();
  AppendOrder(json_, order.head, order.items, order.priced, order.amount);
  emit(order.line, json_);
  closed_.Insert(FingerprintOf(order.key));
  held_ -= order.bytes;
  by_key_.erase(order.key);
  orders_.pop_front();
}

void Orders::Flush(const Emit& emit) {
  while (!orders_.empty()) Close(emit);
}

}  // namespace ingest_csv
