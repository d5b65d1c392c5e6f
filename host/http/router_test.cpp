#include "http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace tidings::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Router Routes(const std::vector<std::string>& lines) {
  Router router;
  for (const std::string& line : lines) {
    size_t blank = line.find(' ');
    router.Add(line.substr(0, blank), line.substr(blank + 1), [](Request, Responder) {});
  }
  return router;
}

Router::Match Find(const Router& router, std::string_view method, std::string_view path) {
  std::vector<std::string> segments;
  for (std::string_view part : Split(path.substr(1), '/')) segments.emplace_back(part);
  return router.Find(method, segments);
}

std::string Pattern(const Router& router, std::string_view method, std::string_view path) {
  auto match = Find(router, method, path);
  return match.route ? match.route->method + " " + match.route->pattern : "none";
}

TEST(Router, PrefersTextToNamesToRests) {
  Router router = Routes(
      {"GET /a/{x}", "GET /a/b", "GET /{rest...}", "GET /a/{y}/c", "GET /a/b/{z...}", "GET /"});
  EXPECT_EQ(Pattern(router, "GET", "/"), "GET /");
  EXPECT_EQ(Pattern(router, "GET", "/a/b"), "GET /a/b");
  EXPECT_EQ(Pattern(router, "GET", "/a/x"), "GET /a/{x}");
  EXPECT_EQ(Pattern(router, "GET", "/a/x/c"), "GET /a/{y}/c");
  EXPECT_EQ(Pattern(router, "GET", "/a/b/c"), "GET /a/b/{z...}");
  EXPECT_EQ(Pattern(router, "GET", "/a/x/d"), "GET /{rest...}") << "goes back where it is stuck";
  EXPECT_EQ(Pattern(router, "GET", "/other"), "GET /{rest...}");
}

TEST(Router, NamesWhatMatched) {
  Router router =
      Routes({"GET /c/{id}/m/{message}", "POST /c/{customer}/m/{m}", "GET /f/{file...}"});
  EXPECT_THAT(Find(router, "GET", "/c/4 2/m/7").params,
              ElementsAre(Pair("id", "4 2"), Pair("message", "7")));
  EXPECT_THAT(Find(router, "POST", "/c/4/m/7").params,
              ElementsAre(Pair("customer", "4"), Pair("m", "7")));
  EXPECT_THAT(Find(router, "GET", "/f/a/b.js").params, ElementsAre(Pair("file", "a/b.js")));
  EXPECT_THAT(Find(router, "GET", "/f/").params, ElementsAre(Pair("file", "")));
  EXPECT_THAT(Find(router, "GET", "/f").params, ElementsAre(Pair("file", "")));
}

TEST(Router, ANameIsNeverEmptyAndASlashIsNotIgnored) {
  Router router = Routes({"GET /c/{id}", "GET /d"});
  EXPECT_EQ(Pattern(router, "GET", "/c/"), "none");
  EXPECT_EQ(Pattern(router, "GET", "/c"), "none");
  EXPECT_EQ(Pattern(router, "GET", "/d/"), "none");
  EXPECT_EQ(Pattern(router, "GET", "//d"), "none");
}

TEST(Router, SaysWhichMethodsThereAre) {
  Router router = Routes({"POST /c", "GET /c", "PATCH /c/{id}"});
  EXPECT_EQ(Find(router, "DELETE", "/c").allow, "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(Find(router, "GET", "/c/1").allow, "OPTIONS, PATCH");
  EXPECT_THAT(Find(router, "GET", "/x").allow, IsEmpty());
  EXPECT_EQ(Pattern(router, "HEAD", "/c"), "GET /c");
  EXPECT_EQ(Pattern(router, "HEAD", "/c/1"), "none");
}

TEST(Router, AHeadRouteOfItsOwnWins) {
  Router router = Routes({"GET /c", "HEAD /c"});
  EXPECT_EQ(Pattern(router, "HEAD", "/c"), "HEAD /c");
  EXPECT_EQ(router.routes().size(), 2u);
}

TEST(RouterDeath, BugsStopTheProgram) {
  EXPECT_DEATH(Routes({"GET /c", "GET /c"}), "there already");
  EXPECT_DEATH(Routes({"GET c"}), "slash");
  EXPECT_DEATH(Routes({"GET /{a...}/b"}), "end of a pattern");
}

}  // namespace
}  // namespace tidings::http
