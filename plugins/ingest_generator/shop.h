// A shop that never was: its customers and orders, each made from the seed and its own number.
#pragma once

#include <cstdint>
#include <string>

#include "names.h"

namespace ingest_generator {

struct ShopOptions {
  uint64_t seed = 1;
  int64_t until = 0;    // microseconds since 1970: the shop's last moment
  double lapsed = 0.3;  // fraction of customers who have stopped buying
  bool totals = false;  // customers bring their past along as totals
};

// Row i is the same whatever else is made, in whatever order and by however many shops.
// Thread-safe (nothing in it ever changes).
class Shop {
 public:
  explicit Shop(const ShopOptions& options) : options_(options) {}

  // Appends customer i as one JSON object: external_id, name, email, phone, city, created_at,
  // attributes {country, tier, newsletter}; with `totals` also total_spend, visit and
  // last_order_date.
  void AppendCustomer(std::string& to, uint64_t i) const;

  // Appends order i of one of the first `population` customers (at least 1): external_id,
  // customer_external_id, order_date, amount, status, items.
  void AppendOrder(std::string& to, uint64_t i, uint64_t population) const;

 private:
  struct Person;
  class Dice;

  Person PersonAt(uint64_t i) const;
  uint64_t BuyerOf(Dice& dice, uint64_t population) const;
  int64_t OrderDate(Dice& dice, const Person& person) const;
  const char* StatusOf(Dice& dice, int64_t date) const;
  static int64_t AppendItems(std::string& to, Dice& dice, const Person& person);
  void AppendExternalId(std::string& to, const char* kind, uint64_t i) const;
  void AppendContact(std::string& to, Dice& dice, uint64_t i, const Culture& culture) const;
  void AppendTotals(std::string& to, Dice& dice, const Person& person) const;

  const ShopOptions options_;
};

}  // namespace ingest_generator
