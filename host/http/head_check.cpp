#include "http/head_check.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tidings::http {
namespace {

using Verdict = std::optional<FramingError>;

Verdict Refuse(int status, std::string detail) { return FramingError{status, std::move(detail)}; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsToken(std::string_view text) {
  for (char c : text) {
    if (!IsTokenByte(c)) return false;
  }
  return !text.empty();
}

Verdict CheckVersion(std::string_view version) {
  bool shaped = version.size() == 8 && version.starts_with("HTTP/") && IsDigit(version[5]) &&
                version[6] == '.' && IsDigit(version[7]);
  if (!shaped) return Refuse(400, "The request line does not end in an HTTP version.");
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  return Refuse(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
}

Verdict CheckTarget(std::string_view method, std::string_view target, size_t longest) {
  if (target.size() > longest) {
    return Refuse(414, fmt::format("The request target is longer than {} bytes.", longest));
  }
  for (char c : target) {
    if (c <= ' ' || c >= 127 || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\') {
      return Refuse(400, "The request target holds a byte that has to be percent-encoded.");
    }
  }
  if (target == "*" && method != "OPTIONS") {
    return Refuse(400, "The request target \"*\" goes with OPTIONS only.");
  }
  return std::nullopt;
}

// method SP target SP version, single spaces, nothing around them.
Verdict CheckRequestLine(std::string_view line, const FramingLimits& limits) {
  size_t first = line.find(' ');
  size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return Refuse(400, "The request line is not \"METHOD TARGET VERSION\".");
  }
  std::string_view method = line.substr(0, first);
  if (!IsToken(method)) return Refuse(400, "The method is not a word.");
  std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.empty()) return Refuse(400, "The request target is empty.");
  if (auto verdict = CheckTarget(method, target, limits.max_target)) return verdict;
  if (auto verdict = CheckVersion(line.substr(last + 1))) return verdict;
  if (method == "CONNECT") return Refuse(501, "This server is no proxy.");
  return std::nullopt;
}

Verdict CheckLength(std::string_view value) {
  bool digits = !value.empty() && value.size() <= 18;
  for (char c : value) digits = digits && IsDigit(c);
  if (digits) return std::nullopt;
  return Refuse(400, "Content-Length is not a plain decimal number.");
}

Verdict CheckHost(std::string_view value) {
  for (char c : value) {
    if (!IsAlnum(c) && std::string_view("-._~%!$&'()*+;=:[]").find(c) == std::string_view::npos) {
      return Refuse(400, "Host holds a byte that no host name has.");
    }
  }
  return std::nullopt;
}

// What a head says about the length of its body, and for whom it is.
struct Tally {
  int fields = 0;
  int lengths = 0;
  int encodings = 0;
  int hosts = 0;
  int expectations = 0;
};

Verdict CheckField(std::string_view line, Tally& tally) {
  if (line[0] == ' ' || line[0] == '\t') {
    return Refuse(400, "A header line begins with a blank; folded lines are not accepted.");
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Refuse(400, "A header line is not \"Name: value\".");
  }
  std::string_view name = line.substr(0, colon);
  std::string_view value = Trim(line.substr(colon + 1));
  ++tally.fields;
  if (SameName(name, "Content-Length")) return ++tally.lengths, CheckLength(value);
  if (SameName(name, "Host")) return ++tally.hosts, CheckHost(value);
  if (SameName(name, "Expect")) ++tally.expectations;
  if (!SameName(name, "Transfer-Encoding")) return std::nullopt;
  ++tally.encodings;
  if (SameName(value, "chunked")) return std::nullopt;
  return Refuse(501, "The only Transfer-Encoding this server reads is \"chunked\".");
}

Verdict CheckTally(const Tally& tally, bool http10, int max_fields) {
  if (tally.fields > max_fields) {
    return Refuse(431, fmt::format("There are more than {} header fields.", max_fields));
  }
  if (tally.lengths > 1) return Refuse(400, "Content-Length is given more than once.");
  if (tally.encodings > 1) return Refuse(400, "Transfer-Encoding is given more than once.");
  if (tally.lengths && tally.encodings) {
    return Refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
  }
  if (tally.encodings && http10) return Refuse(400, "HTTP/1.0 has no Transfer-Encoding.");
  if (tally.hosts > 1) return Refuse(400, "Host is given more than once.");
  if (tally.hosts == 0 && !http10) return Refuse(400, "Host is missing.");
  if (tally.expectations > 1) return Refuse(400, "Expect is given more than once.");
  return std::nullopt;
}

}  // namespace

bool IsTokenByte(char c) {
  return IsAlnum(c) ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool IsHeadByte(char c) {
  auto byte = static_cast<unsigned char>(c);
  return (byte >= 32 && byte != 127) || c == '\r' || c == '\n' || c == '\t';
}

std::optional<FramingError> CheckHead(std::string_view head, const FramingLimits& limits) {
  Tally tally;
  bool http10 = false;
  bool first = true;
  while (!head.empty()) {
    size_t end = head.find("\r\n");
    std::string_view line = head.substr(0, end);
    if (line.find_first_of("\r\n") != std::string_view::npos || end == std::string_view::npos) {
      return Refuse(400, "A line of the head does not end in CR LF.");
    }
    head.remove_prefix(end + 2);
    if (line.empty()) break;
    auto verdict = first ? CheckRequestLine(line, limits) : CheckField(line, tally);
    if (verdict) return verdict;
    http10 = http10 || (first && line.ends_with("HTTP/1.0"));
    first = false;
  }
  if (first) return Refuse(400, "The request line is missing.");
  return CheckTally(tally, http10, limits.max_fields);
}

}  // namespace tidings::http
