#include "http/router.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "base/text.h"

namespace tidings::http {

// One segment of the patterns that begin alike.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> text;
  std::unique_ptr<Node> one;   // {name}
  std::unique_ptr<Node> rest;  // {name...}; has no children
  std::vector<const Route*> routes;

  const Node* Walk(const std::vector<std::string>& segments, size_t depth) const;
  const Route* Of(std::string_view method) const;
  std::string Allow() const;
};

namespace {

bool IsName(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }
bool IsRest(std::string_view part) { return IsName(part) && part.ends_with("...}"); }

std::vector<std::string_view> Parts(std::string_view pattern) {
  assert(pattern.starts_with('/') && "a pattern begins with a slash");
  return Split(pattern.substr(1), '/');
}

std::string JoinFrom(const std::vector<std::string>& segments, size_t from) {
  std::string joined;
  for (size_t i = from; i < segments.size(); ++i) joined += (i > from ? "/" : "") + segments[i];
  return joined;
}

// {"id", "42"} of "/customers/{id}" and "/customers/42".
Request::Pairs ParamsOf(std::string_view pattern, const std::vector<std::string>& segments) {
  Request::Pairs params;
  size_t index = 0;
  for (std::string_view part : Parts(pattern)) {
    if (IsRest(part)) {
      params.emplace_back(part.substr(1, part.size() - 5), JoinFrom(segments, index));
    } else if (IsName(part)) {
      params.emplace_back(part.substr(1, part.size() - 2), segments[index]);
    }
    ++index;
  }
  return params;
}

}  // namespace

const Router::Node* Router::Node::Walk(const std::vector<std::string>& segments,
                                       size_t depth) const {
  if (depth == segments.size()) return !routes.empty() ? this : rest.get();
  if (auto child = text.find(segments[depth]); child != text.end()) {
    if (const Node* found = child->second->Walk(segments, depth + 1)) return found;
  }
  if (one && !segments[depth].empty()) {
    if (const Node* found = one->Walk(segments, depth + 1)) return found;
  }
  return rest.get();
}

const Route* Router::Node::Of(std::string_view method) const {
  for (const Route* route : routes) {
    if (route->method == method) return route;
  }
  return method == "HEAD" ? Of("GET") : nullptr;
}

std::string Router::Node::Allow() const {
  std::vector<std::string> methods = {"OPTIONS"};
  for (const Route* route : routes) methods.push_back(route->method);
  if (Of("GET")) methods.push_back("HEAD");
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  return Join(methods, ", ");
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

void Router::Add(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  Insert({std::move(method), std::move(pattern), options, std::move(handler)});
}

void Router::AddUpload(std::string method, std::string pattern, UploadHandler handler,
                       RouteOptions options) {
  Insert({std::move(method), std::move(pattern), options, std::move(handler)});
}

void Router::AddSink(std::string method, std::string pattern, SinkFactory factory,
                     RouteOptions options) {
  Insert({std::move(method), std::move(pattern), options, std::move(factory)});
}

void Router::Insert(Route route) {
  Node* node = root_.get();
  bool ended = false;
  for (std::string_view part : Parts(route.pattern)) {
    assert(!ended && "{name...} is the end of a pattern");
    ended = IsRest(part);
    auto& child = ended ? node->rest : IsName(part) ? node->one : node->text[std::string(part)];
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  for ([[maybe_unused]] const Route* other : node->routes) {
    assert(other->method != route.method && "the route is there already");
  }
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  node->routes.push_back(routes_.back().get());
}

Router::Match Router::Find(std::string_view method,
                           const std::vector<std::string>& segments) const {
  Match match;
  const Node* node = root_->Walk(segments, 0);
  if (!node) return match;
  match.route = node->Of(method);
  if (match.route) {
    match.params = ParamsOf(match.route->pattern, segments);
  } else {
    match.allow = node->Allow();
  }
  return match;
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> all;
  for (const auto& route : routes_) all.push_back(route.get());
  return all;
}

}  // namespace tidings::http
