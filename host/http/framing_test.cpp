// Framing: what is read, what is refused, and that split points make no difference.
#include "http/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/framing_cases.h"

namespace tidings::http {
namespace {

// Everything a Framing says about `input`, as text, with the pieces of a body joined.
std::string Transcript(const std::vector<std::string_view>& parts, FramingLimits limits = {}) {
  Framing framing(limits);
  std::string text;
  std::string body;
  for (std::string_view part : parts) {
    for (bool more = true; more;) {
      switch (framing.Next(part)) {
        case Framing::Event::kNeedMore: more = false; break;
        case Framing::Event::kHead:
          text += framing.head().method + ' ' + framing.head().target;
          text += framing.head().minor_version == 0 ? " 1.0" : " 1.1";
          text += framing.head().keep_alive ? " keep" : " close";
          for (const auto& [name, value] : framing.head().headers) {
            text += " [" + name + "=" + value + "]";
          }
          break;
        case Framing::Event::kBody: body += framing.piece(); break;
        case Framing::Event::kEnd:
          text += " {" + body + "}\n";
          body.clear();
          break;
        case Framing::Event::kError:
          return text + "error " + std::to_string(framing.error().status) + ": " +
                 framing.error().detail;
      }
    }
  }
  return text + (framing.started() ? "unfinished {" + body + "}" : "");
}

class GoodRequests : public testing::TestWithParam<FramingCase> {};

TEST_P(GoodRequests, AreRead) { EXPECT_EQ(Transcript({GetParam().input}), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(Framing, GoodRequests, testing::ValuesIn(kGoodRequests), CaseName);

class BadRequests : public testing::TestWithParam<FramingCase> {};

TEST_P(BadRequests, AreRefused) {
  std::string said = Transcript({GetParam().input});
  EXPECT_THAT(said, testing::HasSubstr("error "));
  EXPECT_THAT(said, testing::HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(Framing, BadRequests, testing::ValuesIn(kBadRequests), CaseName);

class SplitPoints : public testing::TestWithParam<FramingCase> {};

TEST_P(SplitPoints, MakeNoDifference) {
  std::string_view input = GetParam().input;
  std::string whole = Transcript({input});
  for (size_t i = 1; i < input.size(); ++i) {
    EXPECT_EQ(Transcript({input.substr(0, i), input.substr(i)}), whole) << "split at " << i;
  }
}

TEST_P(SplitPoints, OfThreePartsMakeNoDifference) {
  std::string_view input = GetParam().input;
  std::string whole = Transcript({input});
  for (size_t i = 1; i < input.size(); i += 3) {
    for (size_t j = i + 1; j < input.size(); j += 3) {
      ASSERT_EQ(Transcript({input.substr(0, i), input.substr(i, j - i), input.substr(j)}), whole)
          << "split at " << i << " and " << j;
    }
  }
}

TEST_P(SplitPoints, AtEveryByteMakeNoDifference) {
  std::string_view input = GetParam().input;
  std::vector<std::string_view> bytes;
  for (size_t i = 0; i < input.size(); ++i) bytes.push_back(input.substr(i, 1));
  EXPECT_EQ(Transcript(bytes), Transcript({input}));
}

INSTANTIATE_TEST_SUITE_P(Good, SplitPoints, testing::ValuesIn(kGoodRequests), CaseName);
INSTANTIATE_TEST_SUITE_P(Bad, SplitPoints, testing::ValuesIn(kBadRequests), CaseName);

TEST(FramingLimit, OfTheHead) {
  FramingLimits limits{.max_target = 100, .max_head = 1000, .max_fields = 10};
  std::string head = "GET / HTTP/1.1\r\nHost: t\r\nA: ";
  std::string fits = head + std::string(1000 - head.size() - 4, 'a') + "\r\n\r\n";
  EXPECT_THAT(Transcript({fits}, limits), testing::EndsWith("{}\n"));
  std::string over = head + std::string(1001 - head.size() - 4, 'a') + "\r\n\r\n";
  EXPECT_THAT(Transcript({over}, limits), testing::HasSubstr("error 431"));
  std::string endless = head + std::string(100000, 'a');
  EXPECT_THAT(Transcript({endless}, limits), testing::HasSubstr("error 431"));
}

TEST(FramingLimit, OfTheTarget) {
  FramingLimits limits{.max_target = 100, .max_head = 1000, .max_fields = 10};
  auto get = [](size_t length) {
    return "GET /" + std::string(length - 1, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n";
  };
  EXPECT_THAT(Transcript({get(100)}, limits), testing::EndsWith("{}\n"));
  EXPECT_THAT(Transcript({get(101)}, limits), testing::HasSubstr("error 414"));
  EXPECT_THAT(Transcript({get(5000)}, limits), testing::HasSubstr("error 414"));
}

TEST(FramingLimit, OfTheFields) {
  FramingLimits limits{.max_target = 100, .max_head = 1000, .max_fields = 3};
  std::string head = "GET / HTTP/1.1\r\nHost: t\r\nA: 1\r\nB: 2\r\n";
  EXPECT_THAT(Transcript({head + "\r\n"}, limits), testing::EndsWith("{}\n"));
  EXPECT_THAT(Transcript({head + "C: 3\r\n\r\n"}, limits), testing::HasSubstr("error 431"));
}

TEST(FramingLimit, OfTrailersAndChunkExtensions) {
  std::string chunked = "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string long_extension = chunked + "1;" + std::string(300, 'x') + "\r\na\r\n0\r\n\r\n";
  EXPECT_THAT(Transcript({long_extension}), testing::HasSubstr("size line"));
  std::string trailers = chunked + "0\r\n";
  for (int i = 0; i < 1000; ++i) trailers += "Trailer: value\r\n";
  EXPECT_THAT(Transcript({trailers + "\r\n"}), testing::HasSubstr("trailers"));
}

TEST(FramingEvents, ABodyComesInPiecesThatPointIntoTheInput) {
  Framing framing{FramingLimits{}};
  std::string input = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nab";
  std::string_view rest = input;
  ASSERT_EQ(framing.Next(rest), Framing::Event::kHead);
  EXPECT_EQ(rest, "ab");
  ASSERT_EQ(framing.Next(rest), Framing::Event::kBody);
  EXPECT_EQ(framing.piece().data(), input.data() + input.size() - 2);
  EXPECT_EQ(framing.Next(rest), Framing::Event::kNeedMore);
  EXPECT_TRUE(framing.started());
  std::string_view more = "cdeGET";
  ASSERT_EQ(framing.Next(more), Framing::Event::kBody);
  EXPECT_EQ(framing.Next(more), Framing::Event::kEnd);
  EXPECT_FALSE(framing.started());
  EXPECT_EQ(more, "GET");
}

TEST(FramingEvents, AnErrorIsForEver) {
  Framing framing{FramingLimits{}};
  std::string_view bad = "nonsense\r\n\r\n";
  ASSERT_EQ(framing.Next(bad), Framing::Event::kError);
  std::string_view good = "GET / HTTP/1.1\r\nHost: t\r\n\r\n";
  EXPECT_EQ(framing.Next(good), Framing::Event::kError);
}

}  // namespace
}  // namespace tidings::http
