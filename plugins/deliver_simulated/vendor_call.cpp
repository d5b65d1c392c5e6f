#include "vendor_call.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "tidings/text.hpp"

namespace deliver_simulated {
namespace {

using Json = nlohmann::json;
using tidings::sdk::AppendJson;

void AppendMessage(std::string& to, const OutgoingMessage& message) {
  bool email = message.channel == "email";
  AppendJson(to += "{\"commId\":", message.id);
  AppendJson(to += ",\"campaignId\":", message.campaign);
  AppendJson(to += ",\"customerId\":", message.customer);
  AppendJson(to += ",\"name\":", message.name);
  AppendJson(to += ",\"email\":", email ? message.recipient : std::string_view());
  AppendJson(to += ",\"phone\":", email ? std::string_view() : message.recipient);
  AppendJson(to += ",\"personalized_msg\":", message.text);
  AppendJson(to += ",\"subject\":", message.subject);
  AppendJson(to += ",\"html\":", message.html);
  AppendJson(to += ",\"channel\":", message.channel);
  AppendJson(to += ",\"idempotencyKey\":", message.idempotency_key);
  tidings::sdk::AppendNumber(to += ",\"attempt\":", message.attempt);
  to += '}';
}

// The seconds of a Retry-After header as milliseconds; 0 where there is none.
uint64_t RetryAfter(std::string_view headers) {
  constexpr std::string_view kName = "retry-after:";
  while (!headers.empty()) {
    size_t end = std::min(headers.find("\r\n"), headers.size());
    std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    std::string name(line.substr(0, kName.size()));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (name != kName) continue;
    line.remove_prefix(kName.size());
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    uint64_t seconds = 0;
    std::from_chars(line.data(), line.data() + line.size(), seconds);
    return std::min<uint64_t>(seconds, 86'400) * 1000;
  }
  return 0;
}

std::string TextOf(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

VendorAnswer AnswerOf(const Json& result) {
  VendorAnswer answer;
  std::string status = TextOf(result, "status");
  answer.reason = TextOf(result, "reason");
  answer.reference = TextOf(result, "vendorMessageId");
  for (char& c : status) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (status == "retry") answer.answer = Answer::kRetry;
  if (status == "rejected") answer.answer = Answer::kReject;
  auto after = result.find("retryAfterMs");
  if (after != result.end() && after->is_number_unsigned()) answer.retry_after_ms = *after;
  if (answer.answer != Answer::kAccept && answer.reason.empty()) {
    answer.reason = "the vendor gave no reason";
  }
  return answer;
}

// By commId; empty where the body holds no results.
std::unordered_map<std::string, VendorAnswer> ResultsIn(std::string_view body) {
  std::unordered_map<std::string, VendorAnswer> results;
  auto json = Json::parse(body, nullptr, false);
  if (json.is_object()) json = json.value("results", Json());
  if (!json.is_array()) return results;
  for (auto& result : json) {
    if (result.is_object()) results.emplace(TextOf(result, "commId"), AnswerOf(result));
  }
  return results;
}

}  // namespace

std::string VendorBody(const std::vector<OutgoingMessage>& messages) {
  std::string body = "[";
  for (auto& message : messages) {
    if (body.size() > 1) body += ',';
    AppendMessage(body, message);
  }
  return body += ']';
}

std::vector<VendorAnswer> ReadAnswer(uint32_t status, std::string_view headers,
                                     std::string_view body,
                                     const std::vector<OutgoingMessage>& messages) {
  std::vector<VendorAnswer> answers(messages.size());
  if (status / 100 == 2) {
    auto results = ResultsIn(body);
    for (size_t i = 0; i < messages.size() && !results.empty(); ++i) {
      auto found = results.find(std::string(messages[i].id));
      if (found != results.end()) answers[i] = found->second;
    }
    return answers;
  }
  bool passing = status == 408 || status == 429 || status >= 500;
  VendorAnswer all{passing ? Answer::kRetry : Answer::kReject,
                   "the vendor answered HTTP " + std::to_string(status), "",
                   passing ? RetryAfter(headers) : 0};
  answers.assign(messages.size(), all);
  return answers;
}

}  // namespace deliver_simulated
