// One order as it comes in, before the database has seen it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"
#include "crm/customer_record.h"
#include "crm/field_error.h"

namespace tidings::crm {

struct OrderItem {
  std::string name;
  std::optional<std::string> sku;
  Money quantity;  // exact to four places; negative for goods that came back
  Money unit_price;
  Money total;  // quantity × unit_price, or as given where that differs by rounding only
  bool operator==(const OrderItem&) const = default;
};

// Which customer an order belongs to; the first one that is set counts.
struct CustomerReference {
  std::optional<Id> id;
  std::optional<std::string> external_id;
  std::optional<std::string> email;
  bool Any() const { return id || external_id || email; }
  std::string ToString() const;  // "external id 'C-17'", for errors
};

// Absent fields keep what the store has; for a new order they default as ParseOrder says.
struct OrderRecord {
  std::optional<Id> id;  // given, or derived from the external id
  std::optional<std::string> external_id;
  CustomerReference customer;             // may be missing for an order that exists
  std::optional<Time> order_date;         // of a new order: the time of the call
  std::optional<Money> amount;            // given, or the sum of the items; 0 or more
  std::optional<std::string> status;      // PENDING, COMPLETED (default), CANCELLED, REFUNDED
  std::optional<std::string> attributes;  // a JSON object in one line
  std::optional<std::vector<OrderItem>> items;
};

// Reads one JSON object, with the same tolerance of names as ParseCustomer:
//   id | external_id, order_external_id, order_id, order_reference, order_number, invoice_no |
//   customer_id, customer_identifier, customer (UUID: id; with @: e-mail; else external id; or an
//   object {id, external_id, email}) | customer_external_id | customer_email |
//   order_date, date, ordered_at, timestamp | amount, order_amount, total_amount, total |
//   status, order_status | items, products, lines (an array, or an array as JSON text):
//     name, product_name, description, title | sku, product_id, stock_code | quantity, qty |
//     unit_price, price | total, line_total, amount | attributes
// An `id` that is no UUID is an external id. An item needs a name or sku, and a unit price or a
// total; its quantity is 1 where none is given. An item's total that differs from quantity × price
// by more than rounding (half a hundredth for each unit, at least 0.01) is an error. An order's
// `amount` is taken as given even where the items add up to something else: discounts, shipping and
// tax are no items. A status is read without case.
tl::expected<OrderRecord, std::vector<FieldError>> ParseOrder(std::string_view json,
                                                              ParseMode mode = ParseMode::kIngest);

// The id of the order with this external id: a UUID of version 8 made of FNV-1a over 128 bits of
// its bytes. The same on every machine and for ever, so the same order coming again meets itself.
Id OrderIdFor(std::string_view external_id);

}  // namespace tidings::crm
