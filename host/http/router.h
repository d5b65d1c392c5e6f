// Which handler answers which request.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/body_reader.h"
#include "http/body_sink.h"
#include "http/request.h"
#include "http/responder.h"

namespace tidings::http {

using Handler = std::function<void(Request, Responder)>;
using UploadHandler = std::function<void(Request, BodyReader, Responder)>;

struct RouteOptions {
  // Bytes of body this route takes at most; more is answered with 413. None: Options::max_body.
  std::optional<size_t> max_body = std::nullopt;
  // True: the handler runs on the server's pool of blocking threads and may wait for a database.
  // False: it runs on the connection's thread and must return within a millisecond or so.
  bool blocking = true;
};

// One method and pattern, and what serves it.
struct Route {
  std::string method;
  std::string pattern;
  RouteOptions options;
  std::variant<Handler, UploadHandler, SinkFactory> serve;
};

// Built before the server starts, constant afterwards (and then safe for any thread).
//
// A pattern is a path whose segments are text, {name} for one segment that is not empty, or, at the
// end, {name...} for all the rest, which may be empty: "/api/v1/customers/{id}",
// "/console/{file...}". Text wins over {name}, {name} over {name...}. A GET route also serves HEAD.
// Matching happens on decoded segments: an encoded slash ("%2F") stays within its segment.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  // Adding the same method and pattern twice, or a malformed pattern, is a bug and stops the
  // program.
  void Add(std::string method, std::string pattern, Handler handler, RouteOptions options = {});
  // With the body as a blocking stream; always on the pool of upload threads.
  void AddUpload(std::string method, std::string pattern, UploadHandler handler,
                 RouteOptions options = {});
  // With the body pushed into a sink, on the connection's thread.
  void AddSink(std::string method, std::string pattern, SinkFactory factory,
               RouteOptions options = {});

  struct Match {
    const Route* route = nullptr;  // null: no such path (`allow` empty) or method (it is not)
    Request::Pairs params;
    std::string allow;  // the methods of that path: "GET, HEAD, OPTIONS, POST"
  };
  // `segments` are the decoded segments of the path.
  Match Find(std::string_view method, const std::vector<std::string>& segments) const;

  std::vector<const Route*> routes() const;  // in the order they were added

 private:
  struct Node;
  void Insert(Route route);
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace tidings::http
