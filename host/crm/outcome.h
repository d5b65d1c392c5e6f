// What became of one row of a bulk call.
#pragma once

#include <vector>

#include "base/id.h"
#include "crm/field_error.h"

namespace tidings::crm {

enum class Change { kCreated, kUpdated, kUnchanged, kRefused };

const char* ChangeName(Change change);  // "created", …

// `id` is nil and `errors` is not empty exactly where the row was refused.
struct RowOutcome {
  Change change = Change::kRefused;
  Id id;
  std::vector<FieldError> errors;
};

}  // namespace tidings::crm
