#include "api/api.h"
#include "api/rule_input.h"
#include "crm/audience.h"
#include "crm/explanation.h"
#include "pg/pool.h"
#include "sentence/sentence.h"

namespace tidings::api {
namespace {

using http::Request;
using http::Responder;

void Create(const Services& services, crm::SegmentStore& store, const Request& request,
            const Responder& responder) {
  Body body(request.body);
  auto name = body.Text("name", Body::kRequired);
  auto language = body.Text("language");
  Json source = body.Any("rule", Body::kRequired);
  body.Finish();
  if (body.Refuse(responder)) return;
  if (language.empty()) language = source.is_string() ? "lua" : "json";
  auto text = source.is_string() ? source.get<std::string>() : ToLine(source);
  if (auto rule = CompileRule(services, language, text); !rule) {
    body.Wrong("rule", rule.error());
  }
  if (body.Refuse(responder)) return;
  auto segment = store.Create(name, language, text);
  if (!segment) return responder.Fail(segment.error());
  responder.Send(
      http::Response::OfJson(201, *segment)
          .With("Location", std::string(kPrefix) + "/segments/" + TextOf(*segment, "id")));
}

// With `exact: false`, what the planner guesses, at once; else all of it.
Result<Json> PreviewJson(crm::AudienceStore audiences, const RuleInput& input, bool exact) {
  Json json = {{"english", input.rule.ToEnglish(input.now)}, {"now", FormatTime(input.now)}};
  TRY_ASSIGN(json["estimate"], audiences.EstimateOf(input.rule, input.now));
  if (!exact) return json;
  TRY_ASSIGN(auto preview, audiences.PreviewOf(input.rule, input.now));
  json["audience"] = preview.count;
  json["groups"] = preview.groups;
  json["sample"] = preview.sample;
  json["errors"] = preview.errors;
  json["first_error"] = preview.first_error;
  json["warnings"] = preview.warnings;
  json["milliseconds"] = preview.milliseconds;
  return json;
}

void Preview(const Services& services, crm::SegmentStore& store, const Request& request,
             const Responder& responder) {
  Body body(request.body);
  auto input = ReadRule(services, store, body);
  Json exact = body.Any("exact");
  if (!exact.is_null() && !exact.is_boolean()) body.Wrong("/exact", "has to be true or false");
  body.Finish();
  if (body.Refuse(responder)) return;
  Answer(responder, PreviewJson(crm::AudienceStore(*services.pool), *input, exact != Json(false)));
}

void Explain(const Services& services, crm::SegmentStore& store, const Request& request,
             const Responder& responder) {
  Body body(request.body);
  auto input = ReadRule(services, store, body);
  auto customer = body.Text("customer_id");
  auto id = customer.empty() ? Result<Id>(Id()) : Id::Parse(customer);
  if (!id) body.Wrong("customer_id", id.error());
  body.Finish();
  if (body.Refuse(responder)) return;
  auto asked = customer.empty() ? std::nullopt : std::optional(*id);
  Answer(responder, crm::Explain(*services.pool, input->rule, input->now, asked)
                        .map([](const OrderedJson& json) { return Json(json); }));
}

http::Response Refused(const sentence::Refusal& refusal) {
  OrderedJson words = OrderedJson::array();
  for (const auto& word : refusal.words) {
    words.push_back({{"text", word.text}, {"offset", word.offset}, {"hint", word.hint}});
  }
  return http::Problem(422, "the sentence is not understood", {{"/text", refusal.message}},
                       {{"code", refusal.code}, {"words", std::move(words)}});
}

http::Response ParseSentence(const std::string& text) {
  auto parsed = sentence::Parse(text);
  if (!parsed.reading) return Refused(parsed.refusal);
  return http::Response::OfJson(200, {{"rule", parsed.reading->rule},
                                      {"reading", parsed.reading->english},
                                      {"assumptions", parsed.reading->assumptions}});
}

void Parse(const Request& request, const Responder& responder) {
  Body body(request.body);
  auto text = body.Text("text", Body::kRequired);
  body.Finish();
  if (body.Refuse(responder)) return;
  responder.Send(ParseSentence(text));
}

Result<crm::Page> List(crm::SegmentStore& store, const Request& request) {
  TRY(CheckQuery(request, {"cursor", "limit"}));
  TRY_ASSIGN(int limit, Limit(request));
  return store.List(Cursor(request), limit);
}

}  // namespace

void AddSegmentRoutes(http::Router& router, const Services& services) {
  auto store = std::make_shared<crm::SegmentStore>(*services.pool, *services.ids);
  auto path = std::string(kPrefix) + "/segments";
  router.Add("POST", path, [services, store](Request request, Responder responder) {
    Create(services, *store, request, responder);
  });
  router.Add("GET", path, [store](Request request, Responder responder) {
    AnswerPage(responder, request, List(*store, request));
  });
  router.Add("GET", path + "/{id}", [store](Request request, Responder responder) {
    Answer(responder, PathId(request).and_then([&](Id id) { return store->Get(id); }));
  });
  router.Add("POST", path + "/preview", [services, store](Request request, Responder responder) {
    Preview(services, *store, request, responder);
  });
  router.Add("POST", path + "/explain", [services, store](Request request, Responder responder) {
    Explain(services, *store, request, responder);
  });
  router.Add("POST", path + "/parse",
             [](Request request, Responder responder) { Parse(request, responder); });
}

}  // namespace tidings::api
