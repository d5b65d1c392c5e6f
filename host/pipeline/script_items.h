// Between the items of batches and what scripts see and say.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "pipeline/batch.h"

namespace tidings::pipeline {

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
