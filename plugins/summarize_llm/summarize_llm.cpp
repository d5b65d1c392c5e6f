// The plugin: facts about campaigns in, sentences by a language model out.
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "chat.h"
#include "prompt.h"
#include "tidings/plugin.hpp"
#include "tidings/text.hpp"

namespace summarize_llm {
namespace {

namespace sdk = tidings::sdk;
using Json = nlohmann::json;
using std::chrono::milliseconds;

class SummarizeLlm : public sdk::Plugin {
 public:
  static constexpr auto kId = "summarize_llm";
  static constexpr auto kVersion = "1.0.0";
  static constexpr auto kSummary =
      "Lets a language model behind any OpenAI-compatible API write summaries, and checks them.";
  static constexpr auto kOptionsSchema = R"json({
    "type": "object",
    "additionalProperties": false,
    "required": ["url", "model"],
    "properties": {
      "url": {
        "description": "The API's address: https://api.openai.com, http://127.0.0.1:11434/v1, ...",
        "type": "string", "pattern": "^https?://"
      },
      "model": {
        "description": "The model's name at that API.", "type": "string", "minLength": 1
      },
      "key": {
        "description": "Sent as a bearer token where it is set. Write it as !secret.",
        "type": "string", "default": ""
      },
      "timeout": {
        "description": "How long one call may take.", "type": "string", "default": "20s"
      },
      "max_tokens": {
        "description": "The longest answer.",
        "type": "integer", "minimum": 50, "maximum": 100000, "default": 500
      },
      "temperature": {
        "description": "0 = always the most likely words.",
        "type": "number", "minimum": 0, "maximum": 2, "default": 0.2
      }
    }
  })json";
  static constexpr tidings_stage kStage = TIDINGS_SUMMARIZE;
  static constexpr tidings_capabilities kCapabilities = TIDINGS_STATELESS;

  SummarizeLlm(sdk::Host host, std::string_view text) : Plugin(host) {
    auto json = Json::parse(text);
    options_.url = EndpointOf(json.at("url"));
    options_.model = json.at("model");
    options_.key = json.value("key", "");
    options_.max_tokens = json.value("max_tokens", options_.max_tokens);
    options_.temperature = json.value("temperature", options_.temperature);
    auto timeout = sdk::ParseDuration(json.value("timeout", "20s"));
    if (!timeout || *timeout < 1000) {
      throw sdk::Failure(TIDINGS_INVALID, "must be a duration like 20s or 500ms", "/timeout");
    }
    timeout_ = milliseconds(*timeout / 1000);
    if (options_.key.find_first_of("\r\n") != std::string::npos) {
      throw sdk::Failure(TIDINGS_INVALID, "must be one line", "/key");
    }
  }

  void Process(const sdk::Tasks& batch, const sdk::Output& out) {
    for (size_t i = 0; i < batch.size() && !host().Cancelled(); ++i) {
      Outcome outcome = Write(batch[i]);
      switch (outcome.end) {
        case Outcome::kWritten: out.Text(i, outcome.text); break;
        case Outcome::kLater: out.Retry(i, outcome.text, outcome.after); break;
        case Outcome::kNever: out.Reject(i, outcome.text); break;
      }
    }
  }

 private:
  // `text` is what was written, or why nothing was.
  struct Outcome {
    enum End { kWritten, kLater, kNever } end = kNever;
    std::string text;
    milliseconds after{0};
  };

  // Asks once; where the answer cannot be used, says why and asks once more.
  Outcome Write(const tidings_task& task) {
    try {
      Assignment assignment(sdk::ToView(task.kind), sdk::ToView(task.facts));
      Json messages = assignment.Messages();
      std::string why;
      for (int attempt = 0; attempt < 2; ++attempt) {
        Outcome outcome = Ask(assignment, messages);
        if (outcome.end != Outcome::kWritten) return outcome;
        std::string answer = std::move(outcome.text);
        if (assignment.Accept(answer, &outcome.text, &why)) return outcome;
        host().Count("answers_refused");
        messages.push_back({{"role", "assistant"}, {"content", answer}});
        messages.push_back({{"role", "user"},
                            {"content", "That answer cannot be used: " + why +
                                            ". Answer again, in the same form."}});
      }
      return {Outcome::kNever, "the model's answer cannot be used, twice: " + why};
    } catch (const std::invalid_argument& problem) {
      return {Outcome::kNever, problem.what()};
    }
  }

  // One answer of the model, as text. Where the server does not understand the call, it is said
  // more simply; what helped is kept for the next calls.
  Outcome Ask(const Assignment& assignment, const Json& messages) {
    Dialect dialect = dialect_;
    for (;;) {
      auto answer =
          Post(RequestBody(options_, dialect, assignment.kind(), assignment.schema(), messages));
      if (!answer.Arrived()) return {Outcome::kLater, options_.url + ": " + answer.error};
      if (answer.status == 400 && Learn(answer.body, &dialect)) continue;
      if (!answer.Ok()) return Refused(answer);
      dialect_ = dialect;
      Outcome outcome{Outcome::kWritten, ""};
      std::string why;
      if (!ReadAnswer(answer.body, &outcome.text, &why)) outcome = {Outcome::kNever, why};
      return outcome;
    }
  }

  sdk::HttpAnswer Post(const std::string& body) const {
    std::string headers = "Content-Type: application/json\r\n";
    if (!options_.key.empty()) headers += "Authorization: Bearer " + options_.key + "\r\n";
    sdk::HttpCall call;
    call.method = "POST";
    call.url = options_.url;
    call.headers = headers;
    call.body = body;
    call.timeout = timeout_;
    call.max_body = 1 << 20;
    return host().Http(call);
  }

  static Outcome Refused(const sdk::HttpAnswer& answer) {
    bool later = answer.status == 408 || answer.status == 429 || answer.status >= 500;
    Outcome outcome{later ? Outcome::kLater : Outcome::kNever, "the model's server answered HTTP " +
                                                                   std::to_string(answer.status) +
                                                                   ": " + ErrorIn(answer.body)};
    if (later) outcome.after = RetryAfter(answer.headers);
    return outcome;
  }

  static milliseconds RetryAfter(const std::string& headers) {
    std::string lower = headers;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    size_t at = ("\n" + lower).find("\nretry-after:");
    if (at == std::string::npos) return milliseconds(0);
    size_t digits = lower.find_first_not_of(' ', at + 12);
    int64_t seconds = 0;
    if (digits == std::string::npos) return milliseconds(0);
    std::from_chars(lower.data() + digits, lower.data() + lower.size(), seconds);
    return milliseconds(std::clamp<int64_t>(seconds, 0, 86'400) * 1000);
  }

  ModelOptions options_;
  milliseconds timeout_{20'000};
  Dialect dialect_;  // a memory of errors only: another instance finds out for itself
};

}  // namespace
}  // namespace summarize_llm

TIDINGS_PLUGIN(summarize_llm::SummarizeLlm)
