#include "rule/decimal.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tidings::rule {
namespace {

Decimal D(std::string_view text) {
  auto decimal = Decimal::Parse(text);
  EXPECT_TRUE(decimal.has_value()) << text;
  return decimal.value_or(Decimal());
}

TEST(Decimal, PrintsWhatItReads) {
  const std::pair<const char*, const char*> kCases[] = {
      {"0", "0"},        {"-0", "0"},          {"0.00", "0"},
      {"12.50", "12.5"}, {"-12.5", "-12.5"},   {"+7", "7"},
      {".5", "0.5"},     {"5.", "5"},          {"1e3", "1000"},
      {"1E-3", "0.001"}, {"1.5e+2", "150"},    {"0012", "12"},
      {"100", "100"},    {"0.0001", "0.0001"}, {"9007199254740993", "9007199254740993"}};
  for (const auto& [text, printed] : kCases) EXPECT_EQ(D(text).ToString(), printed) << text;
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "e5", "1e", "1e+", "1e+-3", "1e301", "1e-301", "0x10",
                           "1,000", "NaN", "inf", " 1", "1 ", "--1", "1.2.3",
                           "1234567890123456789012345678901234567890123456789012345678901"}) {
    EXPECT_FALSE(Decimal::Parse(text).has_value()) << text;
  }
}

TEST(Decimal, ComparesExactly) {
  EXPECT_EQ(D("0.1"), D("0.10"));
  EXPECT_EQ(Decimal(Money{1000}), D("0.1"));
  EXPECT_EQ(Decimal(INT64_MIN), D("-9223372036854775808"));
  EXPECT_EQ(Decimal::FromDouble(0.1), D("0.1"));
  EXPECT_LT(D("9007199254740992"), D("9007199254740993"));
  EXPECT_LT(D("-2"), D("-1.9"));
  EXPECT_LT(D("-1"), D("0"));
  EXPECT_GT(D("10"), D("9.99"));
  EXPECT_GT(D("0.2"), D("0.10001"));
}

TEST(Decimal, ComparesAsDoublesDoWhereTheyAreExact) {
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    auto number = [&] { return static_cast<double>(random.Next() % 4001) / 4.0 - 500; };
    double a = number(), b = number();
    EXPECT_EQ(Decimal::FromDouble(a) < Decimal::FromDouble(b), a < b) << a << " " << b;
    EXPECT_EQ(Decimal::FromDouble(a) == Decimal::FromDouble(b), a == b) << a << " " << b;
    EXPECT_EQ(Decimal::FromDouble(a).ToDouble(), a);
  }
}

TEST(Decimal, ReadsWellInEnglish) {
  EXPECT_EQ(D("5000").ToEnglish(), "5,000");
  EXPECT_EQ(D("-1234567.5").ToEnglish(), "-1,234,567.5");
  EXPECT_EQ(D("-100").ToEnglish(), "-100");
  EXPECT_EQ(D("0.1234").ToEnglish(), "0.1234");
}

}  // namespace
}  // namespace tidings::rule
