#include "api/api.h"
#include "api/rule_input.h"
#include "crm/campaign_store.h"
#include "pg/pool.h"
#include "pipeline/engine.h"
#include "pipeline/launch.h"

namespace tidings::api {
namespace {

using http::Request;
using http::Responder;

crm::Draft ReadDraft(Body& body) {
  crm::Draft draft;
  draft.name = body.Text("name", Body::kRequired);
  if (auto channel = body.Text("channel"); !channel.empty()) draft.channel = channel;
  draft.subject = body.Text("subject");
  draft.message = body.Text("message", Body::kRequired);
  draft.html = body.Text("html");
  return draft;
}

void Launch(const Services& services, crm::SegmentStore& segments, const Request& request,
            const Responder& responder) {
  Body body(request.body);
  auto draft = ReadDraft(body);
  auto input = ReadRule(services, segments, body);
  body.Finish();
  if (body.Refuse(responder)) return;
  draft.segment = input->segment;
  crm::CampaignStore campaigns(*services.pool, *services.ids);
  auto ticket =
      pipeline::LaunchCampaign(*services.engine, campaigns, draft, input->rule, input->now);
  if (!ticket) return responder.Fail(ticket.error());
  auto id = ticket->id.ToString();
  Json answer{{"id", id},
              {"audience", ticket->audience},
              {"intent", ticket->intent},
              {"errors", ticket->errors},
              {"first_error", ticket->first_error},
              {"warnings", ticket->warnings}};
  responder.Send(http::Response::OfJson(202, answer)
                     .With("Location", std::string(kPrefix) + "/campaigns/" + id));
}

Result<crm::Page> List(crm::CampaignStore& store, const Request& request) {
  TRY(CheckQuery(request, {"cursor", "limit"}));
  TRY_ASSIGN(int limit, Limit(request));
  return store.List(Cursor(request), limit);
}

Result<crm::Page> Messages(crm::CampaignStore& store, const Request& request) {
  TRY(CheckQuery(request, {"cursor", "limit", "status"}));
  TRY_ASSIGN(Id id, PathId(request));
  crm::MessageQuery query;
  TRY_ASSIGN(query.limit, Limit(request));
  query.cursor = Cursor(request);
  query.status = QueryText(request, "status");
  return store.Messages(id, query);
}

}  // namespace

void AddCampaignRoutes(http::Router& router, const Services& services) {
  auto store = std::make_shared<crm::CampaignStore>(*services.pool, *services.ids);
  auto segments = std::make_shared<crm::SegmentStore>(*services.pool, *services.ids);
  auto path = std::string(kPrefix) + "/campaigns";
  router.Add("POST", path, [services, segments](Request request, Responder responder) {
    Launch(services, *segments, request, responder);
  });
  router.Add("GET", path, [store](Request request, Responder responder) {
    AnswerPage(responder, request, List(*store, request));
  });
  router.Add("GET", path + "/{id}", [store](Request request, Responder responder) {
    Answer(responder, PathId(request).and_then([&](Id id) { return store->Get(id); }));
  });
  router.Add("GET", path + "/{id}/messages", [store](Request request, Responder responder) {
    AnswerPage(responder, request, Messages(*store, request));
  });
}

}  // namespace tidings::api
