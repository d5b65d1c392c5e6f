// Numbers, dates and encodings.
#include <gtest/gtest.h>

#include "dates.h"
#include "decimal.h"
#include "encoding.h"
#include "tidings/text.hpp"

namespace ingest_csv {
namespace {

std::string Show(std::optional<Units> units) {
  std::string text;
  if (units) AppendDecimal(text, *units);
  return units ? text : "none";
}

TEST(Decimal, Reads) {
  struct Case {
    const char* text;
    char point;
    const char* value;
  } cases[] = {
      {"12", '.', "12"},
      {"-12.5", '.', "-12.5"},
      {"0.0001", '.', "0.0001"},
      {"0012.50", '.', "12.5"},
      {"12.500000", '.', "12.5"},
      {".5", '.', "0.5"},
      {"5.", '.', "5"},
      {"+5", '.', "5"},
      {"1,234.50", '.', "1234.5"},
      {"1,00,000", '.', "100000"},
      {"1.234,50", ',', "1234.5"},
      {"1 234,5", ',', "1234.5"},
      {"1'234.5", '.', "1234.5"},
      {"£12.50", '.', "12.5"},
      {"-£12.50", '.', "-12.5"},
      {"£-12.50", '.', "-12.5"},
      {"12,50 €", ',', "12.5"},
      {"12.50 EUR", '.', "12.5"},
      {"INR 10,000", '.', "10000"},
      {"(12.50)", '.', "-12.5"},
      {"1e3", '.', "1000"},
      {"1.5E-2", '.', "0.015"},
      {"99999999999999.9999", '.', "99999999999999.9999"},
      {"-0", '.', "0"},
      {"100000000000000", '.', "none"},
      {"0.00001", '.', "none"},
      {"1e20", '.', "none"},
      {"", '.', "none"},
      {"-", '.', "none"},
      {".", '.', "none"},
      {"£", '.', "none"},
      {"12x", '.', "none"},
      {"1.2.3", '.', "none"},
      {"1,23", '.', "none"},
      {"12,34.5", '.', "none"},
      {",123", '.', "none"},
      {"1,234 567", '.', "none"},
      {"0x10", '.', "none"},
      {"NaN", '.', "none"},
      {"1e", '.', "none"},
      {"--1", '.', "none"},
  };
  for (auto& c : cases) EXPECT_EQ(Show(ParseDecimal(c.text, c.point)), c.value) << c.text;
}

TEST(Decimal, SumsWithoutRoundingUntilTheEnd) {
  Sum sum;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sum.Add(3'333, 3'333));  // 0.3333 * 0.3333, exactly
  EXPECT_EQ(Show(sum.Total()), "0.3333");                          // 0.33326667 rounded
  Sum negative;
  ASSERT_TRUE(negative.Add(-15'000, 1));  // -0.00015
  EXPECT_EQ(Show(negative.Total()), "-0.0002");
  Sum large;
  EXPECT_FALSE(large.Add(kOne * 100'000'000, kOne * 1'000'000));
  EXPECT_EQ(Show(large.Total()), "0");
}

std::string ShowTime(std::optional<int64_t> time) {
  std::string text;
  if (time) tidings::sdk::AppendTime(text, *time);
  return time ? text : "none";
}

TEST(Dates, Reads) {
  struct Case {
    const char *text, *format, *value;
    int64_t offset = 0;
  } cases[] = {
      {"2010-12-01T08:26:00", "iso", "2010-12-01T08:26:00Z"},
      {"2010-12-01", "iso", "2010-12-01T00:00:00Z"},
      {"2010-12-01 08:26", "iso", "2010-12-01T08:26:00Z"},
      {"2010-12-01T08:26:00.5+05:30", "iso", "2010-12-01T02:56:00.500000Z", 60},
      {"2010-12-01T08:26:00", "iso", "2010-12-01T07:26:00Z", 60},
      {"2010-12-01T08:26:00Z", "iso", "2010-12-01T08:26:00Z", 60},
      {"12/1/2010 8:26", "%m/%d/%Y %H:%M", "2010-12-01T08:26:00Z"},
      {"01/12/2010 08:26", "%d/%m/%Y %H:%M", "2010-12-01T08:26:00Z"},
      {"1.12.10", "%d.%m.%y", "2010-12-01T00:00:00Z"},
      {"1 March 2024", "%d %b %Y", "2024-03-01T00:00:00Z"},
      {"Mar 1, 1999  5:07 pm", "%b %d, %Y %I:%M %p", "1999-03-01T17:07:00Z"},
      {"12:30 AM 2024-02-29", "%I:%M %p %Y-%m-%d", "2024-02-29T00:30:00Z"},
      {"1291191960", "%s", "2010-12-01T08:26:00Z"},
      {"20101201", "%Y%m%d", "2010-12-01T00:00:00Z"},
      {"2010-12-01 08:26 +0100", "%Y-%m-%d %H:%M %z", "2010-12-01T07:26:00Z"},
      {"29/02/2023", "%d/%m/%Y", "none"},
      {"31/04/2023", "%d/%m/%Y", "none"},
      {"13/13/2023", "%d/%m/%Y", "none"},
      {"1/1/2023x", "%d/%m/%Y", "none"},
      {"1/1", "%d/%m/%Y", "none"},
      {"2010-13-01", "iso", "none"},
      {"01/12/2010", "iso", "none"},
      {"", "iso", "none"},
  };
  for (auto& c : cases) {
    EXPECT_EQ(ShowTime(ParseDate(c.text, c.format, c.offset)), c.value) << c.text;
  }
}

TEST(Dates, RefusesFormatsThatCannotWork) {
  EXPECT_EQ(CheckDateFormat("iso"), "");
  EXPECT_EQ(CheckDateFormat("%d/%m/%Y"), "");
  EXPECT_EQ(CheckDateFormat("DD/MM/YYYY"),
            "must be `iso` or hold %Y, %y or %s; for 31/12/2026 write %d/%m/%Y");
  EXPECT_EQ(CheckDateFormat("%Y-%Q"),
            "has %Q, which is none of %Y %y %m %d %H %I %M %S %b %p %z %s %%");
  EXPECT_NE(CheckDateFormat("%Y%"), "");
}

TEST(Dates, CalendarGoesThereAndBack) {
  for (int64_t day = -800'000; day < 3'000'000; day += 37) {
    auto date = tidings::sdk::DateOf(day);
    ASSERT_EQ(tidings::sdk::DaysOf(date), day);
    ASSERT_TRUE(date.day >= 1 && date.day <= tidings::sdk::DaysInMonth(date.year, date.month));
  }
}

std::string Decode(Encoding encoding, const std::string& bytes, size_t piece) {
  Decoder decoder;
  decoder.Begin(encoding);
  std::string text;
  for (size_t at = 0; at <= bytes.size(); at += piece) {
    decoder.Decode(std::string_view(bytes).substr(at, piece), at + piece >= bytes.size(), text);
    if (at + piece >= bytes.size()) break;
  }
  return text;
}

TEST(Encoding, Decodes) {
  using std::string_literals::operator""s;
  struct Case {
    const char* name;
    Encoding encoding;
    std::string bytes, text;
  } cases[] = {
      {"UTF-8 passes", Encoding::kAuto, "né€", "né€"},
      {"UTF-16 little", Encoding::kAuto, "\xff\xfe\x61\0\xe9\0\x3d\xd8\x00\xde"s, "aé😀"},
      {"UTF-16 big", Encoding::kAuto, "\xfe\xff\0\x61\0\xe9\xd8\x3d\xde\x00"s, "aé😀"},
      {"UTF-16 unmarked", Encoding::kUtf16, "a\0b\0"s, "ab"},
      {"half a pair", Encoding::kUtf16, "\x3d\xd8\x61\0"s,
       "\xef\xbf\xbd"
       "a"},
      {"half a unit at the end", Encoding::kUtf16, "a\0b"s, "a\xef\xbf\xbd"},
      {"Windows-1252", Encoding::kWindows1252,
       "caf\xe9 \x80"
       "5\x81",
       "café €5\xef\xbf\xbd"},
      {"one byte", Encoding::kAuto, "a", "a"},
      {"nothing", Encoding::kAuto, "", ""},
  };
  for (auto& c : cases) {
    for (size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{100}}) {
      EXPECT_EQ(Decode(c.encoding, c.bytes, piece), c.text) << c.name << " by " << piece;
    }
  }
}

TEST(Encoding, KnowsUtf8) {
  for (auto text : {"", "abc", "é", "€", "😀", "\xf4\x8f\xbf\xbf"}) EXPECT_TRUE(IsUtf8(text));
  for (auto text : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                    "\xf4\x90\x80\x80", "\xff", "caf\xe9", "\xe2\x82"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

}  // namespace
}  // namespace ingest_csv
