#include "http/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iterator>

#include "base/log.h"
#include "http/head_check.h"

namespace tidings::http {
namespace {

bool IsOurs(std::string_view name) {
  for (std::string_view ours : {"Content-Length", "Transfer-Encoding", "Connection", "Date"}) {
    if (SameName(name, ours)) return true;
  }
  return false;
}

bool IsClean(const Headers::Field& field) {
  const auto& [name, value] = field;
  bool name_good = !name.empty() && std::all_of(name.begin(), name.end(), IsTokenByte);
  bool value_good = std::all_of(value.begin(), value.end(),
                                [](char c) { return IsHeadByte(c) && c != '\r' && c != '\n'; });
  return name_good && value_good && !IsOurs(name);
}

std::string_view ConnectionLine(const HeadPlan& plan) {
  if (plan.close) return "Connection: close\r\n";
  return plan.http10 ? "Connection: keep-alive\r\n" : "";
}

}  // namespace

DefaultHeaders::DefaultHeaders(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    lines_.emplace_back(name, fmt::format("{}: {}\r\n", name, value));
  }
}

void DefaultHeaders::AppendMissing(const Headers& given, std::string& out) const {
  for (const auto& [name, line] : lines_) {
    if (!given.Find(name)) out += line;
  }
}

std::string HeadText(const Response& response, const HeadPlan& plan,
                     const DefaultHeaders& defaults) {
  std::string out;
  out.reserve(512);
  auto at = std::back_inserter(out);
  fmt::format_to(at, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 ReasonPhrase(response.status), plan.date);
  for (const auto& field : response.headers) {
    if (IsClean(field)) {
      out.append(field.first).append(": ").append(field.second).append("\r\n");
    } else {
      log::Warning("http", "left out the response header \"{}\": not allowed", field.first);
    }
  }
  defaults.AppendMissing(response.headers, out);
  if (plan.length) fmt::format_to(at, "Content-Length: {}\r\n", *plan.length);
  if (plan.chunked) out += "Transfer-Encoding: chunked\r\n";
  return out.append(ConnectionLine(plan)).append("\r\n");
}

std::string DateText(int64_t seconds) {
  auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays.substr(static_cast<size_t>(parts.tm_wday) * 3, 3), parts.tm_mday,
                     kMonths.substr(static_cast<size_t>(parts.tm_mon) * 3, 3), parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string ChunkText(std::string_view data) {
  std::string out = fmt::format("{:x}\r\n", data.size());
  out.reserve(out.size() + data.size() + 2);
  return out.append(data).append("\r\n");
}

bool MayHaveBody(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace tidings::http
