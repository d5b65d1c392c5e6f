#include "http/uri.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(ParseTarget, DecodesSegmentsAndQueries) {
  auto target = ParseTarget("/a%20b/%2F%c3%A9/?q=1+2%2B&flag&q=%26&=x&");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b//\xC3\xA9/");
  EXPECT_THAT(target->segments, ElementsAre("a b", "/\xC3\xA9", ""));
  EXPECT_THAT(target->query,
              ElementsAre(Pair("q", "1 2+"), Pair("flag", ""), Pair("q", "&"), Pair("", "x")));
}

TEST(ParseTarget, TakesUrlsAndTheStar) {
  EXPECT_EQ(ParseTarget("http://host:80/a?b")->path, "/a");
  EXPECT_EQ(ParseTarget("HTTPS://host/")->path, "/");
  EXPECT_EQ(ParseTarget("http://host")->path, "/");
  auto bare = ParseTarget("http://host?x=1");
  EXPECT_EQ(bare->path, "/");
  EXPECT_THAT(bare->query, ElementsAre(Pair("x", "1")));
  EXPECT_TRUE(ParseTarget("*")->segments.empty());
  EXPECT_THAT(ParseTarget("/")->segments, ElementsAre(""));
  EXPECT_THAT(ParseTarget("//evil/x")->segments, ElementsAre("", "evil", "x"));
}

struct BadTarget {
  const char* raw;
  const char* part_of_error;
};

TEST(ParseTarget, RefusesWhatIsAmbiguous) {
  for (const BadTarget& bad : {
           BadTarget{"/%", "percent escape in its path"},
           BadTarget{"/%4", "percent escape in its path"},
           BadTarget{"/%4g", "percent escape in its path"},
           BadTarget{"/%zz", "percent escape in its path"},
           BadTarget{"/?a=%z", "percent escape in its query"},
           BadTarget{"/?%=1", "percent escape in its query"},
           BadTarget{"/%00", "NUL"},
           BadTarget{"/%ff", "not UTF-8"},
           BadTarget{"/%c0%af", "not UTF-8"},
           BadTarget{"/?a=%ff", "not UTF-8"},
           BadTarget{"/a/../b", "\"..\""},
           BadTarget{"/a/%2e%2E/b", "\"..\""},
           BadTarget{"/./b", "\"..\""},
           BadTarget{"a", "neither a path"},
           BadTarget{"ftp://host/a", "neither a path"},
           BadTarget{"http:///a", "neither a path"},
           BadTarget{"", "neither a path"},
       }) {
    auto target = ParseTarget(bad.raw);
    ASSERT_FALSE(target) << bad.raw;
    EXPECT_EQ(target.error().code, Code::kInvalidArgument);
    EXPECT_THAT(target.error().message, HasSubstr(bad.part_of_error)) << bad.raw;
  }
}

TEST(PercentDecode, KeepsPlusUnlessToldOtherwise) {
  EXPECT_EQ(PercentDecode("a+b%2b", false), "a+b+");
  EXPECT_EQ(PercentDecode("a+b%2b", true), "a b+");
  EXPECT_EQ(PercentDecode("%e2%82%ac", false), "\xE2\x82\xAC");
}

}  // namespace
}  // namespace tidings::http
