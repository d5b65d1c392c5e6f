#include "http/problem.h"

#include "base/log.h"

namespace tidings::http {

int StatusOf(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return 400;
    case Code::kPermissionDenied: return 403;
    case Code::kNotFound: return 404;
    case Code::kAlreadyExists:
    case Code::kConflict: return 409;
    case Code::kResourceExhausted: return 429;
    case Code::kCancelled:
    case Code::kUnavailable: return 503;
    case Code::kTimeout: return 504;
    case Code::kInternal: break;
  }
  return 500;
}

Response Problem(int status, std::string detail, const std::vector<FieldProblem>& errors,
                 const OrderedJson& more) {
  OrderedJson json = {{"type", "about:blank"},
                      {"title", std::string(ReasonPhrase(status))},
                      {"status", status},
                      {"detail", std::move(detail)}};
  for (const FieldProblem& error : errors) {
    json["errors"].push_back({{"pointer", error.pointer}, {"detail", error.detail}});
  }
  json.update(more);
  std::string body = json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  return Response::Of(status, "application/problem+json", std::move(body));
}

Response Problem(const Error& error) {
  int status = StatusOf(error.code);
  if (status != 500) return Problem(status, error.message);
  log::Failure("http", "{}", error.message);
  return Problem(500, "Something went wrong inside Tidings; its log says what.");
}

}  // namespace tidings::http
