#include "sentence/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/text.h"

namespace tidings::sentence {
namespace {

constexpr int64_t kOne = 1'000'000;
constexpr int64_t kMost = int64_t{9'000'000'000'000} * kOne;

struct Unit {
  const char* name;
  double days;
  const char* assumption;
};
constexpr Unit kUnits[] = {
    {"day", 1, nullptr},
    {"week", 7, nullptr},
    {"fortnight", 14, nullptr},
    {"month", 30, "a month counts as 30 days"},
    {"year", 365, "a year counts as 365 days"},
};

struct Scale {
  std::string_view digits;  // as the vocabulary has it
  int64_t factor;
  const char* name;
};
constexpr Scale kScales[] = {{"100", 100, "hundred"},
                             {"1000", 1'000, "K"},
                             {"100000", 100'000, "lakh"},
                             {"1000000", 1'000'000, "million"},
                             {"10000000", 10'000'000, "crore"}};

const Scale* FindScale(std::string_view digits) {
  auto same = [&](const Scale& scale) { return scale.digits == digits; };
  auto found = std::find_if(std::begin(kScales), std::end(kScales), same);
  return found == std::end(kScales) ? nullptr : found;
}

std::optional<int64_t> Whole(std::string_view digits) {
  int64_t number = 0;
  auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  bool all = error == std::errc() && stop == digits.data() + digits.size();
  return all ? std::optional(number) : std::nullopt;
}

// "1.5" -> 1'500'000.
std::optional<int64_t> Millionths(std::string_view digits) {
  size_t point = digits.find('.');
  std::string fraction(point == digits.npos ? "" : digits.substr(point + 1));
  auto whole = digits.substr(0, point);
  if (fraction.size() > 6 || whole.size() > 13) return std::nullopt;
  fraction.resize(6, '0');
  auto units = whole.empty() ? std::optional<int64_t>(0) : Whole(whole);
  auto parts = Whole(fraction);
  if (!units || !parts || *units >= kMost / kOne) return std::nullopt;
  return *units * kOne + *parts;
}

std::string Plain(const Json& number) {
  return number.is_array() ? Plain(number[1]) : number.is_string() ? number.get<std::string>() : "";
}
std::string ScaleOf(const Json& number) {
  return number.is_array() && number[2].is_string() ? number[2].get<std::string>() : "";
}

// Without a fraction where it has none.
Json Short(double number) {
  bool whole = number == std::floor(number);
  return whole ? Json(static_cast<int64_t>(number)) : Json(number);
}

// "5.000" is five or five thousand, depending on where one comes from.
bool MayBeThousands(const std::string& digits, const std::string& scale) {
  size_t point = digits.find('.');
  return scale.empty() && point != digits.npos && point > 0 && digits.size() - point == 4;
}

// The number with another one's scale.
Json Scaled(const Json& number, const std::string& scale) {
  if (!number.is_array()) return {"number", number, scale, nullptr, nullptr};
  Json scaled = number;
  scaled[2] = scale;
  return scaled;
}

std::optional<Days> Month(const std::string& year_text, const std::string& month_text) {
  auto year = Whole(year_text);
  auto month = Whole(month_text);
  if (!year || !month || year_text.size() != 4) return std::nullopt;
  using namespace std::chrono;
  year_month_day_last last(std::chrono::year(static_cast<int>(*year)),
                           month_day_last(std::chrono::month(static_cast<unsigned>(*month))));
  return Days{fmt::format("{}-{:02}-01", year_text, *month),
              fmt::format("{}-{:02}-{:02}", year_text, *month, static_cast<unsigned>(last.day()))};
}

std::optional<Days> Day(const std::string& iso) {
  bool ours = iso >= "1970" && iso < "2200";
  return ours && ParseTime(iso).has_value() ? std::optional(Days{iso, iso}) : std::nullopt;
}

std::optional<Days> Year(const std::string& year) {
  bool ours = year.size() == 4 && year >= "1970" && year < "2200" && Whole(year);
  return ours ? std::optional(Days{year + "-01-01", year + "-12-31"}) : std::nullopt;
}

}  // namespace

void Assumptions::Add(std::string text) {
  if (std::find(all_.begin(), all_.end(), text) == all_.end()) all_.push_back(std::move(text));
}

Json Amount::ToJson() const {
  if (IsWhole()) return millionths / kOne;
  return static_cast<double>(millionths) / static_cast<double>(kOne);
}

std::optional<Amount> ReadAmount(const Json& number, Assumptions& assumptions) {
  auto millionths = Millionths(Plain(number));
  if (!millionths || MayBeThousands(Plain(number), ScaleOf(number))) return std::nullopt;
  Amount amount{*millionths};
  if (!number.is_array()) return amount;
  if (const Scale* scale = FindScale(ScaleOf(number))) {
    if (amount.millionths > kMost / scale->factor) return std::nullopt;
    amount.millionths *= scale->factor;
    amount.scaled = true;
    assumptions.Add(fmt::format("{} {} is {}", Plain(number), scale->name,
                                WithThousands(amount.millionths / kOne)));
  }
  bool currency = number[3].is_string() || number[4].is_string();
  amount.money = currency || amount.scaled;
  if (currency) assumptions.Add("currency signs say nothing: amounts are compared as numbers");
  return amount;
}

std::optional<AmountRange> ReadRange(const Json& low, const Json& high, Assumptions& assumptions) {
  auto low_plain = Millionths(Plain(low)), high_plain = Millionths(Plain(high));
  if (!low_plain || !high_plain) return std::nullopt;
  bool shared = ScaleOf(low).empty() && !ScaleOf(high).empty() && *low_plain < *high_plain;
  auto from = ReadAmount(shared ? Scaled(low, ScaleOf(high)) : low, assumptions);
  auto to = ReadAmount(high, assumptions);
  if (!from || !to || from->millionths > to->millionths) return std::nullopt;
  return AmountRange{*from, *to};
}

std::optional<Json> ReadSpan(const Json& span, Assumptions& assumptions) {
  auto count = Millionths(Plain(span[1]));
  if (!count) return std::nullopt;
  double number = static_cast<double>(*count) / static_cast<double>(kOne);
  std::string name = span[2];
  if (name == "minute" && number <= 1'000'000) return Json{{"minutesAgo", Short(number)}};
  if (name == "hour" && number <= 1'000'000) {
    bool days = std::fmod(number, 24) == 0;
    return days ? Json{{"daysAgo", Short(number / 24)}} : Json{{"hoursAgo", Short(number)}};
  }
  for (const Unit& unit : kUnits) {
    double days = number * unit.days;
    if (name != unit.name || days > 200 * 365) continue;
    if (unit.assumption) assumptions.Add(unit.assumption);
    return Json{{"daysAgo", Short(days)}};
  }
  return std::nullopt;
}

std::optional<Days> ReadDate(const Json& date) {
  std::string kind = date[0];
  if (kind == "in_year") return ReadDate({"written_day", date[1], date[2][0], date[2][1]});
  std::array<std::string, 3> parts;
  for (size_t i = 1; i < date.size(); ++i) parts[i - 1] = Plain(date[i]);
  if (kind == "yearless") return std::nullopt;
  if (kind == "day") return Day(parts[0]);
  if (kind == "year") return Year(parts[0]);
  if (!Year(parts[0])) return std::nullopt;
  if (kind == "month") return Month(parts[0], parts[1]);
  auto month = Whole(parts[1]), day = Whole(parts[2]);
  if (!month || !day) return std::nullopt;
  return Day(fmt::format("{}-{:02}-{:02}", parts[0], *month, *day));
}

}  // namespace tidings::sentence
