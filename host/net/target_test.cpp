#include "net/target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Target, TakesUrlsApart) {
  const struct {
    const char *url, *name;
  } cases[] = {{"http://Example.COM/x?y=1", "example.com:80"},
               {"https://example.com", "example.com:443"},
               {"http://example.com:8080/", "example.com:8080"},
               {"HTTP://[2001:db8::1]:9/", "[2001:db8::1]:9"},
               {"http://%6c%6fcalhost/", "localhost:80"}};
  for (const auto& one : cases) {
    auto target = ParseTarget(one.url);
    ASSERT_TRUE(target) << one.url << ": " << target.error().message;
    EXPECT_EQ(target->Name(), one.name);
  }
  EXPECT_EQ(ParseTarget("http://[::1]/")->BareHost(), "::1");
}

TEST(Target, RefusesOtherUrlsInWords) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "no URL to call"},
      {"example.com/x", "write http://host/path"},
      {"file:///etc/passwd", "only http and https are called, not `file`"},
      {"ftp://example.com/", "not `ftp`"},
      {"gopher://example.com/", "not `gopher`"},
      {"http://", "no URL to call"},
      {"http://user:secret@example.com/", "put credentials into a header"},
      {"http://good.example@10.0.0.1/", "put credentials into a header"},
      {"http://example.com:99999/", "no URL to call"},
      {"http://example.com\r\nX: y/", "no URL to call"},
      {std::string("http://a\0b/", 11), "NUL"},
      {"http://exämple.com/", "ASCII form"},
      {"http://localhost./", "without the dot"},
      {"http://[fe80::1%25eth0]/", "network interface"}};
  for (const auto& [url, words] : cases) {
    auto target = ParseTarget(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().code, Code::kInvalidArgument) << url;
    EXPECT_THAT(target.error().message, HasSubstr(words)) << url;
    EXPECT_THAT(target.error().message, Not(HasSubstr("secret")));
  }
}

TEST(Target, ReadsHeaderLines) {
  auto lines = ParseHeaders("Content-Type: text/plain\r\nX-Empty:\r\nX-Two:  a b \r\n");
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines, ElementsAre("Expect:", "Content-Type: text/plain", "X-Empty;", "X-Two: a b"));
  EXPECT_THAT(*ParseHeaders(""), ElementsAre("Expect:", "Content-Type:"));
}

TEST(Target, RefusesHeadersThatCouldSmuggle) {
  const std::pair<std::string, const char*> cases[] = {
      {"no colon", "no good name"},
      {"Bad Name: x", "no good name"},
      {": x", "no good name"},
      {"X: a\rInjected: b", "control characters"},
      {std::string("X: a\0b", 6), "control characters"},
      {"Host: other", "`Host` is set by the host"},
      {"content-length: 3", "is set by the host"},
      {"Transfer-Encoding: chunked", "is set by the host"},
      {"Connection: close", "is set by the host"}};
  for (const auto& [header, words] : cases) {
    auto lines = ParseHeaders("A: b\r\n" + header + "\r\n");
    ASSERT_FALSE(lines) << header;
    EXPECT_THAT(lines.error().message, HasSubstr(words));
  }
}

TEST(Target, ChecksMethods) {
  for (const char* good : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "X-CUSTOM"}) {
    EXPECT_TRUE(CheckMethod(good)) << good;
  }
  for (const char* bad : {"", "GET / HTTP/1.1\r\nX: y", "P OST", "CONNECT", "TRACE"}) {
    EXPECT_FALSE(CheckMethod(bad)) << bad;
  }
}

}  // namespace
}  // namespace tidings::net
