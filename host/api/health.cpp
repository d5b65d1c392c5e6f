#include "api/api.h"
#include "api/call.h"
#include "api/metrics.h"
#include "crm/cross_check.h"
#include "pg/pool.h"
#include "pipeline/engine.h"

namespace tidings::api {
namespace {

using http::Request;
using http::Responder;

constexpr const char* kProbe = "select 1";

// Ready: the database answers and no stage crashes in a loop.
void AnswerReady(const Services& services, const Responder& responder) {
  std::vector<http::FieldProblem> problems;
  auto lease = services.pool->Acquire(std::chrono::seconds(2));
  auto probe = lease ? (*lease)->Execute(kProbe) : tl::unexpected(lease.error());
  if (!probe) problems.push_back({"/database", probe.error().message});
  auto status = services.engine->Status();
  for (const auto& stage : status.stages) {
    if (!stage.failing) continue;
    problems.push_back({"/stages/" + stage.pipeline + "/" + stage.stage, stage.last_error});
  }
  if (status.draining) problems.push_back({"", "the host is stopping"});
  if (!problems.empty()) return responder.Problem(503, "not ready", problems);
  responder.Send(http::Response::OfJson(200, {{"status", "ready"}}));
}

}  // namespace

void AddHealthRoutes(http::Router& router, const Services& services) {
  router.Add("GET", "/healthz",
             [](Request, Responder responder) {
               responder.Send(http::Response::OfJson(200, {{"status", "alive"}}));
             },
             {.blocking = false});
  router.Add("GET", "/readyz",
             [services](Request, Responder responder) { AnswerReady(services, responder); });
  router.Add("GET", "/metrics", [services](Request, Responder responder) {
    auto text =
        PrometheusText(services.engine->Status(), services.counters(), crm::DisagreementCount());
    responder.Send(http::Response::Of(200, "text/plain; version=0.0.4; charset=utf-8", text));
  });
  router.Add("GET", std::string(kPrefix) + "/status",
             [engine = services.engine](Request, Responder responder) {
               responder.Send(http::Response::OfJson(200, engine->Status().ToJson()));
             });
}

}  // namespace tidings::api
