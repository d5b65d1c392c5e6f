#include "net/exchange.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <sys/socket.h>

#include <fmt/core.h>

#include "base/text.h"
#include "net/address.h"

namespace tidings::net {
namespace {

constexpr size_t kMostHeaders = 256 << 10;  // bytes
constexpr int kLookMs = 50;                 // how often the cancelled flag is looked at

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

List MakeList(const std::vector<std::string>& lines) {
  List list;
  for (const auto& line : lines) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

}  // namespace

// What the callbacks of one call gather.
struct Exchange::Progress {
  const HttpCall& call;
  const Route& route;
  HttpAnswer answer;
  char error[CURL_ERROR_SIZE] = "";
  bool too_large = false;
  bool cancelled = false;
  std::string refused;  // the peer that the guard turned away, and why

  static size_t OnBody(char* data, size_t, size_t size, void* self);
  static size_t OnHeader(char* data, size_t, size_t size, void* self);
  static curl_socket_t OnSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  Error ErrorOf(CURLcode code, const Target& target) const;
};

size_t Exchange::Progress::OnBody(char* data, size_t, size_t size, void* raw) {
  auto& self = *static_cast<Progress*>(raw);
  if (self.answer.body.size() + size > static_cast<size_t>(self.call.max_body)) {
    self.too_large = true;
    return 0;
  }
  self.answer.body.append(data, size);
  return size;
}

size_t Exchange::Progress::OnHeader(char* data, size_t, size_t size, void* raw) {
  auto& self = *static_cast<Progress*>(raw);
  std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {  // also after an interim answer: only the last one counts
    self.answer.headers.clear();
    return size;
  }
  if (self.answer.headers.size() + size > kMostHeaders) {
    self.too_large = true;
    return 0;
  }
  if (line != "\r\n" && line != "\n") self.answer.headers.append(line);
  return size;
}

// The last word before a connection is made, whatever was looked up and pinned before.
curl_socket_t Exchange::Progress::OnSocket(void* raw, curlsocktype, curl_sockaddr* address) {
  auto& self = *static_cast<Progress*>(raw);
  std::string_view why = self.route.guarded ? WhyNotPublic(&address->addr) : "";
  if (!why.empty()) {
    Address peer;
    peer.size = std::min<socklen_t>(address->addrlen, sizeof peer.storage);
    std::memcpy(&peer.storage, &address->addr, peer.size);
    self.refused = fmt::format("{}, {}", peer.ToString(), why);
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Error Exchange::Progress::ErrorOf(CURLcode code, const Target& target) const {
  auto name = target.Name();
  if (cancelled) return {Code::kCancelled, name + ": the call was cancelled"};
  if (!refused.empty()) {
    return {Code::kPermissionDenied,
            fmt::format("calls to {0} are refused: it lies at {1}; an operator can allow `{0}`",
                        name, refused)};
  }
  if (too_large) {
    return {Code::kResourceExhausted, fmt::format("{}: the answer is larger than {} bytes", name,
                                                  WithThousands(call.max_body))};
  }
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {Code::kTimeout,
            fmt::format("{}: no whole answer within {}", name, FormatDuration(call.timeout))};
  }
  return {Code::kUnavailable,
          fmt::format("{}: {}", name, *error ? error : curl_easy_strerror(code))};
}

Exchange::Exchange() : multi_(curl_multi_init()), easy_(curl_easy_init()) {
  if (!multi_ || !easy_) throw std::bad_alloc();
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, 8L);
}

void Exchange::SetRequest(const HttpCall& call, const Target& target) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_CURLU, target.url.get());
  if (call.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (call.method != "GET" || !call.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  }
}

void Exchange::SetLimits(const Route& route, Duration limit) {
  using std::chrono::milliseconds;
  CURL* easy = easy_.get();
  auto in_ms = [](Duration time) {  // 0 would mean "no limit"
    return std::max<long>(1, std::chrono::duration_cast<milliseconds>(time).count());
  };
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not those of the environment either
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, in_ms(limit));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, in_ms(std::min(limit, route.connect_timeout)));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, route.user_agent.c_str());
}

void Exchange::SetCallbacks(Progress& progress) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, progress.error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Progress::OnBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &progress);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Progress::OnHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &progress);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Progress::OnSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &progress);
}

// The multi interface for one transfer, because the easy one looks at a flag once a second.
CURLcode Exchange::Perform(Progress& progress) {
  curl_multi_add_handle(multi_.get(), easy_.get());
  int running = 1;
  while (curl_multi_perform(multi_.get(), &running) == CURLM_OK && running) {
    progress.cancelled = progress.call.cancelled && *progress.call.cancelled;
    if (progress.cancelled) break;
    curl_multi_poll(multi_.get(), nullptr, 0, kLookMs, nullptr);
  }
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  }
  curl_multi_remove_handle(multi_.get(), easy_.get());
  return code;
}

Result<HttpAnswer> Exchange::Run(const HttpCall& call, const Target& target,
                                 const std::vector<std::string>& headers, const Route& route,
                                 Duration limit) {
  Progress progress{call, route};
  List lines = MakeList(headers);
  List pins = route.pin.empty() ? List() : MakeList({route.pin});
  curl_easy_reset(easy_.get());
  SetRequest(call, target);
  SetLimits(route, limit);
  SetCallbacks(progress);
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, lines.get());
  curl_easy_setopt(easy_.get(), CURLOPT_RESOLVE, pins.get());
  CURLcode code = Perform(progress);
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_reset(easy_.get());  // nothing may point into this call any more
  if (code != CURLE_OK) return Fail(progress.ErrorOf(code, target));
  progress.answer.status = static_cast<int>(status);
  return std::move(progress.answer);
}

}  // namespace tidings::net
