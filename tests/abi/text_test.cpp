// The pieces of text that the SDK reads and writes for plugins.
#include "tidings/text.hpp"

#include <gtest/gtest.h>

namespace tidings::sdk {
namespace {

std::string Json(std::string_view text) {
  std::string json;
  AppendJson(json, text);
  return json;
}

TEST(SdkText, WritesJsonStrings) {
  EXPECT_EQ(Json(""), R"("")");
  EXPECT_EQ(Json("plain é"), "\"plain é\"");
  EXPECT_EQ(Json("a\"b\\c\nd\te"), R"("a\"b\\c\nd\u0009e")");
  EXPECT_EQ(Json(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
}

TEST(SdkText, WritesNumbers) {
  std::string text;
  AppendNumber(text, -12);
  AppendPadded(text += ' ', 7, 3);
  AppendNumber(text += ' ', INT64_MIN);
  EXPECT_EQ(text, "-12 007 -9223372036854775808");
}

std::string Time(std::optional<std::int64_t> time) {
  std::string text;
  if (time) AppendTime(text, *time);
  return time ? text : "none";
}

TEST(SdkText, ReadsTimesAndWritesThem) {
  struct Case {
    const char *text, *time;
  } cases[] = {
      {"2026-03-01", "2026-03-01T00:00:00Z"},
      {"2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z"},
      {"2026-03-01 09:30", "2026-03-01T09:30:00Z"},
      {"2026-03-01T09:30:00.25+05:30", "2026-03-01T04:00:00.250000Z"},
      {"2026-03-01T09:30:00,123456789-0300", "2026-03-01T12:30:00.123456Z"},
      {"2026-03-01t00:00:00 +01", "2026-02-28T23:00:00Z"},
      {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
      {"2024-02-29", "2024-02-29T00:00:00Z"},
      {"2023-02-29", "none"},
      {"2026-3-1", "none"},
      {"2026-13-01", "none"},
      {"2026-03-01T24:00", "none"},
      {"2026-03-01T09:60", "none"},
      {"2026-03-01T09", "none"},
      {"2026-03-01T09:30:", "none"},
      {"2026-03-01T09:30:00.", "none"},
      {"2026-03-01T09:30+5", "none"},
      {"2026-03-01T09:30+05:", "none"},
      {"2026-03-01T09:30Zx", "none"},
      {"2026-03-01x", "none"},
      {"", "none"},
  };
  for (auto& c : cases) EXPECT_EQ(Time(ParseTime(c.text)), c.time) << c.text;
}

TEST(SdkText, ReadsDurations) {
  EXPECT_EQ(ParseDuration("250ms"), 250'000);
  EXPECT_EQ(ParseDuration("7us"), 7);
  EXPECT_EQ(ParseDuration("1.5"), 1'500'000);
  EXPECT_EQ(ParseDuration("1.5ms"), 1'500);
  EXPECT_EQ(ParseDuration("10m"), 600 * kSecond);
  EXPECT_EQ(ParseDuration("2h"), 7200 * kSecond);
  EXPECT_EQ(ParseDuration("0.5d"), kDay / 2);
  for (auto text : {"", "s", "-1s", "1x", "1.", "1 s", "1..2", "9999999999999s", "1000000000d"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

}  // namespace
}  // namespace tidings::sdk
