// One customer as it comes in, before the database has seen it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "base/clock.h"
#include "base/id.h"
#include "base/money.h"
#include "crm/field_error.h"

namespace tidings::crm {

// A date that clears the field, as an empty text does.
inline constexpr Time kNoTime = Time::min();

// Every field is optional: an absent one keeps what the store has. Text is UTF-8 without control
// characters, trimmed, bounded. An empty text clears the field (only a patch makes one).
struct CustomerRecord {
  std::optional<Id> id;
  std::optional<std::string> external_id;
  std::optional<std::string> name;
  std::optional<std::string> email;  // lower case, checked
  std::optional<std::string> phone;  // digits, with a leading + where it was given
  std::optional<std::string> city;
  std::optional<std::string> status;      // lower case
  std::optional<std::string> attributes;  // a JSON object in one line; a null member removes it
  std::optional<std::vector<std::string>> tags;
  // What the customer brought along from elsewhere; orders known here are added to it.
  std::optional<Money> opening_spend;
  std::optional<int64_t> opening_visit;
  std::optional<Time> opening_last_order_date;
  std::optional<Time> created_at;  // counts only for a customer that is new
};

enum class ParseMode {
  kIngest,  // null and "" mean "not said"; a record without any key is refused
  kPatch,   // null and "" clear the field; no key is needed, and `id` is refused
};

// Reads one JSON object. Member names are compared without case, `_`, `-` and blanks, and these
// mean the same:
//   id | external_id, customer_external_id, customer_id | name, full_name, customer_name |
//   email, email_address | phone, phone_number, mobile | city, location | status |
//   total_spend, total_spent, lifetime_spend, opening_spend | visit, visits, visit_count,
//   total_visits, opening_visit | last_order_date, last_order_at, last_ordered,
//   opening_last_order_date | tags | attributes | created_at
// An `id` or `customer_id` that is a UUID is the id, any other an external id. A member of any
// other name becomes an attribute, as if it stood under `attributes`. `order_count` and
// `updated_at` are the store's own and refused. Times are ISO 8601 or numbers since 1970 (seconds;
// from 1e11 on milliseconds). Money is read from the digits of the text, never through a float.
// All errors of the record are given at once. Thread-safe; about a microsecond a record.
tl::expected<CustomerRecord, std::vector<FieldError>> ParseCustomer(
    std::string_view json, ParseMode mode = ParseMode::kIngest);

}  // namespace tidings::crm
