#include "base/json.h"

#include <set>

#include <fmt/core.h>

namespace tidings {
namespace {

constexpr int kDeepest = 64;

std::string Position(std::string_view text, size_t byte) {
  byte = std::min(byte > 0 ? byte - 1 : 0, text.size());
  auto before = text.substr(0, byte);
  auto line = 1 + std::count(before.begin(), before.end(), '\n');
  auto column = byte - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

// nlohmann's own words carry a position in bytes and an exception number; keep what helps.
std::string Cause(std::string what) {
  auto at = what.rfind("; ");
  auto colon = what.find(": ", what.find("syntax error"));
  if (at != what.npos) return what.substr(at + 2);
  return colon == what.npos ? what : what.substr(colon + 2);
}

// Rejects what the parser itself lets through.
class Strictness {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    using E = Json::parse_event_t;
    if (depth > kDeepest) fault_ = fmt::format("nesting is deeper than {}", kDeepest);
    if (event == E::object_start) keys_.emplace_back();
    if (event == E::object_end && !keys_.empty()) keys_.pop_back();
    if (event == E::key && !keys_.empty()) {
      auto key = parsed.get<std::string>();
      if (!keys_.back().insert(key).second) fault_ = fmt::format("key `{}` stands twice", key);
    }
    return true;
  }
  const std::string& fault() const { return fault_; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string fault_;
};

}  // namespace

Result<Json> ParseJson(std::string_view text) {
  Strictness strict;
  try {
    auto json = Json::parse(text, std::ref(strict));
    if (strict.fault().empty()) return json;
    return Fail(Code::kInvalidArgument, "JSON: " + strict.fault());
  } catch (const Json::parse_error& error) {
    return Fail(Code::kInvalidArgument,
                fmt::format("JSON is malformed at {}: {}", Position(text, error.byte),
                            Cause(error.what())));
  } catch (const Json::exception& error) {
    return Fail(Code::kInvalidArgument, fmt::format("JSON: {}", error.what()));
  }
}

std::string ToLine(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string TextOf(const Json& object, const char* key) {
  auto member = object.find(key);
  if (member == object.end() || member->is_null()) return "";
  return member->is_string() ? member->get<std::string>() : ToLine(*member);
}

}  // namespace tidings
