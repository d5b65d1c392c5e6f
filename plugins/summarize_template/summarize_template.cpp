// The plugin: facts about campaigns in, sentences out. Needs nobody else.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "facts.h"
#include "summary.h"
#include "tidings/plugin.hpp"

namespace summarize_template {
namespace {

namespace sdk = tidings::sdk;

class SummarizeTemplate : public sdk::Plugin {
 public:
  static constexpr auto kId = "summarize_template";
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary =
      "Writes what became of a campaign, and what it is for, in fixed sentences.";
  static constexpr auto kOptionsSchema = R"json({
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "currency": {
        "description": "Stands before amounts of spend: \"$\", \"EUR \".",
        "type": "string", "maxLength": 8, "default": ""
      }
    }
  })json";
  static constexpr tidings_stage kStage = TIDINGS_SUMMARIZE;
  static constexpr tidings_capabilities kCapabilities = TIDINGS_STATELESS;

  SummarizeTemplate(sdk::Host host, std::string_view options)
      : Plugin(host), currency_(nlohmann::json::parse(options).value("currency", "")) {}

  void Process(const sdk::Tasks& batch, const sdk::Output& out) {
    for (size_t i = 0; i < batch.size(); ++i) Write(batch[i], i, out);
  }

 private:
  void Write(const tidings_task& task, size_t i, const sdk::Output& out) const {
    std::string_view kind = sdk::ToView(task.kind);
    if (kind != "summary" && kind != "intent") {
      return out.Reject(i, "cannot write a `" + std::string(kind) + "`, only summary and intent");
    }
    try {
      Facts facts = ParseFacts(sdk::ToView(task.facts));
      out.Text(i, kind == "intent" ? Intent(facts) : Summarize(facts, currency_));
    } catch (const std::invalid_argument& problem) {
      out.Reject(i, problem.what());
    }
  }

  const std::string currency_;
};

}  // namespace
}  // namespace summarize_template

TIDINGS_PLUGIN(summarize_template::SummarizeTemplate)
