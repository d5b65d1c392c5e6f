#include "api/call.h"

#include <charconv>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::api {
namespace {

bool IsUnreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string PercentEncoded(std::string_view text) {
  std::string out;
  for (char c : text) {
    out += IsUnreserved(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return out;
}

// The same call with the cursor replaced.
std::string NextLink(const http::Request& request, const std::string& cursor) {
  std::string link = request.path + "?";
  for (const auto& [name, value] : request.query) {
    if (name != "cursor") link += PercentEncoded(name) + "=" + PercentEncoded(value) + "&";
  }
  return "<" + link + "cursor=" + PercentEncoded(cursor) + ">; rel=\"next\"";
}

}  // namespace

Body::Body(std::string_view text) {
  auto json = ParseJson(text);
  if (!json)
    malformed_ = json.error().message;
  else if (!json->is_object())
    malformed_ = "the body has to be a JSON object";
  else
    json_ = std::move(*json);
}

Json Body::Any(const char* name, Need need) {
  known_.push_back(name);
  auto member = json_.find(name);
  bool missing = member == json_.end() || member->is_null();
  if (missing && need == kRequired) Wrong(std::string("/") + name, "is required");
  return missing ? Json() : *member;
}

std::string Body::Text(const char* name, Need need) {
  Json member = Any(name, need);
  if (member.is_null()) return "";
  if (!member.is_string()) {
    Wrong(std::string("/") + name, "has to be text");
    return "";
  }
  auto text = member.get<std::string>();
  if (need == kRequired && Trim(text).empty()) Wrong(std::string("/") + name, "is empty");
  return text;
}

void Body::Wrong(std::string pointer, std::string detail) {
  problems_.push_back({std::move(pointer), std::move(detail)});
}

void Body::Wrong(const char* name, const Error& error) {
  auto member = std::string("/") + name;
  if (error.message.front() != '/') return Wrong(member, error.message);
  for (std::string_view line : Split(error.message, '\n')) {
    auto colon = std::min(line.find(": "), line.size());
    Wrong(member + std::string(line.substr(0, colon)),
          std::string(line.substr(std::min(colon + 2, line.size()))));
  }
}

void Body::Finish() {
  for (const auto& [name, value] : json_.items()) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    Wrong("/" + name, "is not known here" + DidYouMean(name, known_));
  }
}

bool Body::Refuse(const http::Responder& responder) const {
  if (!malformed_.empty()) {
    responder.Problem(400, malformed_);
  } else if (!problems_.empty()) {
    responder.Problem(400, "the body has members that are wrong", problems_);
  }
  return !malformed_.empty() || !problems_.empty();
}

Status CheckQuery(const http::Request& request, const std::vector<std::string>& known) {
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Fail(Code::kInvalidArgument, fmt::format("the query parameter `{}` is not known here{}",
                                                    name, DidYouMean(name, known)));
  }
  return {};
}

std::string QueryText(const http::Request& request, const char* name) {
  return std::string(request.Query(name).value_or(""));
}

Result<int> Limit(const http::Request& request) {
  auto text = request.Query("limit");
  if (!text) return crm::kDefaultLimit;
  int limit = 0;
  auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || stop != text->data() + text->size()) {
    return Fail(Code::kInvalidArgument, fmt::format("limit '{}' is not a number", *text));
  }
  return crm::CheckedLimit(limit);
}

std::optional<std::string> Cursor(const http::Request& request) {
  auto cursor = request.Query("cursor");
  return cursor ? std::optional<std::string>(*cursor) : std::nullopt;
}

Result<Id> PathId(const http::Request& request) {
  auto id = Id::Parse(request.Param("id"));
  // Of a well-formed path that names nothing, "not found" is the truth.
  if (!id) return Fail(Code::kNotFound, id.error().message);
  return id;
}

http::Response PageAnswer(const http::Request& request, const crm::Page& page) {
  Json body{{"items", page.items}, {"next", page.next ? Json(*page.next) : Json()}};
  auto answer = http::Response::OfJson(200, body);
  if (page.next) answer.headers.Set("Link", NextLink(request, *page.next));
  return answer;
}

void Answer(const http::Responder& responder, const Result<Json>& object, int status) {
  if (!object) return responder.Fail(object.error());
  responder.Send(http::Response::OfJson(status, *object));
}

void AnswerPage(const http::Responder& responder, const http::Request& request,
                const Result<crm::Page>& page) {
  if (!page) return responder.Fail(page.error());
  responder.Send(PageAnswer(request, *page));
}

void RefuseFields(const http::Responder& responder, const std::string& what,
                  const std::vector<crm::FieldError>& errors) {
  std::vector<http::FieldProblem> problems;
  for (const auto& error : errors) problems.push_back({error.pointer, error.message});
  responder.Problem(400, what, problems);
}

}  // namespace tidings::api
