// Uses everything that the host offers, through the C++ glue, as its options say.
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "tidings/plugin.hpp"

namespace {

namespace sdk = tidings::sdk;

class Chatty : public sdk::Plugin {
 public:
  static constexpr auto kId = "chatty";
  static constexpr auto kVersion = "2.0.0";
  static constexpr auto kSummary = "Asks the host for everything once.";
  static constexpr auto kOptionsSchema =
      R"({"type": "object", "properties": {"url": {"type": "string"}}})";
  static constexpr tidings_stage kStage = TIDINGS_SUMMARIZE;

  Chatty(sdk::Host host, std::string_view options) : Plugin(host) {
    options_ = nlohmann::json::parse(options);
    if (options_.contains("throw")) Throw(options_["throw"]);
  }

  void Start() { host().Info("started"); }

  void Process(const sdk::Tasks& batch, const sdk::Output& out) {
    if (options_.contains("process")) Throw(options_["process"]);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      nlohmann::json seen;
      seen["kind"] = sdk::ToView(batch[i].kind);
      seen["now"] = host().Now();
      seen["batch_now"] = batch.now();
      seen["cancelled"] = host().Cancelled();
      seen["receipts"] = host().ReceiptsUrl();
      seen["random"] = host().Random();
      auto answer = host().Http({"POST", options_.value("url", "http://x/"), "A: b\r\n", "body"});
      seen["http"] = {{"code", answer.code},
                      {"status", answer.status},
                      {"body", answer.body},
                      {"error", answer.error}};
      host().Count("tasks", 2);
      out.Text(i, seen.dump());
    }
  }

  void Drain(std::int64_t deadline) { host().Info("drained until " + std::to_string(deadline)); }
  void Stop() { host().Info("secret " + host().Secret("key")); }

 private:
  [[noreturn]] static void Throw(const std::string& what) {
    if (what == "failure") throw sdk::Failure(TIDINGS_UNAVAILABLE, "away for lunch", "/url");
    if (what == "int") throw 7;
    throw std::runtime_error("plain " + what);
  }

  nlohmann::json options_;
};

}  // namespace

TIDINGS_PLUGIN(Chatty)
