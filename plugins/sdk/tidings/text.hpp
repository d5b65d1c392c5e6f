// Small pieces of text that nearly every plugin reads or writes: JSON strings, times, durations.
// Optional; header only, C++17. All functions are free of state and may be called on any thread.
#ifndef TIDINGS_TEXT_HPP
#define TIDINGS_TEXT_HPP

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::sdk {

// Appends `text` (UTF-8) as a JSON string, quotes included.
inline void AppendJson(std::string& to, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  to += '"';
  std::size_t clean = 0;  // text[clean..i) needs no escape and is not appended yet
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    to.append(text, clean, i - clean);
    clean = i + 1;
    to += '\\';
    if (c == '"' || c == '\\') {
      to += static_cast<char>(c);
    } else if (c == '\n') {
      to += 'n';
    } else {
      to += "u00";
      to += kHex[c >> 4];
      to += kHex[c & 15];
    }
  }
  to.append(text, clean, text.size() - clean);
  to += '"';
}

inline void AppendNumber(std::string& to, std::int64_t number) {
  char digits[24];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// ---------------------------------------------------------------- the calendar (UTC)

struct Date {
  int year = 1970, month = 1, day = 1;
};

inline int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Days since 1970-01-01 of a date of the Gregorian calendar, and back. A year is taken to begin in
// March, so that the leap day comes last and months have a regular length.
inline std::int64_t DaysOf(Date date) {
  std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  std::int64_t of_era = year - era * 400;
  std::int64_t of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}
inline Date DateOf(std::int64_t days) {
  days += 719468;
  std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  std::int64_t of_era = days - era * 146097;
  std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  std::int64_t month = (5 * of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  date.year = static_cast<int>(year + era * 400 + (date.month <= 2));
  return date;
}

constexpr std::int64_t kSecond = 1'000'000;  // in the microseconds of plugin.h
constexpr std::int64_t kDay = 86'400 * kSecond;

inline void AppendPadded(std::string& to, std::int64_t number, int width) {
  char digits[20];
  for (int i = width; i-- > 0; number /= 10) digits[i] = static_cast<char>('0' + number % 10);
  to.append(digits, static_cast<std::size_t>(width));
}

// Appends "2026-03-01T09:30:00Z", with ".123456" only where the fraction is not zero. `time` in
// microseconds since 1970, of the years 0 to 9999.
inline void AppendTime(std::string& to, std::int64_t time) {
  std::int64_t days = time / kDay - (time % kDay < 0);
  std::int64_t rest = time - days * kDay;
  Date date = DateOf(days);
  AppendPadded(to, date.year, 4);
  AppendPadded(to += '-', date.month, 2);
  AppendPadded(to += '-', date.day, 2);
  AppendPadded(to += 'T', rest / (3600 * kSecond), 2);
  AppendPadded(to += ':', rest / (60 * kSecond) % 60, 2);
  AppendPadded(to += ':', rest / kSecond % 60, 2);
  if (rest % kSecond != 0) AppendPadded(to += '.', rest % kSecond, 6);
  to += 'Z';
}

// ---------------------------------------------------------------- reading

// Takes exactly `width` digits off the front of `text`; -1 where they are not there.
inline int TakeDigits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return -1;
  int number = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  return number;
}

inline bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Takes "Z", "+05:30", "+0530", "+05" or nothing; the offset in minutes, or none where it is wrong.
inline std::optional<int> TakeZone(std::string_view& text) {
  if (text.empty() || TakeChar(text, 'Z') || TakeChar(text, 'z')) return 0;
  int sign = text.front() == '-' ? -1 : 1;
  if (!TakeChar(text, '+') && !TakeChar(text, '-')) return std::nullopt;
  int hours = TakeDigits(text, 2);
  bool colon = TakeChar(text, ':');
  int minutes = text.empty() && !colon ? 0 : TakeDigits(text, 2);
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return std::nullopt;
  return sign * (hours * 60 + minutes);
}

// Takes ".123" in up to 9 digits; microseconds, or -1 where a digit is missing.
inline std::int64_t TakeFraction(std::string_view& text) {
  if (!TakeChar(text, '.') && !TakeChar(text, ',')) return 0;
  std::int64_t fraction = 0, unit = kSecond;
  std::size_t digits = 0;
  for (; digits < 9 && !text.empty() && text[0] >= '0' && text[0] <= '9'; ++digits) {
    fraction += (text[0] - '0') * (unit /= 10);
    text.remove_prefix(1);
  }
  return digits == 0 ? -1 : fraction;
}

// Reads ISO 8601 as people write it: a date alone (midnight), "T" or a space between, seconds and
// fraction optional, a zone or none (UTC). Microseconds since 1970, or none.
inline std::optional<std::int64_t> ParseTime(std::string_view text) {
  Date date{TakeDigits(text, 4), 0, 0};
  if (date.year < 0 || !TakeChar(text, '-')) return std::nullopt;
  date.month = TakeDigits(text, 2);
  if (date.month < 1 || date.month > 12 || !TakeChar(text, '-')) return std::nullopt;
  date.day = TakeDigits(text, 2);
  if (date.day < 1 || date.day > DaysInMonth(date.year, date.month)) return std::nullopt;
  std::int64_t time = DaysOf(date) * kDay;
  if (text.empty()) return time;
  if (!TakeChar(text, 'T') && !TakeChar(text, ' ') && !TakeChar(text, 't')) return std::nullopt;
  int hour = TakeDigits(text, 2);
  if (hour < 0 || hour > 23 || !TakeChar(text, ':')) return std::nullopt;
  int minute = TakeDigits(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  int second = TakeChar(text, ':') ? TakeDigits(text, 2) : 0;
  if (second < 0 || second > 60) return std::nullopt;
  std::int64_t fraction = TakeFraction(text);
  while (TakeChar(text, ' ')) {
  }
  auto zone = TakeZone(text);
  if (fraction < 0 || !zone || !text.empty()) return std::nullopt;
  return time + ((hour * 60 + minute - *zone) * 60 + second) * kSecond + fraction;
}

// Reads "250ms", "5s", "10m", "2h", "7d" and plain seconds ("1.5"); microseconds, or none.
inline std::optional<std::int64_t> ParseDuration(std::string_view text) {
  std::int64_t whole = 0;
  auto number = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (number.ec != std::errc() || whole < 0 || whole > 1'000'000'000) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(number.ptr - text.data()));
  std::int64_t fraction = TakeFraction(text);
  if (fraction < 0) return std::nullopt;
  std::int64_t unit = 0;  // microseconds
  if (text.empty() || text == "s") unit = kSecond;
  if (text == "us") unit = 1;
  if (text == "ms") unit = 1000;
  if (text == "m" || text == "min") unit = 60 * kSecond;
  if (text == "h") unit = 3600 * kSecond;
  if (text == "d") unit = kDay;
  if (unit == 0 || whole > INT64_MAX / 2 / unit) return std::nullopt;
  return whole * unit + fraction * (unit / 1000) / 1000;
}

}  // namespace tidings::sdk

#endif  // TIDINGS_TEXT_HPP
