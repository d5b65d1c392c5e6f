// What a connection does with a request: find its route, take its body, have it served.
#include <fmt/format.h>

#include <exception>

#include "base/log.h"
#include "http/connection.h"
#include "http/uri.h"

namespace tidings::http {
namespace {

void LogThrown(const std::string& route, const char* what) {
  log::Failure("http", "the handler of {} threw: {}", route, what);
}

// Runs a handler; what it throws is logged, and answered with a 500 because its Responder goes.
template <class Call>
void Guarded(const std::string& route, const Call& call) {
  try {
    call();
  } catch (const std::exception& error) {
    LogThrown(route, error.what());
  } catch (...) {
    LogThrown(route, "something that is no std::exception");
  }
}

}  // namespace

// A request is in progress from here on. Of one that cannot be read, there is no head.
void Connection::Begin(const RequestHead* head) {
  ++core_.cells.in_flight;
  current_.emplace();
  current_->number = ++station_.last_exchange;
  current_->begun = head_begun_;
  if (!head) return;
  current_->head_only = head->method == "HEAD";
  current_->keep_alive = head->keep_alive;
  current_->http10 = head->minor_version == 0;
  current_->has_body = head->has_body();
  if (!core_.options.on_access) return;
  current_->method = head->method;
  current_->target = head->target;
}

void Connection::OnHead(RequestHead head) {
  Begin(&head);
  auto target = ParseTarget(head.target);
  if (!target) {
    return Refuse({400, "This cannot be read: " + target.error().message + "."}, Code::kCancelled);
  }
  const std::string* expect = head.headers.Find("Expect");
  if (expect && !SameName(*expect, "100-continue")) {
    return Refuse({417, "The only expectation met here is 100-continue."}, Code::kCancelled);
  }
  if (!FindRoute(head, *std::move(target))) return;
  Request& request = current_->request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.headers = std::move(head.headers);
  request.minor_version = head.minor_version;
  request.peer = peer_;
  request.route = current_->route->pattern;
  BeginBody(expect && current_->has_body && !current_->http10);
}

// False when the answer is given already: there is no such route, or it takes no such body.
bool Connection::FindRoute(const RequestHead& head, Target target) {
  auto match = core_.router.Find(head.method, target.segments);
  bool any = target.path == "*";
  current_->route = match.route;
  if (match.route && head.length <= MaxBody()) {
    current_->request.path = std::move(target.path);
    current_->request.query = std::move(target.query);
    current_->request.params = std::move(match.params);
    return true;
  }
  if (match.route) {
    Reply(Problem(413, fmt::format("The body is longer than {} bytes.", MaxBody())));
  } else if (head.method == "OPTIONS" && (any || !match.allow.empty())) {
    Reply(Response{204, {{"Allow", any ? "GET, HEAD, OPTIONS" : match.allow}}, ""});
  } else if (match.allow.empty()) {
    Reply(Problem(404, "There is nothing at " + target.path + "."));
  } else {
    Reply(Problem(405, head.method + " is not possible on " + target.path + ".")
              .With("Allow", match.allow));
  }
  return false;
}

size_t Connection::MaxBody() const {
  return current_->route->options.max_body.value_or(core_.options.max_body);
}

void Connection::BeginBody(bool tell_to_continue) {
  bool streamed = !std::holds_alternative<Handler>(current_->route->serve);
  auto sink = streamed ? OpenSink() : nullptr;
  if (streamed && !sink) {
    // The route has answered, or let go of its Responder, and the answer is in the inbox.
    current_->keep_alive = current_->keep_alive && !current_->has_body;
    current_->received = true;
    return;
  }
  current_->intake = std::make_unique<BodyIntake>(core_, MaxBody(), std::move(sink), station_.now);
  if (!tell_to_continue) return;
  ++core_.cells.by_class[0];
  Append("HTTP/1.1 100 Continue\r\n\r\n");
  Settle();
}

std::unique_ptr<BodySink> Connection::OpenSink() {
  Responder responder = MakeResponder();
  BodyFlow flow(station_.inbox, id_, current_->number);
  const std::string& name = current_->route->pattern;
  std::unique_ptr<BodySink> sink;
  if (auto* factory = std::get_if<SinkFactory>(&current_->route->serve)) {
    Guarded(name, [&] { sink = (*factory)(std::move(current_->request), responder, flow); });
    return sink;
  }
  auto [entry, reader] = BodyReader::Make(flow);
  auto shared = std::make_shared<BodyReader>(std::move(reader));
  auto request = std::make_shared<Request>(std::move(current_->request));
  auto& handler = std::get<UploadHandler>(current_->route->serve);
  bool posted = core_.uploads.Post([&handler, shared, request, responder, &name] {
    Guarded(name, [&] { handler(std::move(*request), std::move(*shared), responder); });
  });
  if (!posted) {
    responder.Send(
        Problem(503, "Too many uploads wait already; try again shortly.").With("Retry-After", "1"));
    return nullptr;
  }
  return std::move(entry);
}

void Connection::OnBodyEnd() {
  if (!current_) return;  // answered already, from its head alone
  current_->received = true;
  current_->request.body = std::move(current_->intake->body());
  current_->intake->End();
  if (std::holds_alternative<Handler>(current_->route->serve)) Serve();
}

void Connection::Serve() {
  Responder responder = MakeResponder();
  auto& handler = std::get<Handler>(current_->route->serve);
  const std::string& name = current_->route->pattern;
  if (!current_->route->options.blocking) {
    return Guarded(name, [&] { handler(std::move(current_->request), responder); });
  }
  auto request = std::make_shared<Request>(std::move(current_->request));
  bool posted = core_.blocking.Post([&handler, request, responder, &name] {
    Guarded(name, [&] { handler(std::move(*request), responder); });
  });
  if (!posted) {
    responder.Send(Problem(503, "Too many requests wait already; try again shortly.")
                       .With("Retry-After", "1"));
  }
}

Responder Connection::MakeResponder() {
  ReturnAddress to{station_.inbox, id_, current_->number};
  auto exchange = std::make_shared<Exchange>(std::move(to), core_.options.stream_buffer);
  current_->exchange = exchange;
  return Responder(std::move(exchange));
}

}  // namespace tidings::http
