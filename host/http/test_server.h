// The server that the tests over real sockets talk to: a handful of routes, each for one habit.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "http/event_stream.h"
#include "http/server.h"

namespace tidings::http {

// Never blocks, so it needs no thread of the pool.
inline constexpr RouteOptions kQuick{.max_body = std::nullopt, .blocking = false};

// GET /hello, /echo-query, /items/{id}; POST /echo; GET /later (from the pool, says ?id=, after
// ?ms=, with ?kb= of padding); GET /big?mb=; GET /throw, /drop, /twice.
inline Router TestRoutes() {
  Router router;
  auto number = [](const Request& request, const char* name) {
    auto text = request.Query(name);
    return text ? std::stoul(std::string(*text)) : 0;
  };
  auto text = [](std::string body) { return Response::Of(200, "text/plain", std::move(body)); };
  router.Add(
      "GET", "/hello",
      [text](const Request&, const Responder& responder) { responder.Send(text("hello")); },
      kQuick);
  router.Add(
      "GET", "/items/{id}",
      [text](const Request& request, const Responder& responder) {
        responder.Send(text(std::string(request.Param("id"))));
      },
      kQuick);
  router.Add(
      "POST", "/echo",
      [text](Request request, const Responder& responder) {
        responder.Send(text(std::move(request.body)));
      },
      kQuick);
  router.Add("GET", "/later", [text, number](const Request& request, const Responder& responder) {
    std::this_thread::sleep_for(std::chrono::milliseconds(number(request, "ms")));
    std::string body = "id=" + std::to_string(number(request, "id")) + ";";
    body.append(number(request, "kb") << 10, '.');
    responder.Send(text(std::move(body)));
  });
  router.Add(
      "GET", "/big",
      [text, number](const Request& request, const Responder& responder) {
        responder.Send(text(std::string(number(request, "mb") << 20, 'b')));
      },
      kQuick);
  router.Add(
      "GET", "/throw",
      [](const Request&, const Responder&) { throw std::runtime_error("a secret"); }, kQuick);
  router.Add("GET", "/drop", [](const Request&, const Responder&) {});
  router.Add(
      "GET", "/twice",
      [text](const Request&, const Responder& responder) {
        responder.Send(text("first"));
        responder.Send(text("second"));
      },
      kQuick);
  return router;
}

inline std::unique_ptr<Server> StartServer(Router router, Options options = {}) {
  auto server = std::make_unique<Server>(std::move(options), std::move(router));
  auto started = server->Start();
  EXPECT_TRUE(started) << (started ? "" : started.error().message);
  return server;
}

// Waits until `holds`, at most ten seconds.
template <class Condition>
bool Eventually(const Condition& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return holds();
}

}  // namespace tidings::http
