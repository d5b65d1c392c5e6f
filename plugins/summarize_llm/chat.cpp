#include "chat.h"

namespace summarize_llm {
namespace {

using Json = nlohmann::json;

bool EndsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// The member as text, "" where it is missing, null or something else.
std::string TextOf(const Json& object, const char* key) {
  if (!object.is_object()) return "";
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Json MemberOf(const Json& object, const char* key) {
  return object.is_object() ? object.value(key, Json()) : Json();
}

}  // namespace

std::string EndpointOf(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  if (EndsWith(url, "/chat/completions")) return url;
  return url + (EndsWith(url, "/v1") ? "/chat/completions" : "/v1/chat/completions");
}

std::string RequestBody(const ModelOptions& options, const Dialect& dialect,
                        const std::string& name, const Json& schema, const Json& messages) {
  Json body = {{"model", options.model}, {"messages", messages}};
  body[dialect.max_tokens ? "max_tokens" : "max_completion_tokens"] = options.max_tokens;
  if (dialect.temperature) body["temperature"] = options.temperature;
  if (dialect.json_schema) {
    body["response_format"] = {
        {"type", "json_schema"},
        {"json_schema", {{"name", name}, {"strict", true}, {"schema", schema}}}};
  } else if (dialect.json_object) {
    body["response_format"] = {{"type", "json_object"}};
  }
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool Learn(std::string_view body, Dialect* dialect) {
  auto names = [&](const char* word) { return body.find(word) != std::string_view::npos; };
  if (names("max_completion_tokens") && dialect->max_tokens) {
    dialect->max_tokens = false;
  } else if (names("temperature") && dialect->temperature) {
    dialect->temperature = false;
  } else if (dialect->json_schema) {
    dialect->json_schema = false;
  } else if (dialect->json_object) {
    dialect->json_object = false;
  } else {
    return false;
  }
  return true;
}

bool ReadAnswer(std::string_view body, std::string* text, std::string* why) {
  auto json = Json::parse(body, nullptr, false);
  Json choices = MemberOf(json, "choices");
  if (!choices.is_array() || choices.empty()) {
    *why = "the model's server answered something that is no chat completion";
    return false;
  }
  Json message = MemberOf(choices[0], "message");
  std::string ended = TextOf(choices[0], "finish_reason"), refusal = TextOf(message, "refusal");
  *text = TextOf(message, "content");
  if (!refusal.empty()) {
    *why = "the model refused: " + refusal.substr(0, 200);
  } else if (ended == "content_filter") {
    *why = "the model's content filter took the answer away";
  } else if (ended == "length") {
    *why = "the answer was cut off; raise max_tokens";
  } else if (text->empty()) {
    *why = "the model answered nothing";
  } else {
    return true;
  }
  return false;
}

std::string ErrorIn(std::string_view body) {
  auto json = Json::parse(body, nullptr, false);
  Json error = MemberOf(json, "error");
  std::string text = error.is_string() ? error.get<std::string>() : TextOf(error, "message");
  if (text.empty()) text = TextOf(json, "message");
  if (text.empty()) text = std::string(body);
  text = text.substr(0, 200);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

}  // namespace summarize_llm
