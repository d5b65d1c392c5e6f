#include "config/values.h"

#include <gtest/gtest.h>

#include "config/node.h"

namespace tidings::config {
namespace {

using namespace std::chrono_literals;

TEST(Values, Workers) {
  auto range = ParseWorkers("0..8");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->least, 0);
  EXPECT_EQ(range->most, 8);
  EXPECT_EQ(ParseWorkers("3")->least, 3);
  EXPECT_EQ(ParseWorkers("256..256")->most, 256);
  for (auto text : {"", "0", "..", "1..", "..4", "4..1", "0..0", "1..257", "-1..4", "1..-4", "1.4",
                    "1...4", " 1..4", "1..4 ", "+1..4", "1..99999999999", "a..b"}) {
    EXPECT_FALSE(ParseWorkers(text)) << text;
  }
}

TEST(Values, Memory) {
  EXPECT_EQ(ParseMemory("64MiB"), 64LL << 20);
  EXPECT_EQ(ParseMemory("1.5GiB"), 3LL << 29);
  EXPECT_EQ(ParseMemory("1024KiB"), 1LL << 20);
  EXPECT_EQ(ParseMemory("1024GiB"), 1LL << 40);
  for (auto text : {"", "64", "MiB", "64MB", "64mib", "64 MiB", "-64MiB", "1KiB", "1025GiB",
                    "1e3MiB", "infMiB", "nanMiB", "0x40MiB"}) {
    EXPECT_FALSE(ParseMemory(text)) << text;
  }
}

TEST(Values, Instructions) {
  EXPECT_EQ(ParseInstructions("20M"), 20'000'000);
  EXPECT_EQ(ParseInstructions("0.5M"), 500'000);
  EXPECT_EQ(ParseInstructions("10k"), 10'000);
  EXPECT_EQ(ParseInstructions("10000"), 10'000);
  EXPECT_EQ(ParseInstructions("1000G"), 1'000'000'000'000);
  for (auto text : {"", "M", "9999", "1001G", "-1M", "20m", "20 M", "20MM", "1e6", "infM", "nan"}) {
    EXPECT_FALSE(ParseInstructions(text)) << text;
  }
}

TEST(Values, Rate) {
  EXPECT_EQ(ParseRate("100/s"), 100.0);
  EXPECT_EQ(ParseRate("600/m"), 10.0);
  EXPECT_EQ(ParseRate("7200/h"), 2.0);
  EXPECT_EQ(ParseRate("0.5/s"), 0.5);
  for (auto text : {"", "100", "/s", "0/s", "-1/s", "1000001/s", "5/d", "5 /s", "inf/s", "nan/s"}) {
    EXPECT_FALSE(ParseRate(text)) << text;
  }
}

TEST(Values, TimeoutAndBackoff) {
  EXPECT_EQ(ParseTimeout("250ms"), 250ms);
  EXPECT_EQ(ParseTimeout("1d"), 24h);
  for (auto text : {"", "5", "1.5", "0s", "-1s", "25h", "5 s", "s"}) {
    EXPECT_FALSE(ParseTimeout(text)) << text;
  }
  EXPECT_EQ(ParseBackoff("1s..10m")->longest, 10min);
  EXPECT_EQ(ParseBackoff("5s")->first, 5s);
  EXPECT_EQ(ParseBackoff("5s")->longest, 5s);
  for (auto text : {"", "..", "1s..", "..1s", "10m..1s", "1..10", "1s...10m", "1s..2d"}) {
    EXPECT_FALSE(ParseBackoff(text)) << text;
  }
}

TEST(PlainValue, FollowsTheCoreSchema) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "null"},
      {"~", "null"},
      {"Null", "null"},
      {"true", "true"},
      {"FALSE", "false"},
      {"42", "42"},
      {"-7", "-7"},
      {"+7", "7"},
      {"0", "0"},
      {"0x2a", "42"},
      {"0o52", "42"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"},
      {"0.1", "0.1"},
      {"-0.5", "-0.5"},
      {".5", "0.5"},
      {"5.", "5.0"},
      {"1e3", "1000.0"},
      {"1.5E-2", "0.015"},
      {"yes", "\"yes\""},
      {"on", "\"on\""},
      {"1..4", "\"1..4\""},
      {"1.2.3", "\"1.2.3\""},
      {"2011-12-09", "\"2011-12-09\""},
      {"12:30", "\"12:30\""},
      {"0x", "\"0x\""},
      {"0xg", "\"0xg\""},
      {"1e", "\"1e\""},
      {".", "\".\""},
      {"-", "\"-\""},
      {"+", "\"+\""},
      {"--1", "\"--1\""},
      {"inf", "\"inf\""},
      {"nan", "\"nan\""},
      {"1_000", "\"1_000\""},
  };
  for (auto [text, expected] : cases) {
    auto value = PlainValue(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(ToLine(*value), expected) << text;
  }
}

TEST(PlainValue, IsNoneForNumbersThatWouldNotSurvive) {
  for (auto text : {"007", "-01", "00", "18446744073709551616", "-9223372036854775809", "1e999",
                    ".inf", "-.INF", ".nan", "0x10000000000000000"}) {
    EXPECT_FALSE(PlainValue(text)) << text;
  }
}

}  // namespace
}  // namespace tidings::config
