#include "config/node.h"

#include <charconv>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "config/report.h"

namespace tidings::config {
namespace {

bool AllDigits(std::string_view text) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), digit);
}

// [0-9]+, [0-9]+.[0-9]* or .[0-9]+, then an exponent or none; no sign.
bool LooksReal(std::string_view text) {
  size_t e = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, e);
  if (e != text.npos) {
    auto exponent = text.substr(e + 1);
    if (!exponent.empty() && (exponent[0] == '-' || exponent[0] == '+')) exponent.remove_prefix(1);
    if (!AllDigits(exponent)) return false;
  }
  size_t point = mantissa.find('.');
  if (point == mantissa.npos) return AllDigits(mantissa);
  auto before = mantissa.substr(0, point), after = mantissa.substr(point + 1);
  return (AllDigits(before) && after.empty()) || (before.empty() && AllDigits(after)) ||
         (AllDigits(before) && AllDigits(after));
}

// The whole of `digits` in `base`, negated or not; none where 64 bits do not hold it.
std::optional<Json> Integer(std::string_view digits, int base, bool negative) {
  uint64_t magnitude = 0;
  auto end = digits.data() + digits.size();
  auto [stop, error] = std::from_chars(digits.data(), end, magnitude, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  constexpr uint64_t kMost = INT64_MAX;
  if (!negative) return magnitude <= kMost ? Json(int64_t(magnitude)) : Json(magnitude);
  if (magnitude > kMost + 1) return std::nullopt;
  return Json(static_cast<int64_t>(0 - magnitude));
}

std::optional<Json> Real(std::string_view digits, bool negative) {
  double value = 0;
  auto end = digits.data() + digits.size();
  auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return Json(negative ? -value : value);
}

// 0x2a and 0o52.
bool IsPrefixed(std::string_view text) {
  if (text.size() < 3 || text[0] != '0' || (text[1] != 'x' && text[1] != 'o')) return false;
  auto digits = text.substr(2);
  return digits.find_first_not_of(text[1] == 'x' ? "0123456789abcdefABCDEF" : "01234567") ==
         digits.npos;
}

}  // namespace

const Node::Entry* Node::Find(std::string_view key) const {
  for (const auto& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::string Shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull: return "nothing";
    case Node::Kind::kList: return node.items.empty() ? "an empty list" : "a list";
    case Node::Kind::kMap: return node.entries.empty() ? "an empty mapping" : "a mapping";
    case Node::Kind::kUnknown: return "something unknown";
    case Node::Kind::kScalar: break;
  }
  if (node.origin == Node::Origin::kEnvironment)
    return "the value of " + Quoted("!env " + node.name);
  if (node.origin == Node::Origin::kSecret) return "the value of " + Quoted("!secret " + node.name);
  return node.origin == Node::Origin::kQuoted ? "the text " + Quoted(node.text) : Quoted(node.text);
}

std::optional<Json> PlainValue(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return Json();
  }
  if (text == "true" || text == "True" || text == "TRUE") return Json(true);
  if (text == "false" || text == "False" || text == "FALSE") return Json(false);
  if (IsPrefixed(text))
    return Integer(std::string_view(text).substr(2), text[1] == 'x' ? 16 : 8, false);
  std::string_view digits = text;
  bool negative = digits[0] == '-';
  if (negative || digits[0] == '+') digits.remove_prefix(1);
  std::string lower = LowerAscii(digits);
  if (lower == ".inf" || text == ".nan" || text == ".NaN" || text == ".NAN") return std::nullopt;
  if (!LooksReal(digits)) return Json(text);
  bool leading_zero = digits.size() > 1 && digits[0] == '0' && AllDigits(digits.substr(0, 2));
  if (leading_zero) return std::nullopt;
  return AllDigits(digits) ? Integer(digits, 10, negative) : Real(digits, negative);
}

Json ToJson(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
    case Node::Kind::kUnknown: return Json();
    case Node::Kind::kScalar:
      if (node.origin != Node::Origin::kPlain) return Json(node.text);
      return PlainValue(node.text).value_or(Json(node.text));
    case Node::Kind::kList: break;
    case Node::Kind::kMap: {
      Json map = Json::object();
      for (const auto& entry : node.entries) map[entry.key] = ToJson(entry.value);
      return map;
    }
  }
  Json list = Json::array();
  for (const auto& item : node.items) list.push_back(ToJson(item));
  return list;
}

}  // namespace tidings::config
