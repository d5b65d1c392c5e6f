// The plugin: JSON texts as they come over HTTP in, customers and orders out.
#include "envelope.h"
#include "tidings/plugin.hpp"

#include <nlohmann/json.hpp>

namespace ingest_http {
namespace {

namespace sdk = tidings::sdk;

class IngestHttp : public sdk::Plugin {
 public:
  static constexpr auto kId = "ingest_http";
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary =
      "Takes in customers and orders as JSON objects, plain or in an event's envelope.";
  static constexpr auto kOptionsSchema = R"json({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "entity": {
        "description": "What the objects are. Without it, what the caller says, or the envelope.",
        "type": "string", "enum": ["customer", "order"]
      }
    }
  })json";
  static constexpr tidings_stage kStage = TIDINGS_INGEST;
  static constexpr tidings_capabilities kCapabilities = TIDINGS_STATELESS;

  IngestHttp(sdk::Host host, std::string_view options)
      : Plugin(host), entity_(nlohmann::json::parse(options).value("entity", "")) {}

  void Process(const sdk::Payloads& batch, const sdk::Output& out) {
    for (size_t i = 0; i < batch.size(); ++i) Take(batch[i], i, out);
  }

 private:
  void Take(const tidings_payload& item, size_t i, const sdk::Output& out) {
    std::string_view named = entity_.empty() ? sdk::ToView(item.entity) : entity_;
    auto on_record = [&](std::string_view said, std::string_view json) {
      std::string_view entity = named.empty() ? said : named;
      if (!entity.empty()) return out.Record(i, entity, json, item.line);
      out.Refuse(i, item.line, "", "",
                 "nothing says whether this is a customer or an order; set the option `entity`");
    };
    auto on_refusal = [&](const Refusal& refusal) {
      out.Refuse(i, item.line, refusal.pointer, refusal.value, refusal.reason);
    };
    unwrapper_.Take(sdk::ToView(item.bytes), on_record, on_refusal);
  }

  const std::string entity_;
  Unwrapper unwrapper_;
};

}  // namespace
}  // namespace ingest_http

TIDINGS_PLUGIN(ingest_http::IngestHttp)
