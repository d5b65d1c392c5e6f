// A customer written as JSON, as a row for a segment script.
#pragma once

#include <memory>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "lua/row.h"

namespace tidings::lua {

// Owns what its row points at. Fields that are not given have what the database gives a new
// customer: nothing spent, no visits, no tags, the status "active".
class CaseRow {
 public:
  // Times are ISO texts. Fails on unknown fields and values of the wrong kind.
  static Result<CaseRow> Read(const Json& customer);

  Row row() const { return {&CustomerRow(), values_.data()}; }

 private:
  std::unique_ptr<const Json> customer_;
  std::vector<Value> values_;
};

}  // namespace tidings::lua
