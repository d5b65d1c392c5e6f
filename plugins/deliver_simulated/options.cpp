#include "options.h"

#include <nlohmann/json.hpp>

#include "tidings/text.hpp"

namespace deliver_simulated {

const char kOptionsSchema[] = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "failure_rate": {
      "description": "Fraction of accepted messages whose receipt says that they failed.",
      "type": "number", "minimum": 0, "maximum": 1, "default": 0.1
    },
    "retry_rate": {
      "description": "Fraction of messages that are answered `try again`, at each attempt anew.",
      "type": "number", "minimum": 0, "maximum": 1, "default": 0
    },
    "reject_rate": {
      "description": "Fraction of messages that are refused at once.",
      "type": "number", "minimum": 0, "maximum": 1, "default": 0
    },
    "delay": {
      "description": "Time from acceptance to receipt: one duration, or shortest..longest.",
      "type": "string", "default": "0ms"
    },
    "duplicates": {
      "description": "Fraction of receipts that are sent twice.",
      "type": "number", "minimum": 0, "maximum": 1, "default": 0
    },
    "disorder": {
      "description": "Send waiting receipts in random order.", "type": "boolean", "default": false
    },
    "latency": {
      "description": "How long accepting a batch takes.", "type": "string", "default": "0ms"
    },
    "receipts_per_call": {
      "description": "Most receipts in one call of the receipt API.",
      "type": "integer", "minimum": 1, "maximum": 10000, "default": 500
    },
    "max_pending": {
      "description": "Most receipts that wait; when they are that many, accepting waits too.",
      "type": "integer", "minimum": 1, "maximum": 10000000, "default": 50000
    },
    "connections": {
      "description": "Calls of the receipt API under way at once.",
      "type": "integer", "minimum": 1, "maximum": 64, "default": 2
    },
    "seed": {
      "description": "Decides with a message's id, and nothing else, what becomes of it.",
      "type": "integer", "minimum": 0, "default": 1
    },
    "receipt_url": {
      "description": "Where receipts go; empty means this host's own receipt API.",
      "type": "string", "default": ""
    },
    "url": {
      "description": "Post the messages to a vendor there (`tidings vendor` is one) instead of simulating it here.",
      "type": "string", "default": ""
    }
  }
})json";

namespace {

Duration DurationOf(std::string_view text, const char* where) {
  if (auto micros = tidings::sdk::ParseDuration(text)) return Duration(*micros);
  throw OptionsError{where, "`" + std::string(text) + "` is no duration like 250ms, 5s or 10m"};
}

void TakeDelay(std::string_view text, Options* options) {
  size_t dots = text.find("..");
  bool range = dots != std::string_view::npos;
  options->shortest_delay = DurationOf(text.substr(0, dots), "/delay");
  options->longest_delay =
      range ? DurationOf(text.substr(dots + 2), "/delay") : options->shortest_delay;
  if (options->longest_delay < options->shortest_delay) {
    throw OptionsError{"/delay", "must name the shortest delay first"};
  }
}

}  // namespace

Options ParseOptions(std::string_view text) {
  auto json = nlohmann::json::parse(text);
  Options options;
  options.failure_rate = json.value("failure_rate", options.failure_rate);
  options.retry_rate = json.value("retry_rate", options.retry_rate);
  options.reject_rate = json.value("reject_rate", options.reject_rate);
  options.duplicates = json.value("duplicates", options.duplicates);
  options.disorder = json.value("disorder", options.disorder);
  options.receipts_per_call = json.value("receipts_per_call", options.receipts_per_call);
  options.max_pending = json.value("max_pending", options.max_pending);
  options.connections = json.value("connections", options.connections);
  options.seed = json.value("seed", options.seed);
  options.receipt_url = json.value("receipt_url", "");
  options.url = json.value("url", "");
  options.latency = DurationOf(json.value("latency", "0ms"), "/latency");
  TakeDelay(json.value("delay", "0ms"), &options);
  return options;
}

}  // namespace deliver_simulated
