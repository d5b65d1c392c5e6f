// The plugin: wishes in, made-up customers and orders out.
#include <nlohmann/json.hpp>

#include "shop.h"
#include "tidings/plugin.hpp"
#include "tidings/text.hpp"

namespace ingest_generator {
namespace {

namespace sdk = tidings::sdk;
using Json = nlohmann::json;

class IngestGenerator : public sdk::Plugin {
 public:
  static constexpr auto kId = "ingest_generator";
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary =
      "Makes customers and orders of a shop that never was; the same seed makes the same rows.";
  static constexpr auto kOptionsSchema = R"json({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "seed": {
        "description": "Decides every row; used where the wish names none.",
        "type": "integer", "minimum": 0, "maximum": 9007199254740991, "default": 1
      },
      "lapsed": {
        "description": "Fraction of customers who bought nothing in the last 180 days.",
        "type": "number", "minimum": 0, "maximum": 1, "default": 0.3
      },
      "totals": {
        "description": "Give customers total_spend, visit and last_order_date from their past elsewhere: for shops without orders.",
        "type": "boolean", "default": false
      }
    }
  })json";
  static constexpr tidings_stage kStage = TIDINGS_INGEST;
  static constexpr tidings_capabilities kCapabilities = TIDINGS_CAN_GENERATE | TIDINGS_STATELESS;

  IngestGenerator(sdk::Host host, std::string_view options)
      : Plugin(host), options_(Json::parse(options)) {}

  void Process(const sdk::Payloads& batch, const sdk::Output& out) {
    for (size_t i = 0; i < batch.size(); ++i) {
      Wish wish;
      std::string why = Read(sdk::ToView(batch[i].bytes), batch.now(), &wish);
      if (why.empty()) {
        Make(wish, i, out);
      } else {
        out.Reject(i, why);
      }
    }
  }

 private:
  struct Wish {
    ShopOptions shop;
    uint64_t customers = 0, orders = 0, from_customer = 0, from_order = 0, population = 0;
  };

  // Why the wish makes no sense; "" when it does.
  std::string Read(std::string_view text, int64_t now, Wish* wish) const {
    auto json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return "must be a JSON object like {\"customers\": 1000, \"seed\": 7}";
    wish->shop.seed = options_.value("seed", uint64_t{1});
    wish->shop.lapsed = options_.value("lapsed", 0.3);
    wish->shop.totals = options_.value("totals", false);
    wish->shop.until = std::max(now - now % sdk::kSecond, k1980);
    for (auto& [key, value] : json.items()) {
      std::string why = key == "until" ? ReadUntil(value, wish) : ReadCount(key, value, wish);
      if (!why.empty()) return why;
    }
    if (wish->population == 0) wish->population = wish->from_customer + wish->customers;
    if (wish->orders == 0 || wish->population > 0) return "";
    return "`population` must say how many customers there are to order";
  }

  static constexpr int64_t k1980 = 3652 * sdk::kDay;

  static std::string ReadUntil(const Json& value, Wish* wish) {
    auto time = value.is_string() ? sdk::ParseTime(value.get<std::string>()) : std::nullopt;
    if (!time || *time < k1980) return "`until` must be a date from 1980 on, like 2026-11-01";
    wish->shop.until = *time;
    return "";
  }

  static std::string ReadCount(const std::string& key, const Json& value, Wish* wish) {
    const std::pair<const char*, uint64_t*> counts[] = {
        {"customers", &wish->customers},         {"orders", &wish->orders},
        {"from_customer", &wish->from_customer}, {"from_order", &wish->from_order},
        {"population", &wish->population},       {"seed", &wish->shop.seed}};
    constexpr uint64_t kMost = uint64_t{1} << 53;
    for (auto& [name, count] : counts) {
      if (key != name) continue;
      if (!value.is_number_unsigned() || value.get<uint64_t>() >= kMost) {
        return "`" + key + "` must be a whole number from 0";
      }
      *count = value;
      return "";
    }
    return "`" + key +
           "` is unknown; customers, orders, seed, until, from_customer, from_order "
           "and population are not";
  }

  void Make(const Wish& wish, size_t item, const sdk::Output& out) {
    Shop shop(wish.shop);
    for (uint64_t i = 0; i < wish.customers && Go(i); ++i) {
      json_.clear();
      shop.AppendCustomer(json_, wish.from_customer + i);
      out.Record(item, "customer", json_, wish.from_customer + i + 1);
    }
    for (uint64_t i = 0; i < wish.orders && Go(i); ++i) {
      json_.clear();
      shop.AppendOrder(json_, wish.from_order + i, wish.population);
      out.Record(item, "order", json_, wish.from_order + i + 1);
    }
  }

  // Whether to go on; a host that has cancelled does not want half a batch to look whole.
  bool Go(uint64_t i) const {
    if (i % 256 == 0 && host().Cancelled()) throw sdk::Failure(TIDINGS_CANCELLED, "cancelled");
    return true;
  }

  const Json options_;
  std::string json_;
};

}  // namespace
}  // namespace ingest_generator

TIDINGS_PLUGIN(ingest_generator::IngestGenerator)
