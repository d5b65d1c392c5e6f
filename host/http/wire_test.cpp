#include "http/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/problem.h"
#include "http/request.h"

namespace tidings::http {
namespace {

using testing::HasSubstr;
using testing::Not;

const DefaultHeaders& NoDefaults() {
  static const DefaultHeaders kNone{Headers()};
  return kNone;
}

TEST(HeadText, OfAWholeResponse) {
  Response response{201, {{"Content-Type", "text/plain"}, {"Link", "a"}, {"Link", "b"}}, "hi"};
  HeadPlan plan{.length = 2, .date = "now"};
  EXPECT_EQ(HeadText(response, plan, NoDefaults()),
            "HTTP/1.1 201 Created\r\nDate: now\r\nContent-Type: text/plain\r\nLink: a\r\n"
            "Link: b\r\nContent-Length: 2\r\n\r\n");
}

TEST(HeadText, SaysHowTheBodyAndTheConnectionEnd) {
  Response response;
  EXPECT_EQ(HeadText(response, {.chunked = true, .close = true, .date = "now"}, NoDefaults()),
            "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_EQ(HeadText(response, {.length = 0, .http10 = true, .date = "now"}, NoDefaults()),
            "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(HeadText, LeavesOutWhatWouldBreakTheFraming) {
  Response response{200,
                    {{"Good", "yes"},
                     {"X", "a\r\nSet-Cookie: b"},
                     {"X", "a\nb"},
                     {"X", std::string("a\0b", 3)},
                     {"Y: Z", "a"},
                     {"", "a"},
                     {"Content-length", "7"},
                     {"transfer-encoding", "chunked"},
                     {"CONNECTION", "close"}},
                    ""};
  EXPECT_EQ(HeadText(response, {.length = 0, .date = "now"}, NoDefaults()),
            "HTTP/1.1 200 OK\r\nDate: now\r\nGood: yes\r\nContent-Length: 0\r\n\r\n");
}

TEST(HeadText, DefaultsGiveWayToWhatAHandlerSets) {
  DefaultHeaders defaults(Headers{{"Cache-Control", "no-store"}, {"X-Frame-Options", "DENY"}});
  Response response{200, {{"cache-control", "max-age=60"}}, ""};
  std::string head = HeadText(response, {.date = "now"}, defaults);
  EXPECT_THAT(head, HasSubstr("cache-control: max-age=60\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("no-store")));
  EXPECT_THAT(head, HasSubstr("X-Frame-Options: DENY\r\n"));
}

TEST(DateText, IsAnHttpDate) {
  EXPECT_EQ(DateText(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(DateText(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ChunkText, SaysItsSizeInHex) {
  EXPECT_EQ(ChunkText("abc"), "3\r\nabc\r\n");
  EXPECT_THAT(ChunkText(std::string(300, 'x')), testing::StartsWith("12c\r\nxxx"));
}

TEST(Problem, HasTheMembersOfRfc9457) {
  Response response = Problem(422, "Two fields are wrong.",
                              {{"/email", "is no address"}, {"/orders/0/amount", "is negative"}});
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(*response.headers.Find("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Unprocessable Content","status":422,)"
                           R"("detail":"Two fields are wrong.","errors":[)"
                           R"({"pointer":"/email","detail":"is no address"},)"
                           R"({"pointer":"/orders/0/amount","detail":"is negative"}]})");
}

TEST(Problem, OfErrors) {
  EXPECT_EQ(Problem({Code::kNotFound, "no such customer"}).status, 404);
  EXPECT_THAT(Problem({Code::kNotFound, "no such customer"}).body, HasSubstr("no such customer"));
  EXPECT_EQ(Problem({Code::kUnavailable, "x"}).status, 503);
  EXPECT_EQ(Problem({Code::kConflict, "x"}).status, 409);
  Response internal = Problem({Code::kInternal, "password=secret"});
  EXPECT_EQ(internal.status, 500);
  EXPECT_THAT(internal.body, Not(HasSubstr("secret")));
}

TEST(Problem, SurvivesBytesThatAreNotUtf8) {
  EXPECT_THAT(Problem(400, "bad: \xff").body, HasSubstr("bad: \xEF\xBF\xBD"));
}

TEST(Headers, IgnoreTheCaseOfNames) {
  Headers headers{{"Content-Type", "a"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(*headers.Find("CONTENT-type"), "a");
  EXPECT_EQ(headers.Count("X"), 2);
  headers.Set("x", "3");
  EXPECT_EQ(headers.Count("X"), 1);
  EXPECT_EQ(headers.Find("Y"), nullptr);
}

TEST(Request, FindsFieldsParametersAndTheMediaType) {
  Request request;
  request.headers = {{"Content-Type", "Application/JSON ; charset=utf-8"}};
  request.query = {{"a", "1"}, {"a", "2"}, {"b", ""}};
  request.params = {{"id", "7"}};
  EXPECT_EQ(request.MediaType(), "application/json");
  EXPECT_EQ(request.Query("a"), "1");
  EXPECT_EQ(request.Query("b"), "");
  EXPECT_EQ(request.Query("c"), std::nullopt);
  EXPECT_EQ(request.Param("id"), "7");
  EXPECT_EQ(request.Header("content-type"), "Application/JSON ; charset=utf-8");
  EXPECT_EQ(request.Header("Accept"), "");
}

}  // namespace
}  // namespace tidings::http
