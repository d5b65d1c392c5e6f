#include "api/api.h"
#include "api/call.h"
#include "pipeline/engine.h"

namespace tidings::api {
namespace {

using http::Request;
using http::Responder;

constexpr size_t kLargestReceipts = 16 << 20;

pipeline::HttpRequest AsItCame(Request request) {
  pipeline::HttpRequest item;
  item.method = std::move(request.method);
  item.path = std::move(request.path);
  if (auto mark = request.target.find('?'); mark != request.target.npos) {
    item.query = request.target.substr(mark + 1);
  }
  for (const auto& [name, value] : request.headers) item.headers += name + ": " + value + "\r\n";
  item.body = std::move(request.body);
  return item;
}

Json ToJson(const pipeline::ReceiptReport& report) {
  Json refused = Json::array();
  for (const auto& receipt : report.refused) {
    refused.push_back({{"pointer", "/" + std::to_string(receipt.index)},
                       {"message_id", receipt.message_id},
                       {"detail", receipt.reason}});
  }
  return {{"accepted", report.accepted},
          {"duplicates", report.duplicates},
          {"unknown", report.unknown},
          {"refused", refused}};
}

void AnswerReport(const Responder& responder, const Result<pipeline::ReceiptReport>& report) {
  Answer(responder, report.map(ToJson));
}

}  // namespace

// Answers once the receipts are committed. A vendor whose callback cannot set a path posts to
// /receipts; /receipts/{stage} chooses among several receipt stages.
void AddReceiptRoutes(http::Router& router, const Services& services) {
  auto receive = [engine = services.engine](Request request, Responder responder) {
    std::string stage(request.Param("stage"));
    engine->ReceiveAsync(
        AsItCame(std::move(request)), stage,
        [responder](Result<pipeline::ReceiptReport> report) { AnswerReport(responder, report); });
  };
  auto path = std::string(kPrefix) + "/receipts";
  http::RouteOptions options{.max_body = kLargestReceipts, .blocking = false};
  router.Add("POST", path, receive, options);
  router.Add("POST", path + "/{stage}", receive, options);
}

}  // namespace tidings::api
