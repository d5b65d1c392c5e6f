// Values on their way to PostgreSQL and back: as parameters, arrays and COPY; as text and binary.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "pg/copy.h"
#include "pg/testing.h"

namespace tidings::pg {
namespace {

using std::optional;
using std::string;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<Money> kAmounts = {{0},
                                     {1},
                                     {-1},
                                     {9'999},
                                     {10'000},
                                     {-10'000},
                                     {12'345},
                                     {100'000'000},
                                     {1'000'000'000},
                                     {99'990'000},
                                     {10'000'001},
                                     {-99'9999},
                                     {123'456'789'012'345'678},
                                     {-999'999'999'999'999'999},
                                     {999'999'999'999'999'999},
                                     {1'000'000'000'000'000'00}};

const std::vector<Time> kTimes = {Time(),
                                  Time(Duration(-1)),
                                  Time(Duration(1'772'357'400'123'456)),
                                  *ParseTime("0001-01-01T00:00:00Z"),
                                  *ParseTime("9999-12-31T23:59:59.999999Z"),
                                  *ParseTime("1999-12-31T23:59:59.999999Z"),
                                  *ParseTime("2000-01-01")};

class Values : public testing::Test {
 protected:
  // Both forms in which results come.
  template <class Check>
  void Both(std::string_view sql, const Params& params, Check check) {
    for (auto format : {Format::kText, Format::kBinary}) {
      auto rows = connection_.Execute(sql, params, format);
      ASSERT_TRUE(rows) << sql << ": " << rows.error().message;
      check(*rows);
    }
  }

  Connection connection_ = Connect(SharedDatabase());
};

TEST_F(Values, ScalarsComeBack) {
  Id id = IdSource::System().Next();
  auto params = Params().Int(-5).Real(0.1).Bool(true).Uuid(id).Text("ä' \\ \"").Null();
  Both(
      "select $1::smallint, $1::int, $1::bigint, $2::float8, $2::float4, $3::bool, $4::uuid, "
      "$5::text, $6::text",
      params, [&](const Rows& rows) {
        EXPECT_EQ(rows.Int(0, 0), -5);
        EXPECT_EQ(rows.Int(0, 1), -5);
        EXPECT_EQ(rows.Int(0, 2), -5);
        EXPECT_EQ(rows.Real(0, 2), -5.0);
        EXPECT_EQ(rows.Real(0, 3), 0.1);
        EXPECT_NEAR(rows.Real(0, 4), 0.1, 1e-7);
        EXPECT_TRUE(rows.Bool(0, 5));
        EXPECT_EQ(rows.Uuid(0, 6), id);
        EXPECT_EQ(rows.Text(0, 7), "ä' \\ \"");
        EXPECT_TRUE(rows.IsNull(0, 8));
        EXPECT_EQ(rows.OptText(0, 8), std::nullopt);
      });
}

TEST_F(Values, NullReadsAsNothing) {
  Both(
      "select null::bigint, null::float8, null::bool, null::uuid, null::timestamptz, "
      "null::numeric, null::text",
      {}, [](const Rows& rows) {
        EXPECT_EQ(rows.Int(0, 0), 0);
        EXPECT_EQ(rows.Real(0, 1), 0);
        EXPECT_FALSE(rows.Bool(0, 2));
        EXPECT_TRUE(rows.Uuid(0, 3).IsNil());
        EXPECT_EQ(rows.Timestamp(0, 4), Time());
        EXPECT_EQ(rows.Amount(0, 5), Money());
        EXPECT_EQ(rows.Text(0, 6), "");
        EXPECT_EQ(rows.OptUuid(0, 3), std::nullopt);
        EXPECT_EQ(rows.OptTimestamp(0, 4), std::nullopt);
      });
}

TEST_F(Values, RealsKeepEveryBit) {
  for (double value : {0.0, 1e300, 5e-324, -1.0 / 3, std::numeric_limits<double>::infinity(),
                       std::numeric_limits<double>::max()}) {
    Both("select $1::float8", Params().Real(value),
         [&](const Rows& rows) { EXPECT_EQ(rows.Real(0, 0), value); });
  }
  Both("select $1::float8", Params().Real(std::nan("")),
       [&](const Rows& rows) { EXPECT_TRUE(std::isnan(rows.Real(0, 0))); });
}

TEST_F(Values, TimesComeBack) {
  for (Time time : kTimes) {
    Both("select $1::timestamptz", Params().Timestamp(time),
         [&](const Rows& rows) { EXPECT_EQ(rows.Timestamp(0, 0), time) << FormatTime(time); });
  }
}

TEST_F(Values, TimesOfEveryEraCanBeRead) {
  for (auto text : {"infinity", "-infinity", "0044-03-15 00:00:00 BC", "12345-06-07 08:09:10",
                    "0001-12-31 23:59:59.5 BC", "4713-01-01 BC"}) {
    auto sql = string("select '") + text + "'::timestamptz";
    auto as_text = Got(connection_.Execute(sql));
    auto binary = Got(connection_.Execute(sql, {}, Format::kBinary));
    EXPECT_EQ(as_text.Timestamp(0, 0), binary.Timestamp(0, 0)) << text;
  }
  std::vector<optional<Time>> ends = {Time::max(), Time::min()};
  auto rows = Got(connection_.Execute("select $1::timestamptz[]", Params().TimestampArray(ends)));
  EXPECT_EQ(rows.Text(0, 0), "{infinity,-infinity}");
}

TEST_F(Values, AmountsComeBack) {
  Both("select u::numeric(18, 4), u::text from unnest($1::numeric[]) u",
       Params().AmountArray(kAmounts), [&](const Rows& rows) {
         ASSERT_EQ(rows.size(), static_cast<int>(kAmounts.size()));
         for (int i = 0; i < rows.size(); ++i) {
           EXPECT_EQ(rows.Amount(i, 0), kAmounts[i]) << rows.Text(i, 1);
           EXPECT_EQ(*Money::Parse(rows.Text(i, 1)), kAmounts[i]);
         }
       });
  for (Money amount : kAmounts) {
    Both("select $1::numeric(18, 4)", Params().Amount(amount),
         [&](const Rows& rows) { EXPECT_EQ(rows.Amount(0, 0), amount); });
  }
}

TEST_F(Values, RandomAmountsEqualWhatPostgresReads) {
  Random random(1);
  std::vector<Money> amounts;
  std::vector<string> texts;
  for (int i = 0; i < 2'000; ++i) {
    auto units = static_cast<int64_t>(random.Next() >> (1 + random.Below(60)));
    amounts.push_back({random.Chance(0.5) ? units % 1'000'000'000'000'000'000 : -units / 10});
    texts.push_back(amounts.back().ToString());
  }
  auto rows = Got(connection_.Execute(
      "select count(*) from unnest($1::numeric[], $2::text[]) u(a, t) where a <> t::numeric",
      Params().AmountArray(amounts).TextArray(texts)));
  EXPECT_EQ(rows.Int(0, 0), 0);
}

TEST_F(Values, AmountsOfAnyNumericAreTheNearest) {
  struct {
    const char* sql;
    int64_t units;
  } cases[] = {{"10.0 / 3", 33'333},
               {"2.0 / 3", 6'667},
               {"1e-9", 0},
               {"'NaN'::numeric", 0},
               {"-2.0 / 3", -6'667},
               {"12.5000000000", 125'000},
               {"1e40", 9'200'000'000'000'000'000}};
  for (const auto& c : cases) {
    Both(string("select ") + c.sql, {},
         [&](const Rows& rows) { EXPECT_EQ(rows.Amount(0, 0).units, c.units) << c.sql; });
  }
}

TEST_F(Values, NumericsReadAsReals) {
  for (auto sql : {"0", "0.1", "-12345.6789", "1e20", "123456789.000001", "99999999999999.9999"}) {
    auto text = Got(connection_.Execute(string("select ") + sql + "::numeric")).Real(0, 0);
    auto binary =
        Got(connection_.Execute(string("select ") + sql + "::numeric", {}, Format::kBinary));
    EXPECT_DOUBLE_EQ(binary.Real(0, 0), text) << sql;
  }
}

TEST_F(Values, ArraysComeBack) {
  std::vector<int32_t> ints = {1, -2, 2147483647};
  std::vector<int16_t> smalls = {-32768, 5};
  std::vector<int64_t> bigs = {INT64_MIN, 0, INT64_MAX};
  std::vector<double> reals = {0.5, -1e10};
  std::vector<Id> ids = {IdSource::System().Next(), Id()};
  std::vector<string> texts = {"a", "", "with \"quotes\", {braces} and ä"};
  std::vector<optional<string>> holes = {"x", std::nullopt, "NULL"};
  std::vector<optional<Time>> times = {kTimes[2], std::nullopt};
  auto rows = Got(connection_.Execute(
      "select $1::int[], $2::smallint[], $3::bigint[], $4::float8[], $5::uuid[], $6::text[], "
      "$7::text[], $8::timestamptz[], $9::bool[]",
      Params()
          .IntArray(ints)
          .SmallArray(smalls)
          .BigArray(bigs)
          .RealArray(reals)
          .UuidArray(ids)
          .TextArray(texts)
          .TextArray(holes)
          .TimestampArray(times)
          .BoolArray({true, false})));
  std::vector<string> expected = {"{1,-2,2147483647}",
                                  "{-32768,5}",
                                  "{-9223372036854775808,0,9223372036854775807}",
                                  "{0.5,-10000000000}",
                                  "{" + ids[0].ToString() + "," + ids[1].ToString() + "}",
                                  R"({a,"","with \"quotes\", {braces} and ä"})",
                                  R"({x,NULL,"NULL"})",
                                  "{\"2026-03-01 09:30:00.123456+00\",NULL}",
                                  "{t,f}"};
  for (int i = 0; i < rows.columns(); ++i) EXPECT_EQ(rows.Text(0, i), expected[i]);
}

TEST_F(Values, EmptyArraysAreEmpty) {
  auto rows = Got(connection_.Execute("select cardinality($1::uuid[]), cardinality($2::text[])",
                                      Params().UuidArray({}).TextArray(std::vector<string>())));
  EXPECT_EQ(rows.Int(0, 0), 0);
  EXPECT_EQ(rows.Int(0, 1), 0);
}

TEST_F(Values, AnArrayOfAnotherTypeIsAnError) {
  std::vector<int32_t> ints = {1};
  auto done = connection_.Execute("select $1::bigint[]", Params().IntArray(ints));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("instead of expected"));
}

TEST_F(Values, TextThatCannotBeKeptIsMended) {
  EXPECT_EQ(Storable("fine ä"), "fine ä");
  EXPECT_EQ(Storable(std::string_view("a\0b", 3)),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(Storable("cut \xE2\x82"), "cut \xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(StorableJson(R"(["\u0000", "\\u0000", "\\\u0000"])"),
            R"(["\ufffd", "\\u0000", "\\\ufffd"])");
}

class Copy : public Values {
 protected:
  void SetUp() override {
    Got(connection_.Script(R"(
      create temporary table t (n int, small smallint, big bigint, real float8, flag bool, text text,
                      json jsonb, id uuid, at timestamptz, amount numeric(18, 4), tags text[]))"));
  }
  CopyIn Begin() { return Got(connection_.BeginCopyIn("copy t from stdin (format binary)")); }
  int64_t Count() { return Got(connection_.Execute("select count(*) from t")).Int(0, 0); }

  static void Nulls(CopyIn& copy, int count) {
    for (int i = 0; i < count; ++i) copy.Null();
  }
};

TEST_F(Copy, KeepsEveryValue) {
  auto copy = Begin();
  std::vector<string> tags = {"vip", "", "a,b"};
  Id id = IdSource::System().Next();
  for (size_t i = 0; i < kAmounts.size(); ++i) {
    copy.Int(static_cast<int32_t>(i));
    copy.SmallInt(-3);
    copy.BigInt(INT64_MIN);
    copy.Real(-0.25);
    copy.Bool(true);
    copy.Text("tab\tline\nä\\N");
    copy.Jsonb(R"({"a": [1, "x"]})");
    copy.Uuid(id);
    copy.Timestamp(kTimes[i % kTimes.size()]);
    copy.Amount(kAmounts[i]);
    copy.TextArray(tags);
    Got(copy.EndRow());
  }
  EXPECT_EQ(Got(copy.Finish()), static_cast<int64_t>(kAmounts.size()));
  Both(
      "select n, small, big, real, flag, text, json, id, at, amount, array_to_string(tags, '|') "
      "from t order by n",
      {}, [&](const Rows& rows) {
        for (int i = 0; i < rows.size(); ++i) {
          EXPECT_EQ(rows.Int(i, 1), -3);
          EXPECT_EQ(rows.Int(i, 2), INT64_MIN);
          EXPECT_EQ(rows.Real(i, 3), -0.25);
          EXPECT_TRUE(rows.Bool(i, 4));
          EXPECT_EQ(rows.Text(i, 5), "tab\tline\nä\\N");
          EXPECT_EQ(rows.Text(i, 6), R"({"a": [1, "x"]})");
          EXPECT_EQ(rows.Uuid(i, 7), id);
          EXPECT_EQ(rows.Timestamp(i, 8), kTimes[i % kTimes.size()]);
          EXPECT_EQ(rows.Amount(i, 9), kAmounts[i]);
          EXPECT_EQ(rows.Text(i, 10), "vip||a,b");
        }
      });
}

TEST_F(Copy, KeepsNulls) {
  auto copy = Begin();
  copy.Null();
  copy.Null();
  copy.OptBigInt(std::nullopt);
  copy.Null();
  copy.Null();
  copy.OptText(std::nullopt);
  copy.OptJsonb(std::nullopt);
  copy.OptUuid(std::nullopt);
  copy.OptTimestamp(std::nullopt);
  copy.OptAmount(std::nullopt);
  copy.Null();
  Got(copy.EndRow());
  EXPECT_EQ(Got(copy.Finish()), 1);
  EXPECT_EQ(Got(connection_.Execute("select count(*) from t where t is null")).Int(0, 0), 1);
}

TEST_F(Copy, TakesManyRowsAndLargeOnes) {
  auto copy = Begin();
  string large(300'000, 'x');
  for (int i = 0; i < 20'000; ++i) {
    copy.Int(i);
    Nulls(copy, 4);
    copy.Text(i % 5'000 ? "small" : large);
    Nulls(copy, 5);
    Got(copy.EndRow());
  }
  EXPECT_EQ(Got(copy.Finish()), 20'000);
  EXPECT_EQ(
      Got(connection_.Execute("select count(distinct n), sum(length(text)) from t")).Int(0, 1),
      19'996 * 5 + 4 * 300'000);
}

TEST_F(Copy, TakesNoRowsToo) {
  auto copy = Begin();
  EXPECT_EQ(Got(copy.Finish()), 0);
}

TEST_F(Copy, CopiesNothingUnlessFinished) {
  {
    auto copy = Begin();
    copy.Int(1);
    Nulls(copy, 10);
    Got(copy.EndRow());
  }
  EXPECT_EQ(Count(), 0);
}

TEST_F(Copy, CopiesNothingOfARowLeftOpen) {
  auto copy = Begin();
  copy.Int(1);
  EXPECT_FALSE(copy.Finish());
  EXPECT_EQ(Count(), 0);
}

TEST_F(Copy, TellsWhatIsWrongWithARow) {
  auto copy = Begin();
  copy.Int(1);
  Nulls(copy, 4);
  copy.Text("broken \xff utf-8");
  Nulls(copy, 5);
  Got(copy.EndRow());
  auto done = copy.Finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInvalidArgument);
  EXPECT_THAT(done.error().message, HasSubstr("COPY t, line 1, column text"));
  EXPECT_EQ(Count(), 0);
}

TEST_F(Copy, TellsATypeThatDoesNotFit) {
  auto copy = Begin();
  copy.BigInt(1);  // the column is an int
  Nulls(copy, 10);
  Got(copy.EndRow());
  auto done = copy.Finish();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("incorrect binary data format"));
}

TEST_F(Copy, StopsEarlyWhenTheServerRefuses) {
  auto copy = Begin();
  Status status;
  int rows = 0;
  for (; status && rows < 10'000'000; ++rows) {
    copy.Int(rows);
    status = copy.EndRow();  // ten columns are missing
  }
  auto done = copy.Finish();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("row field count is 1, expected 11"));
  EXPECT_EQ(Count(), 0);
}

}  // namespace
}  // namespace tidings::pg
