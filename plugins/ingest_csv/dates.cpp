#include "dates.h"

#include <charconv>

#include "tidings/text.hpp"

namespace ingest_csv {
namespace {

namespace sdk = tidings::sdk;

struct Parts {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  bool afternoon = false, half_day = false;
  std::optional<int> zone;       // minutes
  std::optional<int64_t> epoch;  // seconds
};

// One or two digits; -1 where there are none.
int TakeShort(std::string_view& text) {
  int first = sdk::TakeDigits(text, 1);
  if (first < 0) return -1;
  int second = sdk::TakeDigits(text, 1);
  return second < 0 ? first : first * 10 + second;
}

bool TakeInto(std::string_view& text, int low, int high, int& into) {
  into = TakeShort(text);
  return into >= low && into <= high;
}

bool TakeYear(std::string_view& text, bool four, int& year) {
  year = sdk::TakeDigits(text, four ? 4 : 2);
  if (year >= 0 && !four) year += year >= 69 ? 1900 : 2000;
  return year >= 0;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool StartsWithLetters(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

// The longest name that fits is taken: "mar" of "march" would leave "ch".
bool TakeMonthName(std::string_view& text, int& month) {
  constexpr std::string_view kMonths[] = {"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};
  for (int i = 0; i < 12; ++i) {
    for (auto name : {kMonths[i], kMonths[i].substr(0, 3)}) {
      if (!StartsWithLetters(text, name)) continue;
      text.remove_prefix(name.size());
      month = i + 1;
      return true;
    }
  }
  return false;
}

bool TakeHalf(std::string_view& text, Parts& parts) {
  bool am = StartsWithLetters(text, "am"), pm = StartsWithLetters(text, "pm");
  if (!am && !pm) return false;
  text.remove_prefix(2);
  parts.half_day = true;
  parts.afternoon = pm;
  return true;
}

bool TakeEpoch(std::string_view& text, Parts& parts) {
  int64_t seconds = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr int64_t kYear9999 = 253'402'300'799;
  if (read.ec != std::errc() || seconds < -kYear9999 || seconds > kYear9999) return false;
  text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
  parts.epoch = seconds;
  return true;
}

bool TakeField(char field, std::string_view& text, Parts& parts) {
  switch (field) {
    case 'Y': return TakeYear(text, true, parts.year);
    case 'y': return TakeYear(text, false, parts.year);
    case 'm': return TakeInto(text, 1, 12, parts.month);
    case 'd': return TakeInto(text, 1, 31, parts.day);
    case 'H': return TakeInto(text, 0, 23, parts.hour);
    case 'I': return TakeInto(text, 1, 12, parts.hour);
    case 'M': return TakeInto(text, 0, 59, parts.minute);
    case 'S': return TakeInto(text, 0, 60, parts.second);
    case 'b': return TakeMonthName(text, parts.month);
    case 'p': return TakeHalf(text, parts);
    case 's': return TakeEpoch(text, parts);
    case 'z': parts.zone = sdk::TakeZone(text); return parts.zone.has_value();
    default: return sdk::TakeChar(text, field);
  }
}

bool TakeAll(std::string_view text, std::string_view format, Parts& parts) {
  while (!format.empty()) {
    char c = format.front();
    format.remove_prefix(1);
    if (c == ' ') {
      while (sdk::TakeChar(text, ' ')) {
      }
      continue;
    }
    bool field = c == '%' && !format.empty();
    if (field ? !TakeField(format.front(), text, parts) : !sdk::TakeChar(text, c)) return false;
    if (field) format.remove_prefix(1);
  }
  return text.empty();
}

std::optional<int64_t> ToTime(const Parts& parts, int64_t utc_offset) {
  if (parts.epoch) return *parts.epoch * sdk::kSecond;
  if (parts.day > sdk::DaysInMonth(parts.year, parts.month)) return std::nullopt;
  int hour = parts.half_day ? parts.hour % 12 + (parts.afternoon ? 12 : 0) : parts.hour;
  int64_t minutes = hour * 60 + parts.minute - (parts.zone ? *parts.zone : utc_offset);
  return sdk::DaysOf({parts.year, parts.month, parts.day}) * sdk::kDay +
         (minutes * 60 + parts.second) * sdk::kSecond;
}

// Whether an ISO time ends in a zone: a Z, or a sign behind the hour.
bool NamesZone(std::string_view iso) {
  if (iso.size() <= 11) return false;
  return iso.substr(11).find_first_of("Zz+-") != std::string_view::npos;
}

}  // namespace

std::string CheckDateFormat(std::string_view format) {
  if (format == "iso") return "";
  bool any = false;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    char field = ++i < format.size() ? format[i] : ' ';
    if (std::string_view("YymdHIMSbpzs%").find(field) == std::string_view::npos) {
      return std::string("has %") + field +
             ", which is none of %Y %y %m %d %H %I %M %S %b %p %z %s %%";
    }
    any = any || field == 'Y' || field == 'y' || field == 's';
  }
  return any ? "" : "must be `iso` or hold %Y, %y or %s; for 31/12/2026 write %d/%m/%Y";
}

std::optional<int64_t> ParseDate(std::string_view text, std::string_view format,
                                 int64_t utc_offset) {
  if (format == "iso") {
    auto time = sdk::ParseTime(text);
    if (time && !NamesZone(text)) *time -= utc_offset * 60 * sdk::kSecond;
    return time;
  }
  Parts parts;
  if (!TakeAll(text, format, parts)) return std::nullopt;
  return ToTime(parts, utc_offset);
}

}  // namespace ingest_csv
