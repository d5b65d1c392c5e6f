// The where clause of a list, put together from what the caller filters by.
#pragma once

#include <string>
#include <string_view>

#include "pg/params.h"

namespace tidings::crm {

// Conditions joined by `and`, with their parameters. A condition is a constant of the code with `?`
// where its own parameter stands, any number of times; values never become text of the statement.
class Conditions {
 public:
  template <class Add>
  void Where(std::string_view condition, Add add) {
    add(params_);
    Append(condition);
  }
  void WhereText(std::string_view condition, const std::string& value) {
    if (!value.empty()) Where(condition, [&](pg::Params& params) { params.Text(value); });
  }
  // " where a and b", or "".
  const std::string& sql() const { return sql_; }
  const pg::Params& params() const { return params_; }

 private:
  void Append(std::string_view condition);

  std::string sql_;
  pg::Params params_;
};

}  // namespace tidings::crm
