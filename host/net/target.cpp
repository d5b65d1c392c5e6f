#include "net/target.h"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::net {
namespace {

struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

tl::unexpected<Error> Bad(std::string message) {
  return Fail(Code::kInvalidArgument, std::move(message));
}

std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* raw = nullptr;
  if (curl_url_get(url, part, &raw, flags) != CURLUE_OK) return "";
  return std::unique_ptr<char, FreeText>(raw).get();
}

bool IsToken(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool IsHeaderValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f);
  });
}

// Setting these would let a caller frame the request other than it is sent, or speak to another
// host than the one that was checked.
bool IsOurs(std::string_view name) {
  static const std::vector<std::string> kOurs = {"host",
                                                 "content-length",
                                                 "transfer-encoding",
                                                 "connection",
                                                 "keep-alive",
                                                 "upgrade",
                                                 "expect",
                                                 "te",
                                                 "trailer",
                                                 "proxy-connection"};
  return std::find(kOurs.begin(), kOurs.end(), LowerAscii(name)) != kOurs.end();
}

Status CheckHost(const Target& target) {
  bool ascii = std::all_of(target.host.begin(), target.host.end(),
                           [](char c) { return c > ' ' && static_cast<unsigned char>(c) < 0x7f; });
  if (!ascii) return Bad("write the host of the URL in its ASCII form (xn--...)");
  if (target.host.back() == '.') {
    return Bad(fmt::format("write the host `{}` without the dot at its end", target.host));
  }
  if (!Part(target.url.get(), CURLUPART_ZONEID).empty()) {
    return Bad("the URL names a network interface, which is not allowed");
  }
  return {};
}

Result<std::string> ParseHeader(std::string_view line) {
  auto colon = line.find(':');
  auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || !IsToken(name)) {
    return Bad("a header is a line \"Name: value\"; this one has no good name");
  }
  auto value = Trim(line.substr(colon + 1));
  if (!IsHeaderValue(value)) {
    return Bad(fmt::format("the value of the header `{}` holds control characters", name));
  }
  if (IsOurs(name)) {
    return Bad(fmt::format("the header `{}` is set by the host; leave it out", name));
  }
  // curl takes "Name:" for "leave this header out" and "Name;" for an empty value.
  if (value.empty()) return fmt::format("{};", name);
  return fmt::format("{}: {}", name, value);
}

}  // namespace

std::string Target::Name() const { return fmt::format("{}:{}", host, port); }

std::string Target::BareHost() const {
  return IsV6Literal() ? host.substr(1, host.size() - 2) : host;
}

Result<Target> ParseTarget(const std::string& url) {
  if (url.find('\0') != std::string::npos) return Bad("the URL holds a NUL byte");
  Target target;
  target.url.reset(curl_url());
  auto problem = curl_url_set(target.url.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER);
  if (problem == CURLUE_USER_NOT_ALLOWED) {
    return Bad("the URL holds a user or password; put credentials into a header");
  }
  if (problem != CURLUE_OK) {
    return Bad(fmt::format("this is no URL to call: {}; write http://host/path or https://...",
                           curl_url_strerror(problem)));
  }
  auto scheme = Part(target.url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return Bad(fmt::format("only http and https are called, not `{}`", scheme));
  }
  target.host = LowerAscii(Part(target.url.get(), CURLUPART_HOST));
  auto port = Part(target.url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  if (target.host.empty() || target.port == 0) return Bad("the URL names no host or port to call");
  TRY(CheckHost(target));
  return target;
}

Result<std::vector<std::string>> ParseHeaders(std::string_view headers) {
  std::vector<std::string> lines = {"Expect:"};
  bool typed = false;
  for (auto line : Split(headers, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    TRY_ASSIGN(auto parsed, ParseHeader(line));
    typed |= LowerAscii(parsed).starts_with("content-type");
    lines.push_back(std::move(parsed));
  }
  if (!typed) lines.push_back("Content-Type:");
  return lines;
}

Status CheckMethod(std::string_view method) {
  if (!IsToken(method)) return Bad(fmt::format("`{}` is no HTTP method", method));
  if (method == "CONNECT" || method == "TRACE") {
    return Bad(fmt::format("the method {} is not allowed", method));
  }
  return {};
}

}  // namespace tidings::net
