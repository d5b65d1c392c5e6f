// No input may crash the parser of orders, and what it lets through must be fit for the database.
#include "crm/order_record.h"

#include <cstdlib>

#include "base/json.h"
#include "base/text.h"

namespace {

constexpr int64_t kBound = 1'000'000'000'000'000;  // of an amount, in ten-thousandths

void Require(bool condition) {
  if (!condition) std::abort();
}

void RequireAmount(tidings::Money money) { Require(std::abs(money.units) < kBound); }

void RequireText(const std::optional<std::string>& text) {
  if (!text) return;
  Require(tidings::IsUtf8(*text) && text->find('\0') == text->npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidings::crm;
  std::string_view json(reinterpret_cast<const char*>(data), size);
  for (auto mode : {ParseMode::kIngest, ParseMode::kPatch}) {
    auto record = ParseOrder(json, mode);
    if (!record) {
      Require(!record.error().empty() && tidings::IsUtf8(Describe(record.error())));
      continue;
    }
    if (record->amount) RequireAmount(*record->amount);
    for (const auto& text : {record->external_id, record->status, record->attributes,
                             record->customer.external_id, record->customer.email}) {
      RequireText(text);
    }
    if (record->attributes) Require(nlohmann::json::accept(*record->attributes));
    for (const auto& item : record->items.value_or(std::vector<OrderItem>())) {
      RequireText(item.name);
      RequireText(item.sku);
      for (auto money : {item.quantity, item.unit_price, item.total}) RequireAmount(money);
    }
  }
  return 0;
}
