#include "crm/conditions.h"

#include <fmt/core.h>

namespace tidings::crm {

void Conditions::Append(std::string_view condition) {
  sql_ += sql_.empty() ? " where (" : " and (";
  for (char c : condition) {
    if (c == '?') {
      sql_ += fmt::format("${}", params_.size());
    } else {
      sql_ += c;
    }
  }
  sql_ += ')';
}

}  // namespace tidings::crm
