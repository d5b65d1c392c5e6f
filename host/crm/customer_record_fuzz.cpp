// No input may crash the parser of customers, and what it lets through must be fit for the
// database.
#include "crm/customer_record.h"

#include <cstdlib>

#include "base/json.h"
#include "base/text.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void RequireText(const std::optional<std::string>& text) {
  if (!text) return;
  Require(tidings::IsUtf8(*text) && text->find('\0') == text->npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidings::crm;
  std::string_view json(reinterpret_cast<const char*>(data), size);
  for (auto mode : {ParseMode::kIngest, ParseMode::kPatch}) {
    auto record = ParseCustomer(json, mode);
    if (!record) {
      Require(!record.error().empty() && tidings::IsUtf8(Describe(record.error())));
      continue;
    }
    for (const auto& text : {record->external_id, record->name, record->email, record->phone,
                             record->city, record->status, record->attributes}) {
      RequireText(text);
    }
    if (record->attributes) Require(nlohmann::json::accept(*record->attributes));
    for (const auto& tag : record->tags.value_or(std::vector<std::string>())) RequireText(tag);
  }
  return 0;
}
