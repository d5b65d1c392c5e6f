#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "base/money.h"
#include "base/text.h"

namespace tidings {
namespace {

TEST(Time, ReadsEveryIsoFormAndPrintsUtc) {
  const std::pair<const char*, const char*> cases[] = {
      {"2026-03-01", "2026-03-01T00:00:00Z"},
      {"2026-03-01T09:30", "2026-03-01T09:30:00Z"},
      {"2026-03-01 09:30:15+05:30", "2026-03-01T04:00:15Z"},
      {"2026-03-01T09:30:15.25-0800", "2026-03-01T17:30:15.25Z"},
      {"2026-03-01 09:30:15.123456+00", "2026-03-01T09:30:15.123456Z"},
      {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
  };
  for (auto [text, expected] : cases) {
    auto time = ParseTime(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(FormatTime(*time), expected) << text;
  }
}

TEST(Time, RefusesWhatIsNoTime) {
  for (auto text : {"", "2026", "2026-13-01", "2026-02-30", "2026-03-01T25:00", "2026-03-01T10:00X",
                    "2026-03-01T10:00+99", "20260301", "-026-03-01", "2026-03-01 "}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
}

TEST(Duration, ReadsUnits) {
  EXPECT_EQ(ParseDuration("250ms")->count(), 250'000);
  EXPECT_EQ(ParseDuration("1.5")->count(), 1'500'000);
  EXPECT_EQ(ParseDuration("10m")->count(), 600'000'000);
  for (auto text : {"", "s", "-1s", "5 s", "5y", "nan"}) EXPECT_FALSE(ParseDuration(text)) << text;
}

TEST(IdSource, RisesInsideOneMillisecondAndIsVersion7) {
  FixedClock clock(*ParseTime("2026-03-01"));
  IdSource source(clock, Random(1));
  Id last;
  for (int i = 0; i < 10000; ++i) {
    Id next = source.Next();
    ASSERT_LT(last, next);
    ASSERT_EQ(next.bytes[6] >> 4, 7);
    ASSERT_EQ(next.bytes[8] >> 6, 2);
    last = next;
  }
}

TEST(Id, PrintsAndReadsBack) {
  Id id = IdSource::System().Next();
  EXPECT_EQ(*Id::Parse(id.ToString()), id);
  for (auto text : {"", "0190f5c2", "0190f5c2-7b1e-7c3a-9f00-2a4f5d6e7f8g",
                    "0190f5c2x7b1e-7c3a-9f00-2a4f5d6e7f80"}) {
    EXPECT_FALSE(Id::Parse(text)) << text;
  }
}

TEST(Money, IsExact) {
  const std::pair<const char*, const char*> cases[] = {
      {"12", "12.00"},    {"-3", "-3.00"},     {"0.001", "0.001"},
      {"1e3", "1000.00"}, {"0.10000", "0.10"}, {"-11062.06", "-11062.06"},
      {".5", "0.50"},     {"0e30", "0.00"},    {"99999999999999.9999", "99999999999999.9999"}};
  for (auto [text, expected] : cases) {
    auto money = Money::Parse(text);
    ASSERT_TRUE(money) << text << ": " << money.error().message;
    EXPECT_EQ(money->ToString(), expected);
  }
  for (auto text : {"", "-", ".", "1.2.3", "1,000", "0.00001", "1e31", "999999999999999", "12a",
                    "NaN", "99999999999999999999"}) {
    EXPECT_FALSE(Money::Parse(text)) << text;
  }
}

TEST(Json, NamesLineAndColumnOfAnError) {
  auto json = ParseJson("{\"a\": 1,\n \"b\": }");
  ASSERT_FALSE(json);
  EXPECT_NE(json.error().message.find("line 2, column 7"), std::string::npos)
      << json.error().message;
}

TEST(Json, RefusesDuplicateKeysAndDeepNesting) {
  EXPECT_FALSE(ParseJson(R"({"a":1,"a":2})"));
  EXPECT_TRUE(ParseJson(R"({"a":{"b":1},"b":{"b":1}})"));
  EXPECT_FALSE(ParseJson(std::string(100, '[') + std::string(100, ']')));
}

TEST(Text, SuggestsTheNearestName) {
  std::vector<std::string> names{"retry", "route", "vendors", "timeout"};
  EXPECT_EQ(DidYouMean("retries", names), "; did you mean `retry`?");
  EXPECT_EQ(DidYouMean("tiemout", names), "; did you mean `timeout`?");
  EXPECT_EQ(DidYouMean("banana", names), "");
}

TEST(Text, KnowsUtf8) {
  EXPECT_TRUE(IsUtf8("Zoë ₹5K \xF0\x9F\x8E\x89"));
  for (auto bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(IsUtf8(bad));
    EXPECT_EQ(Utf8Length(bad), 0u);
  }
  EXPECT_EQ(Utf8Length("a"), 1u);
  EXPECT_EQ(Utf8Length("₹5K"), 3u);
}

TEST(Text, GroupsThousands) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
  EXPECT_EQ(WithThousands(100), "100");
  EXPECT_EQ(WithThousands(-100), "-100");
}

TEST(File, WritesWholeFilesAndNamesWhatIsMissing) {
  TempDir folder;
  auto path = folder.path() / "a.txt";
  ASSERT_TRUE(WriteFile(path, "one"));
  ASSERT_TRUE(WriteFile(path, "two"));
  EXPECT_EQ(*ReadFile(path), "two");
  auto missing = ReadFile(folder.path() / "none");
  EXPECT_EQ(missing.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace tidings
