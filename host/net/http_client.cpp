#include "net/http_client.h"

#include <algorithm>
#include <mutex>

#include <sys/socket.h>

#include <curl/curl.h>
#include <fmt/core.h>

#include "base/text.h"
#include "net/allow_list.h"
#include "net/exchange.h"
#include "net/resolver.h"
#include "net/target.h"

namespace tidings::net {
namespace {

using std::chrono::steady_clock;

Duration Left(steady_clock::time_point deadline) {
  return std::chrono::duration_cast<Duration>(deadline - steady_clock::now());
}

// "host:port:address,address", which curl then uses instead of looking the name up.
std::string Pin(const Target& target, const std::vector<Address>& addresses) {
  std::vector<std::string> texts;
  for (const auto& address : addresses) {
    auto text = address.ToString();
    texts.push_back(address.storage.ss_family == AF_INET6 ? "[" + text + "]" : text);
  }
  return fmt::format("{}:{}:{}", target.host, target.port, Join(texts, ","));
}

Status CheckPublic(const Target& target, const std::vector<Address>& addresses) {
  for (const auto& address : addresses) {
    std::string_view why = WhyNotPublic(address.raw());
    if (why.empty()) continue;
    return Fail(Code::kPermissionDenied,
                fmt::format("calls to {} are refused: it lies at {}, {}; an operator can allow "
                            "`{}`",
                            target.Name(), address.ToString(), why, target.Name()));
  }
  return {};
}

void InitializeCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

class HttpClient::Parts {
 public:
  Parts(HttpOptions options, AllowList allow)
      : options_(std::move(options)), allow_(std::move(allow)) {}

  Result<HttpAnswer> Call(const HttpCall& call);

 private:
  // Where the call may go: checked and ready to be connected to.
  Result<Route> FindRoute(const Target& target, steady_clock::time_point deadline,
                          const std::atomic<bool>* cancelled);
  std::unique_ptr<Exchange> TakeExchange();
  void PutBack(std::unique_ptr<Exchange> exchange);

  const HttpOptions options_;
  const AllowList allow_;
  Resolver resolver_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Exchange>> idle_;  // guarded by mutex_; the warmest last
};

Result<Route> HttpClient::Parts::FindRoute(const Target& target, steady_clock::time_point deadline,
                                           const std::atomic<bool>* cancelled) {
  TRY_ASSIGN(auto addresses, resolver_.Resolve(target.BareHost(), deadline, cancelled));
  Route route;
  route.guarded = !allow_.Allows(target.host, target.port);
  if (route.guarded) TRY(CheckPublic(target, addresses));
  if (!target.IsV6Literal()) route.pin = Pin(target, addresses);
  return route;
}

Result<HttpAnswer> HttpClient::Parts::Call(const HttpCall& call) {
  TRY(CheckMethod(call.method));
  TRY_ASSIGN(auto target, ParseTarget(call.url));
  TRY_ASSIGN(auto headers, ParseHeaders(call.headers));
  const auto deadline = steady_clock::now() + call.timeout;
  TRY_ASSIGN(auto route, FindRoute(target, deadline, call.cancelled));
  route.connect_timeout = options_.connect_timeout;
  route.user_agent = options_.user_agent;
  auto exchange = TakeExchange();
  auto answer = exchange->Run(call, target, headers, route, Left(deadline));
  PutBack(std::move(exchange));
  return answer;
}

std::unique_ptr<Exchange> HttpClient::Parts::TakeExchange() {
  std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Exchange>();
  auto exchange = std::move(idle_.back());
  idle_.pop_back();
  return exchange;
}

void HttpClient::Parts::PutBack(std::unique_ptr<Exchange> exchange) {
  std::lock_guard lock(mutex_);
  if (idle_.size() < static_cast<size_t>(options_.idle_handles)) {
    idle_.push_back(std::move(exchange));
  }
}

std::string_view HttpAnswer::Header(std::string_view name) const {
  const auto wanted = LowerAscii(name);
  for (auto line : Split(headers, '\n')) {
    auto colon = line.find(':');
    if (colon != std::string_view::npos && LowerAscii(line.substr(0, colon)) == wanted) {
      return Trim(line.substr(colon + 1));
    }
  }
  return "";
}

Result<std::unique_ptr<HttpClient>> HttpClient::Create(HttpOptions options) {
  InitializeCurl();
  TRY_ASSIGN(auto allow, AllowList::Parse(options.allow));
  auto parts = std::make_unique<Parts>(std::move(options), std::move(allow));
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(parts)));
}

HttpClient::HttpClient(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::Call(const HttpCall& call) { return parts_->Call(call); }

}  // namespace tidings::net
