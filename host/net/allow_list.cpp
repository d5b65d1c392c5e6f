#include "net/allow_list.h"

#include <charconv>

#include <fmt/core.h>

#include "base/text.h"

namespace tidings::net {
namespace {

// 0 for "*", -1 for what is no port.
int ParsePort(std::string_view text) {
  if (text == "*") return 0;
  int port = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && port >= 1 && port <= 65535 ? port : -1;
}

bool IsHost(std::string_view host) {
  if (host.empty()) return false;
  if (host.front() == '[') return host.back() == ']' && host.size() > 2;
  return host.find_first_of(":/@[] \t") == std::string_view::npos;
}

}  // namespace

Result<AllowList::Entry> AllowList::ParseEntry(std::string_view text) {
  auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  int port = colon == std::string_view::npos ? -1 : ParsePort(text.substr(colon + 1));
  if (port < 0 || !IsHost(host)) {
    return Fail(Code::kInvalidArgument,
                fmt::format("`{}` names no host to allow; write `host:port`, `[::1]:port` or "
                            "`host:*`",
                            text));
  }
  return Entry{LowerAscii(host), port};
}

Result<AllowList> AllowList::Parse(const std::vector<std::string>& entries) {
  AllowList list;
  for (const auto& text : entries) {
    TRY_ASSIGN(auto entry, ParseEntry(Trim(text)));
    list.entries_.push_back(std::move(entry));
  }
  return list;
}

bool AllowList::Allows(std::string_view host, int port) const {
  for (const auto& entry : entries_) {
    if (entry.host == host && (entry.port == 0 || entry.port == port)) return true;
  }
  return false;
}

}  // namespace tidings::net
