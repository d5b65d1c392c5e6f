// A vendor that writes every message to the log. Copy the folder, rename it, and call your vendor
// where this one logs.
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tidings/plugin.hpp"

namespace {

namespace sdk = tidings::sdk;

class Template : public sdk::Plugin {
 public:
  static constexpr auto kId = "template";  // the file's name, and what pipelines.yaml says
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary = "Writes every message to the log; copy it for your own vendor.";
  static constexpr tidings_stage kStage = TIDINGS_DELIVER;
  static constexpr tidings_capabilities kCapabilities = TIDINGS_STATELESS;
  static constexpr auto kOptionsSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "greeting": {"type": "string", "default": "to", "description": "Stands before the address."},
      "blocked": {"type": "array", "items": {"type": "string"}, "description": "Never sent to."}
    }
  })";

  // The options fit the schema already, so only what a schema cannot say is left to check.
  Template(sdk::Host host, std::string_view text) : Plugin(host) {
    auto options = nlohmann::json::parse(text);
    greeting_ = options.value("greeting", "to");
    blocked_ = options.value("blocked", std::set<std::string, std::less<>>());
  }

  // One verdict for each message: Accept, Retry, Reject or Drop.
  void Process(const sdk::Messages& batch, const sdk::Output& out) {
    for (std::size_t i = 0; i < batch.size() && !host().Cancelled(); ++i) Send(batch[i], i, out);
  }

 private:
  void Send(const tidings_message& message, std::size_t i, const sdk::Output& out) {
    auto recipient = sdk::ToString(message.recipient);
    if (blocked_.count(recipient)) return out.Reject(i, recipient + " is blocked");
    host().Info(greeting_ + " " + recipient + ": " + sdk::ToString(message.subject));
    host().Count("logged");
    out.Accept(i, "log-" + sdk::ToString(message.idempotency_key));
  }

  std::string greeting_;
  std::set<std::string, std::less<>> blocked_;
};

}  // namespace

TIDINGS_PLUGIN(Template)
