#include "http/uri.h"

#include "base/text.h"

namespace tidings::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

tl::unexpected<Error> Bad(std::string what) {
  return Fail(Code::kInvalidArgument, "the request target " + std::move(what));
}

// "http://host:80/path" as "/path": what a client sends to a proxy, and what a server must take.
std::optional<std::string_view> WithoutAuthority(std::string_view raw) {
  if (raw.starts_with('/')) return raw;
  size_t scheme = LowerAscii(raw.substr(0, 8)).starts_with("http://")    ? 7
                  : LowerAscii(raw.substr(0, 8)).starts_with("https://") ? 8
                                                                         : 0;
  if (scheme == 0) return std::nullopt;
  size_t end = raw.find_first_of("/?", scheme);
  if (end == scheme) return std::nullopt;
  return end == std::string_view::npos ? std::string_view() : raw.substr(end);
}

Result<std::string> DecodeSegment(std::string_view raw) {
  auto segment = PercentDecode(raw, false);
  if (!segment) return Bad("has a broken percent escape in its path");
  if (*segment == "." || *segment == "..") return Bad("has a \".\" or \"..\" in its path");
  if (segment->find('\0') != std::string::npos) return Bad("has a NUL in its path");
  if (!IsUtf8(*segment)) return Bad("has a path that is not UTF-8");
  return *std::move(segment);
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string_view item : Split(text, '&')) {
    if (item.empty()) continue;
    size_t equals = std::min(item.find('='), item.size());
    auto name = PercentDecode(item.substr(0, equals), true);
    auto value = PercentDecode(item.substr(std::min(equals + 1, item.size())), true);
    if (!name || !value) return Bad("has a broken percent escape in its query");
    if (!IsUtf8(*name) || !IsUtf8(*value)) return Bad("has a query that is not UTF-8");
    pairs.emplace_back(*std::move(name), *std::move(value));
  }
  return pairs;
}

Result<Target> ParseTarget(std::string_view raw) {
  Target target;
  if (raw == "*") {
    target.path = "*";
    return target;
  }
  auto local = WithoutAuthority(raw);
  if (!local) return Bad("is neither a path nor an http URL");
  size_t mark = std::min(local->find('?'), local->size());
  std::string_view path = local->substr(0, mark);
  if (!path.empty()) path.remove_prefix(1);
  for (std::string_view part : Split(path, '/')) {
    TRY_ASSIGN(std::string segment, DecodeSegment(part));
    target.path += '/' + segment;
    target.segments.push_back(std::move(segment));
  }
  TRY_ASSIGN(target.query, ParseQuery(local->substr(std::min(mark + 1, local->size()))));
  return target;
}

}  // namespace tidings::http
