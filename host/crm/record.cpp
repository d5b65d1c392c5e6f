#include <fmt/core.h>

#include "crm/field_error.h"
#include "crm/outcome.h"

namespace tidings::crm {

std::string Describe(const std::vector<FieldError>& errors) {
  std::string text;
  for (const FieldError& error : errors) {
    if (!text.empty()) text += "; ";
    std::string where = error.pointer;
    if (!error.value.empty()) where += fmt::format("{}'{}'", where.empty() ? "" : " ", error.value);
    if (!where.empty()) text += where + ": ";
    text += error.message;
  }
  return text;
}

const char* ChangeName(Change change) {
  constexpr const char* kNames[] = {"created", "updated", "unchanged", "refused"};
  return kNames[static_cast<int>(change)];
}

}  // namespace tidings::crm
