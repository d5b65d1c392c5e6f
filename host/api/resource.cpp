#include "api/resource.h"

#include "api/bulk.h"
#include "api/call.h"
#include "pipeline/engine.h"

namespace tidings::api {
namespace {

using http::Request;
using http::Responder;

BulkCall BulkOf(const Services& services, const Resource& resource) {
  auto take_in = [engine = services.engine,
                  entity = resource.entity](std::vector<pipeline::Payload> rows) {
    return engine->Ingest(entity, std::move(rows));
  };
  return {resource.entity, resource.path + "/", take_in, resource.get};
}

}  // namespace

void AddResourceRoutes(http::Router& router, const Services& services, const Resource& resource) {
  auto one = resource.path + "/{id}";
  router.AddUpload("POST", resource.path,
                   [bulk = BulkOf(services, resource)](Request request, http::BodyReader body,
                                                       Responder responder) {
                     HandleBulk(bulk, request, std::move(body), responder);
                   },
                   {.max_body = kLargestBulk});
  router.Add("GET", resource.path, [resource](Request request, Responder responder) {
    AnswerPage(responder, request, resource.list(request));
  });
  router.Add("GET", one, [resource](Request request, Responder responder) {
    Answer(responder, PathId(request).and_then(resource.get));
  });
  router.Add("PATCH", one, [resource](Request request, Responder responder) {
    auto id = PathId(request);
    id ? resource.patch(*id, request, responder) : responder.Fail(id.error());
  });
  router.Add("DELETE", one, [resource](Request request, Responder responder) {
    auto done = PathId(request).and_then(resource.remove);
    done ? responder.Send({.status = 204}) : responder.Fail(done.error());
  });
}

}  // namespace tidings::api
