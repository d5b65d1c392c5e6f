// Between the items of batches and what scripts see and say.
#pragma once

#include <array>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "lua/row.h"
#include "pipeline/batch.h"

namespace tidings::pipeline {

// A customer as a row of lua::CustomerRow(); points into the customer.
class CustomerValues {
 public:
  explicit CustomerValues(const Customer& customer);
  CustomerValues(const CustomerValues&) = delete;
  CustomerValues& operator=(const CustomerValues&) = delete;

  lua::Row row() const { return {&lua::CustomerRow(), values_.data()}; }

 private:
  std::array<lua::Value, 15> values_;
};

Json ToJson(const Message& message);      // attributes as a table
Json ToJson(const HttpRequest& request);  // headers as a table, by lower-case name

// Of what a deliver script answered.
Verdict VerdictOf(const Json& answer);

// Of what a receipt script answered for request `item`. Fails where the time cannot be read.
Result<Receipt> ReceiptOf(uint64_t item, const Json& receipt);

// {"Accept": "text/plain"} as "Accept: text/plain\r\n"; text as it is; "" for anything else.
std::string HeaderLines(const Json& headers);
// The other way, names in lower case; a name that comes twice keeps both values, with ", " between.
Json HeaderTable(std::string_view lines);

}  // namespace tidings::pipeline
