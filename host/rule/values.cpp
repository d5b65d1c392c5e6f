#include "rule/values.h"

#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "lua/orders.h"

namespace tidings::rule {
namespace {

tl::unexpected<Error> Wanted(const char* what, const Json& value) {
  return Fail(Code::kInvalidArgument,
              fmt::format("expected {}, got {}", what, ToLine(value).substr(0, 80)));
}

std::optional<Decimal> AsDecimal(const Json& value) {
  if (value.is_number_integer()) return *Decimal::Parse(value.dump());
  if (value.is_number()) {
    double number = value.get<double>();
    return std::isfinite(number) ? std::optional(Decimal::FromDouble(number)) : std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  auto parsed = Decimal::Parse(Trim(value.get_ref<const std::string&>()));
  return parsed.has_value() ? std::optional(*parsed) : std::nullopt;
}

Result<Constant> AsText(const Json& value) {
  if (value.is_number_integer()) return value.dump();
  if (!value.is_string()) return Wanted("text", value);
  std::string text = value.get<std::string>();
  if (text.find('\0') != std::string::npos) return Wanted("text without NUL", value);
  return text;
}

struct UnitWord {
  const char* word;
  Ago::Unit unit;
};
constexpr UnitWord kUnits[] = {
    {"minutesAgo", Ago::Unit::kMinutes}, {"hoursAgo", Ago::Unit::kHours},
    {"daysAgo", Ago::Unit::kDays},       {"weeksAgo", Ago::Unit::kWeeks},
    {"monthsAgo", Ago::Unit::kMonths},   {"yearsAgo", Ago::Unit::kYears}};

Result<Constant> AsAgo(const Json& value) {
  std::vector<std::string> words;
  for (const UnitWord& unit : kUnits) {
    words.emplace_back(unit.word);
    if (value.size() != 1 || !value.contains(unit.word)) continue;
    auto count = AsDecimal(value[unit.word]);
    double number = count.has_value() ? count->ToDouble() : -1;
    if (!IsSpan(number, unit.unit)) {
      return Wanted("a number of at most 200 years, whole for months and years", value);
    }
    return Ago{number, unit.unit};
  }
  std::string hint = value.empty() ? "" : DidYouMean(value.begin().key(), words);
  return Fail(Code::kInvalidArgument,
              R"(expected a time such as "2026-03-01" or {"daysAgo": 90})" + hint);
}

bool IsDateAlone(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-';
}

Result<Constant> AsTime(const Json& value) {
  if (value.is_object()) return AsAgo(value);
  if (!value.is_string()) return Wanted(R"(a time such as "2026-03-01" or {"daysAgo": 90})", value);
  std::string_view text = Trim(value.get_ref<const std::string&>());
  auto time = ParseTime(text);
  if (!time.has_value()) return Wanted(R"(a time such as "2026-03-01" or {"daysAgo": 90})", value);
  if (IsDateAlone(text)) return Day{*time};
  return *time;
}

Result<Constant> AsStatus(const Json& value) {
  TRY_ASSIGN(std::string status,
             lua::ReadOrderStatus(value.is_string() ? value.get<std::string>() : ToLine(value)));
  return status;
}

Result<Constant> AsAttribute(const Json& value, bool ordered) {
  if (value.is_object() && value.size() == 1 && value.contains("text"))
    return AsText(value["text"]);
  if (value.is_object() && value.size() == 1 && value.contains("number")) {
    auto number = AsDecimal(value["number"]);
    if (number.has_value()) return *number;
    return Wanted("a number", value);
  }
  if (value.is_boolean()) {
    if (ordered) return Wanted("a number or text", value);
    return value.get<bool>();
  }
  if (value.is_number() || ordered) {
    if (auto number = AsDecimal(value)) return *number;
  }
  return AsText(value);
}

}  // namespace

Result<Constant> ReadConstant(const Json& value, const Field& field, bool ordered) {
  if (field.column == Column::kOrderStatus) return AsStatus(value);
  switch (field.type()) {
    case Type::kInteger:
    case Type::kNumber: {
      auto number = AsDecimal(value);
      if (!number.has_value()) return Wanted("a number", value);
      return *number;
    }
    case Type::kTime: return AsTime(value);
    case Type::kAttribute: return AsAttribute(value, ordered);
    default: return AsText(value);
  }
}

std::vector<Json> ListOf(const Json& value) {
  std::vector<Json> list;
  if (value.is_array()) {
    list.assign(value.begin(), value.end());
  } else if (value.is_string()) {
    for (std::string_view part : Split(value.get_ref<const std::string&>(), ',')) {
      if (!Trim(part).empty()) list.emplace_back(Trim(part));
    }
  } else if (!value.is_null()) {
    list.push_back(value);
  }
  return list;
}

Result<double> ReadDays(const Json& value) {
  auto days = AsDecimal(value);
  double number = days.has_value() ? days->ToDouble() : -1;
  if (!IsSpan(number, Ago::Unit::kDays)) return Wanted("a number of days", value);
  return number;
}

}  // namespace tidings::rule
