// The chat completions API of OpenAI, which many servers speak, and their dialects of it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace summarize_llm {

struct ModelOptions {
  std::string url, model;
  std::string key;  // empty = no Authorization header
  int max_tokens = 500;
  double temperature = 0.2;
};

// What this server has been found not to understand.
struct Dialect {
  bool json_schema = true;  // else json_object, and then nothing
  bool json_object = true;
  bool max_tokens = true;  // else max_completion_tokens
  bool temperature = true;
};

// ".../v1/chat/completions", whether the option ends before it, in /v1, or is all of it.
std::string EndpointOf(std::string url);

// The body of a call.
std::string RequestBody(const ModelOptions& options, const Dialect& dialect,
                        const std::string& name, const nlohmann::json& schema,
                        const nlohmann::json& messages);

// Learns from the error message of an HTTP 400. False when there is nothing more to give up.
bool Learn(std::string_view body, Dialect* dialect);

// The text of the answer, or in *why the reason that there is none: cut off, filtered, refused.
bool ReadAnswer(std::string_view body, std::string* text, std::string* why);

// "message" of an error's body, else its beginning, on one line.
std::string ErrorIn(std::string_view body);

}  // namespace summarize_llm
