// Reading a call and answering it, the same way in every handler.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"
#include "crm/field_error.h"
#include "crm/page.h"
#include "http/request.h"
#include "http/responder.h"

namespace tidings::api {

// A JSON object as the body of a call. Collects what is wrong with its members, so that the caller
// learns of all of it at once:
//
//   Body body(request.body);
//   auto name = body.Text("name", kRequired);
//   body.Finish();
//   if (body.Refuse(responder)) return;
class Body {
 public:
  enum Need { kRequired, kOptional };

  explicit Body(std::string_view text);

  std::string Text(const char* name, Need need = kOptional);
  // The member as it is; null where it is missing.
  Json Any(const char* name, Need need = kOptional);
  bool Has(const char* name) const { return json_.contains(name); }

  void Wrong(std::string pointer, std::string detail);
  // Of an error that speaks for the member `name`. One with lines of "/pointer: what" speaks for
  // what lies there within the member.
  void Wrong(const char* name, const Error& error);

  // Every member that no one asked for is an error, with the nearest name that someone did.
  void Finish();
  // Answers with 400 and says true where something was wrong.
  bool Refuse(const http::Responder& responder) const;

 private:
  Json json_ = Json::object();
  std::string malformed_;
  std::vector<std::string> known_;
  std::vector<http::FieldProblem> problems_;
};

// Fails where the query has a parameter that is not in `known`, with the nearest that is.
Status CheckQuery(const http::Request& request, const std::vector<std::string>& known);
std::string QueryText(const http::Request& request, const char* name);  // "" where missing
Result<int> Limit(const http::Request& request);
std::optional<std::string> Cursor(const http::Request& request);
Result<Id> PathId(const http::Request& request);  // of {id}

// {"items": [...], "next": cursor or null}, with Link: <...>; rel="next" where there is more.
http::Response PageAnswer(const http::Request& request, const crm::Page& page);
void Answer(const http::Responder& responder, const Result<Json>& object, int status = 200);
void AnswerPage(const http::Responder& responder, const http::Request& request,
                const Result<crm::Page>& page);
void RefuseFields(const http::Responder& responder, const std::string& what,
                  const std::vector<crm::FieldError>& errors);

}  // namespace tidings::api
