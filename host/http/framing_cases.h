// Requests, good and bad, for the tests of framing and of the server.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::http {

struct FramingCase {
  const char* name;
  std::string_view input;
  std::string_view expected;  // of a good one: the transcript; of a bad one: part of the error
};

inline void PrintTo(const FramingCase& one, std::ostream* out) { *out << one.name; }

inline std::string CaseName(const testing::TestParamInfo<FramingCase>& info) {
  return info.param.name;
}

// A literal that may hold NUL.
template <size_t size>
constexpr std::string_view Bytes(const char (&literal)[size]) {
  return {literal, size - 1};
}

#define TIDINGS_CHUNKED "POST /c HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"

inline const std::vector<FramingCase> kGoodRequests = {
    {"Plain", "GET /a?b=c HTTP/1.1\r\nHost: t\r\n\r\n", "GET /a?b=c 1.1 keep [Host=t] {}\n"},
    {"Close", "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
     "GET / 1.1 close [Host=t] [Connection=close] {}\n"},
    {"Http10", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close {}\n"},
    {"Http10KeepAlive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
     "GET / 1.0 keep [Connection=Keep-Alive] {}\n"},
    {"BlanksAroundValue", "GET / HTTP/1.1\r\nHost:t\r\nA: \t b c \t\r\nEmpty:\r\n\r\n",
     "GET / 1.1 keep [Host=t] [A=b c] [Empty=] {}\n"},
    {"BytesAbove127", "GET / HTTP/1.1\r\nHost: t\r\nA: caf\xC3\xA9\r\n\r\n",
     "GET / 1.1 keep [Host=t] [A=caf\xC3\xA9] {}\n"},
    {"AbsoluteTarget", "GET http://h/p HTTP/1.1\r\nHost: h\r\n\r\n",
     "GET http://h/p 1.1 keep [Host=h] {}\n"},
    {"Star", "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n", "OPTIONS * 1.1 keep [Host=t] {}\n"},
    {"EmptyHost", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 1.1 keep [Host=] {}\n"},
    {"Ipv6Host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / 1.1 keep [Host=[::1]:80] {}\n"},
    {"Length", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello",
     "POST / 1.1 keep [Host=t] [Content-Length=5] {hello}\n"},
    {"LengthZero", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n",
     "POST / 1.1 keep [Host=t] [Content-Length=0] {}\n"},
    {"LengthWithZeros", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0003\r\n\r\nabc",
     "POST / 1.1 keep [Host=t] [Content-Length=0003] {abc}\n"},
    {"Chunks", TIDINGS_CHUNKED "3\r\nabc\r\n0002\r\nde\r\n0\r\n\r\n",
     "POST /c 1.1 keep [Host=t] [Transfer-Encoding=chunked] {abcde}\n"},
    {"ChunkHexBothCases", TIDINGS_CHUNKED "a\r\n0123456789\r\nB\r\n0123456789X\r\n0\r\n\r\n",
     "POST /c 1.1 keep [Host=t] [Transfer-Encoding=chunked] {01234567890123456789X}\n"},
    {"ChunkExtensions", TIDINGS_CHUNKED "1;a;b=c;d=\"e\"\r\nx\r\n0;z\r\n\r\n",
     "POST /c 1.1 keep [Host=t] [Transfer-Encoding=chunked] {x}\n"},
    {"ChunkTrailers", TIDINGS_CHUNKED "1\r\nx\r\n0\r\nA: b\r\nContent-Length: 9\r\n\r\n",
     "POST /c 1.1 keep [Host=t] [Transfer-Encoding=chunked] {x}\n"},
    {"ChunkDataLikeFraming", TIDINGS_CHUNKED "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
     "POST /c 1.1 keep [Host=t] [Transfer-Encoding=chunked] {\r\n0\r\n\r\n}\n"},
    {"CodingInCapitals",
     "POST / HTTP/1.1\r\nHost: t\r\ntransfer-ENCODING: Chunked\r\n\r\n0\r\n\r\n",
     "POST / 1.1 keep [Host=t] [transfer-ENCODING=Chunked] {}\n"},
    {"Pipelined",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nhi"
     "GET /2 HTTP/1.1\r\nHost: t\r\n\r\n" TIDINGS_CHUNKED "1\r\nx\r\n0\r\n\r\n",
     "POST / 1.1 keep [Host=t] [Content-Length=2] {hi}\nGET /2 1.1 keep [Host=t] {}\n"
     "POST /c 1.1 keep [Host=t] [Transfer-Encoding=chunked] {x}\n"},
    {"EmptyLineInFront", "\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
     "GET / 1.1 keep [Host=t] {}\nGET /2 1.0 close {}\n"},
    {"UpgradeIsIgnored",
     "GET / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
     "GET /2 HTTP/1.1\r\nHost: t\r\n\r\n",
     "GET / 1.1 keep [Host=t] [Connection=Upgrade, HTTP2-Settings] [Upgrade=h2c] {}\n"
     "GET /2 1.1 keep [Host=t] {}\n"},
    {"UpgradeWithBody",
     "POST / HTTP/1.1\r\nHost: t\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\n"
     "ab",
     "POST / 1.1 keep [Host=t] [Connection=Upgrade] [Upgrade=x] [Content-Length=2] {ab}\n"},
    {"Unfinished", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhel",
     "POST / 1.1 keep [Host=t] [Content-Length=5]unfinished {hel}"},
};

inline const std::vector<FramingCase> kBadRequests = {
    // Lengths that two programs could read differently.
    {"LengthWithLetters", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5abc\r\n\r\nhello",
     "400: Content-Length"},
    {"LengthSigned", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: +5\r\n\r\nhello",
     "400: Content-Length"},
    {"LengthNegative", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n",
     "400: Content-Length"},
    {"LengthHex", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 0x5\r\n\r\nhello",
     "400: Content-Length"},
    {"LengthEmpty", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length:\r\n\r\n", "400: Content-Length"},
    {"LengthList", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5, 5\r\n\r\nhello",
     "400: Content-Length"},
    {"LengthSpaced", "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1 0\r\n\r\nhello",
     "400: Content-Length"},
    {"LengthHuge",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 18446744073709551621\r\n\r\nhello",
     "400: Content-Length"},
    {"LengthTwice",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
     "400: Content-Length is given more than once"},
    {"LengthTwiceDiffering",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\nhello!",
     "400: Content-Length is given more than once"},
    // Smuggling by two ways to say where the body ends.
    {"LengthAndCoding",
     "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\nG",
     "400: Content-Length and Transfer-Encoding"},
    {"CodingAndLength",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n"
     "0\r\n\r\nG",
     "400: Content-Length and Transfer-Encoding"},
    {"CodingTwice",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
     "\r\n0\r\n\r\n",
     "400: Transfer-Encoding is given more than once"},
    {"CodingList", "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
     "501"},
    {"CodingUnknown", "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
     "501"},
    {"CodingIdentity", "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: identity\r\n\r\n", "501"},
    {"CodingMisspelt", "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: xchunked\r\n\r\n", "501"},
    {"CodingWithVerticalTab",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: \x0b"
     "chunked\r\n\r\n",
     "400: A control"},
    {"CodingBlankBeforeColon",
     "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
     "400: A header line"},
    {"CodingInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400: HTTP/1.0"},
    // Lines.
    {"BareLf", "GET / HTTP/1.1\nHost: t\n\n", "400: A line of the head ends in a bare LF"},
    {"BareLfInFields", "GET / HTTP/1.1\r\nHost: t\nX: y\r\n\r\n", "400: A line"},
    {"BareLfAtTheEnd", "GET / HTTP/1.1\r\nHost: t\r\n\n", "400: A line"},
    {"BareCr", "GET / HTTP/1.1\r\nHost: t\rX: y\r\n\r\n", "400: A line"},
    {"BareCrInRequestLine", "GET /\r HTTP/1.1\r\nHost: t\r\n\r\n", "400: A line"},
    {"CrCrLf", "GET / HTTP/1.1\r\r\nHost: t\r\n\r\n", "400: A line"},
    {"CrCrLfAtTheEnd", "GET / HTTP/1.1\r\nHost: t\r\n\r\r\n\r\n", "400: A line"},
    {"FoldedLine", "GET / HTTP/1.1\r\nHost: t\r\nA: b\r\n c\r\n\r\n", "400: A header line begins"},
    {"FoldedFirstLine", "GET / HTTP/1.1\r\n Host: t\r\n\r\n", "400: A header line begins"},
    {"NulInValue", Bytes("GET / HTTP/1.1\r\nHost: t\r\nA: b\0c\r\n\r\n"), "400: A control"},
    {"NulInName", Bytes("GET / HTTP/1.1\r\nHost: t\r\nA\0: b\r\n\r\n"), "400: A control"},
    {"NulInTarget", Bytes("GET /\0 HTTP/1.1\r\nHost: t\r\n\r\n"), "400: A control"},
    {"DelInValue", "GET / HTTP/1.1\r\nHost: t\r\nA: b\x7f\r\n\r\n", "400: A control"},
    {"Tls", Bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "400: A control"},
    {"NoColon", "GET / HTTP/1.1\r\nHost: t\r\nnonsense\r\n\r\n", "400: A header line"},
    {"NoName", "GET / HTTP/1.1\r\nHost: t\r\n: b\r\n\r\n", "400: A header line"},
    {"BlankInName", "GET / HTTP/1.1\r\nHost: t\r\nA b: c\r\n\r\n", "400: A header line"},
    {"BytesAbove127InName", "GET / HTTP/1.1\r\nHost: t\r\n\xC3\xA9: c\r\n\r\n",
     "400: A header line"},
    // Request lines.
    {"NoVersion", "GET /\r\nHost: t\r\n\r\n", "400: The request line"},
    {"OneWord", "GET\r\n\r\n", "400: The request line"},
    {"TwoBlanks", "GET  / HTTP/1.1\r\nHost: t\r\n\r\n", "400: The request target"},
    {"BlankInTarget", "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n", "400: The request target"},
    {"TabInRequestLine", "GET\t/ HTTP/1.1\r\nHost: t\r\n\r\n", "400: The request line"},
    {"BlankAtTheEnd", "GET / HTTP/1.1 \r\nHost: t\r\n\r\n", "400: The request"},
    {"BlankInFront", " GET / HTTP/1.1\r\nHost: t\r\n\r\n", "400: The method"},
    {"Fragment", "GET /a#b HTTP/1.1\r\nHost: t\r\n\r\n", "400: The request target"},
    {"RawUtf8", "GET /caf\xC3\xA9 HTTP/1.1\r\nHost: t\r\n\r\n", "400: The request target"},
    {"NoSlash", "GET a HTTP/1.1\r\nHost: t\r\n\r\n", "400: The request is malformed"},
    {"StarWithGet", "GET * HTTP/1.1\r\nHost: t\r\n\r\n", "400: The request target"},
    {"MethodUnknown", "FETCH / HTTP/1.1\r\nHost: t\r\n\r\n", "501: "},
    {"MethodLowerCase", "get / HTTP/1.1\r\nHost: t\r\n\r\n", "501: "},
    {"MethodNoWord", "G@T / HTTP/1.1\r\nHost: t\r\n\r\n", "400: The method"},
    {"Connect", "CONNECT t:80 HTTP/1.1\r\nHost: t:80\r\n\r\n", "501: This server is no proxy"},
    {"VersionTwo", "GET / HTTP/2.0\r\nHost: t\r\n\r\n", "505: "},
    {"VersionOneTwo", "GET / HTTP/1.2\r\nHost: t\r\n\r\n", "505: "},
    {"VersionLong", "GET / HTTP/1.10\r\nHost: t\r\n\r\n", "400: The request line"},
    {"VersionLowerCase", "GET / http/1.1\r\nHost: t\r\n\r\n", "400: The request line"},
    {"Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400: The request target"},
    {"EmptyLinesForEver", "\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: t\r\n\r\n",
     "400: The request line is missing"},
    // Hosts and expectations.
    {"NoHost", "GET / HTTP/1.1\r\nA: b\r\n\r\n", "400: Host is missing"},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400: Host is given"},
    {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400: Host holds"},
    {"HostWithUser", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "400: Host holds"},
    {"HostList", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400: Host holds"},
    {"TwoExpectations", "POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nExpect: x\r\n\r\n",
     "400: Expect"},
    // Chunks.
    {"ChunkNoHex", TIDINGS_CHUNKED "x\r\n", "400: The size of a chunk"},
    {"ChunkEmptySize", TIDINGS_CHUNKED "\r\n0\r\n\r\n", "400: The size of a chunk"},
    {"ChunkSigned", TIDINGS_CHUNKED "+1\r\nx\r\n0\r\n\r\n", "400: The size of a chunk"},
    {"ChunkPrefixed", TIDINGS_CHUNKED "0x1\r\nx\r\n0\r\n\r\n", "400: The size of a chunk"},
    {"ChunkBlankAfterSize", TIDINGS_CHUNKED "1 \r\nx\r\n0\r\n\r\n", "400: The size of a chunk"},
    {"ChunkBlankBeforeSize", TIDINGS_CHUNKED " 1\r\nx\r\n0\r\n\r\n", "400: The size of a chunk"},
    {"ChunkOverflow", TIDINGS_CHUNKED "10000000000000001\r\nx\r\n0\r\n\r\n",
     "400: The size of a chunk"},
    {"ChunkSizeEndsInLf", TIDINGS_CHUNKED "1\nx\r\n0\r\n\r\n", "400: A line of a chunked"},
    {"ChunkSizeEndsInCr", TIDINGS_CHUNKED "1\rx\r\n0\r\n\r\n", "400: A line of a chunked"},
    {"ChunkTooLong", TIDINGS_CHUNKED "1\r\nxy\r\n0\r\n\r\n", "400: A chunk is longer"},
    {"ChunkDataEndsInLf", TIDINGS_CHUNKED "1\r\nx\n0\r\n\r\n", "400: A line of a chunked"},
    {"ChunkDataEndsInCr", TIDINGS_CHUNKED "1\r\nx\rx0\r\n\r\n", "400: A line of a chunked"},
    {"ChunkNul", Bytes(TIDINGS_CHUNKED "1;\0\r\nx\r\n0\r\n\r\n"), "400: A control"},
    {"TrailerNoColon", TIDINGS_CHUNKED "0\r\nnonsense\r\n\r\n", "400: A trailer"},
    {"TrailerFolded", TIDINGS_CHUNKED "0\r\nA: b\r\n c: d\r\n\r\n", "400: A trailer"},
    {"TrailerEndsInLf", TIDINGS_CHUNKED "0\r\nA: b\n\r\n", "400: A line of a chunked"},
    // A second request that is bad does not spoil the first.
    {"SecondIsBad", "GET / HTTP/1.1\r\nHost: t\r\n\r\nGET / HTTP/1.1\r\n\r\n",
     "GET / 1.1 keep [Host=t] {}\nerror 400: Host is missing"},
};

}  // namespace tidings::http
