// Small helpers around the statements of this folder.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/money.h"
#include "base/result.h"
#include "crm/outcome.h"

namespace tidings::pg {
class Params;
class Rows;
class Transaction;
}  // namespace tidings::pg
namespace tidings::rule {
struct Sql;
}

namespace tidings::crm {

// Has the planner walk indexes for the rest of this transaction: for statements over some thousands
// of rows it would rather read whole tables, in parallel, at twice the work. Answers the
// transaction's time by the database's clock.
Result<Time> UseIndexes(pg::Transaction& transaction);

// The parameters of a rule's condition, in order.
pg::Params ParamsOf(const rule::Sql& sql);

// As JSON: an amount as a number, exact to 15 digits; text, times and ids, or null.
Json JsonOf(Money amount);
Json TextOrNull(const pg::Rows& rows, int row, int column);
Json TimeOrNull(const pg::Rows& rows, int row, int column);
Json ParsedOrNull(const pg::Rows& rows, int row, int column);  // of a json column

// Without its null members, at any depth.
std::string WithoutNulls(const std::string& json);

// Runs `upsert` over all rows at once. Where PostgreSQL refuses a value that got past the parsers,
// it finds the rows concerned by halving, refuses those, and keeps the rest.
template <class Record, class Upsert>
Result<std::vector<RowOutcome>> UpsertByHalves(std::span<const Record> rows, Upsert upsert) {
  if (rows.empty()) return std::vector<RowOutcome>();
  Result<std::vector<RowOutcome>> outcomes = upsert(rows);
  if (outcomes || outcomes.error().code != Code::kInvalidArgument) return outcomes;
  if (rows.size() == 1) {
    return std::vector<RowOutcome>{
        {Change::kRefused, {}, {{"", "", outcomes.error().message + "; correct the record"}}}};
  }
  TRY_ASSIGN(auto first, UpsertByHalves(rows.first(rows.size() / 2), upsert));
  TRY_ASSIGN(auto second, UpsertByHalves(rows.subspan(rows.size() / 2), upsert));
  std::move(second.begin(), second.end(), std::back_inserter(first));
  return first;
}

}  // namespace tidings::crm
