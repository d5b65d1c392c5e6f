#include "pipeline/script_items.h"

#include "base/text.h"

namespace tidings::pipeline {

Json ToJson(const Message& m) {
  auto attributes = ParseJson(m.attributes);
  return {{"id", m.id},
          {"idempotency_key", m.idempotency_key},
          {"campaign_id", m.campaign_id},
          {"customer_id", m.customer_id},
          {"channel", m.channel},
          {"recipient", m.recipient},
          {"recipient_name", m.recipient_name},
          {"subject", m.subject},
          {"text", m.text},
          {"html", m.html},
          {"attributes", attributes ? *attributes : Json::object()},
          {"attempt", m.attempt}};
}

Json ToJson(const HttpRequest& r) {
  return {{"method", r.method},
          {"path", r.path},
          {"query", r.query},
          {"headers", HeaderTable(r.headers)},
          {"body", r.body}};
}

Verdict VerdictOf(const Json& answer) {
  Verdict verdict;
  std::string said = TextOf(answer, "verdict");
  if (said == "retry") verdict.code = VerdictCode::kRetry;
  if (said == "reject") verdict.code = VerdictCode::kReject;
  if (auto seconds = answer.find("seconds"); seconds != answer.end() && seconds->is_number()) {
    constexpr double kYear = 365.0 * 24 * 3600;
    double wait = seconds->get<double>();
    if (wait > 0) verdict.retry_after = Duration(static_cast<int64_t>(std::min(wait, kYear) * 1e6));
  }
  verdict.reason = TextOf(answer, "reason");
  verdict.reference = TextOf(answer, "reference");
  return verdict;
}

Result<Receipt> ReceiptOf(uint64_t item, const Json& json) {
  Receipt receipt;
  receipt.item = item;
  receipt.message_id = TextOf(json, "message_id");
  std::string status = TextOf(json, "status");
  receipt.status = status == "sent"        ? ReceiptStatus::kSent
                   : status == "delivered" ? ReceiptStatus::kDelivered
                                           : ReceiptStatus::kUndelivered;
  receipt.reason = TextOf(json, "reason");
  receipt.reference = TextOf(json, "reference");
  auto occurred = json.find("occurred_at");
  if (occurred == json.end() || occurred->is_null()) return receipt;
  if (occurred->is_number()) {
    constexpr double kFarthest = 253402300799.0;  // the end of the year 9999
    double seconds = std::clamp(occurred->get<double>(), 0.0, kFarthest);
    receipt.occurred_at = Time(Duration(static_cast<int64_t>(seconds * 1e6)));
    return receipt;
  }
  TRY_ASSIGN(receipt.occurred_at, ParseTime(TextOf(json, "occurred_at")));
  return receipt;
}

std::string HeaderLines(const Json& headers) {
  if (headers.is_string()) return headers.get<std::string>();
  std::string lines;
  if (!headers.is_object()) return lines;
  for (const auto& [name, value] : headers.items()) {
    lines += name + ": " + TextOf(headers, name.c_str()) + "\r\n";
  }
  return lines;
}

Json HeaderTable(std::string_view lines) {
  Json table = Json::object();
  for (std::string_view line : Split(lines, '\n')) {
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    auto name = LowerAscii(Trim(line.substr(0, colon)));
    std::string value(Trim(line.substr(colon + 1)));
    auto& slot = table[name];
    slot = slot.is_string() ? slot.get<std::string>() + ", " + value : value;
  }
  return table;
}

}  // namespace tidings::pipeline
