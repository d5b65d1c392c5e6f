#include "reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ingest_csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Reads `text` in pieces of `size` bytes. A row is written "line:cell|cell", a broken one
// "line!raw".
std::vector<std::string> ReadAll(const std::string& text, size_t size = 1 << 20,
                                 char separator = 0) {
  Reader reader;
  reader.Begin(1, separator);
  std::vector<std::string> rows;
  for (size_t at = 0; at <= text.size(); at += size) {
    bool last = at + size >= text.size();
    reader.Feed(text.substr(at, size), last);
    Row row;
    for (Got got; (got = reader.Next(&row)) != Got::kMore;) {
      std::string line = std::to_string(row.line) + (got == Got::kRow ? ":" : "!");
      if (got == Got::kBroken) line += row.raw;
      for (size_t i = 0; i < row.cells.size(); ++i) {
        line += (i ? "|" : "") + std::string(row.cells[i]);
      }
      rows.push_back(line);
    }
    if (last) break;
  }
  return rows;
}

TEST(Reader, ReadsDialects) {
  struct Case {
    const char* name;
    std::string text;
    std::vector<std::string> rows;
  } cases[] = {
      {"plain", "a,b\n1,2\n", {"1:a|b", "2:1|2"}},
      {"no line end at the end", "a,b\n1,2", {"1:a|b", "2:1|2"}},
      {"CRLF", "a,b\r\n1,2\r\n", {"1:a|b", "2:1|2"}},
      {"CR alone", "a,b\r1,2\r", {"1:a|b", "2:1|2"}},
      {"mark of UTF-8",
       "\xef\xbb\xbf"
       "a,b\n1,2\n",
       {"1:a|b", "2:1|2"}},
      {"mark before a quote", "\xef\xbb\xbf\"a\",b\n1,2\n", {"1:a|b", "2:1|2"}},
      {"semicolons", "a;b;c\n1,5;2;3\n", {"1:a|b|c", "2:1,5|2|3"}},
      {"tabs", "a\tb\n1\t2\n", {"1:a|b", "2:1|2"}},
      {"bars", "a|b\n1|2\n", {"1:a|b", "2:1|2"}},
      {"separator in a quoted header", "\"a,b,c\";d\n1;2\n", {"1:a,b,c|d", "2:1|2"}},
      {"Excel says so", "sep=;\na,x;b\n1;2\n", {"2:a,x|b", "3:1|2"}},
      {"empty cells", "a,b,c\n,,\n1,,\n", {"1:a|b|c", "2:||", "3:1||"}},
      {"empty lines", "a,b\n\n\r\n1,2\n\n", {"1:a|b", "4:1|2"}},
      {"quoted", "a,b\n\"1,5\",\"x\"\n", {"1:a|b", "2:1,5|x"}},
      {"quoted line ends", "a,b\n\"1\r\n2\",x\n3,4\n", {"1:a|b", "2:1\r\n2|x", "4:3|4"}},
      {"doubled quotes", "a,b\n\"7\"\" x\",\"\"\"\"\n", {"1:a|b", "2:7\" x|\""}},
      {"empty quotes", "a,b\n\"\",\"\"\n", {"1:a|b", "2:|"}},
      {"quote within a cell", "a,b\n7\" x,8\"\n", {"1:a|b", "2:7\" x|8\""}},
      {"spaces around quotes", "a, \"b\" ,c\n1,2,3\n", {"1:a|b|c", "2:1|2|3"}},
      {"quoted last cell and CRLF", "a,b\r\n1,\"2\"\r\n3,4", {"1:a|b", "2:1|2", "3:3|4"}},
      {"one column", "a\n1\n", {"1:a", "2:1"}},
      {"no header's separator", "a b\n", {"1:a b"}},
      {"nothing", "", {}},
      {"ends within a cell", "a,b\n1,", {"1:a|b", "2:1|"}},
  };
  for (auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (size_t size : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{4096}}) {
      EXPECT_EQ(ReadAll(c.text, size), c.rows) << "in pieces of " << size;
    }
  }
}

TEST(Reader, LosesOnlyTheLineWithTheWrongQuote) {
  struct Case {
    const char* name;
    std::string text;
    std::vector<std::string> rows;
  } cases[] = {
      {"never closed", "a,b\n1,\"2\n3,4\n5,6\n", {"1:a|b", "2!1,\"2", "3:3|4", "4:5|6"}},
      {"never closed, CRLF", "a,b\r\n1,\"2\r\n3,4\r\n", {"1:a|b", "2!1,\"2", "3:3|4"}},
      {"closed by a later opening", "a,b\n1,\"x\n3,\"4\"\n", {"1:a|b", "2!1,\"x", "3:3|4"}},
      {"text behind the end", "a,b\n\"1\"x,2\n3,4\n", {"1:a|b", "2!\"1\"x,2", "3:3|4"}},
      {"in the last line", "a,b\n1,2\n\"3", {"1:a|b", "2:1|2", "3!\"3"}},
  };
  for (auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (size_t size : {size_t{1}, size_t{5}, size_t{4096}}) {
      EXPECT_EQ(ReadAll(c.text, size), c.rows) << "in pieces of " << size;
    }
  }
}

TEST(Reader, SaysWhatIsWrongWithAQuote) {
  Reader reader;
  reader.Begin(10, ',');
  reader.Feed("1,\"2\"x\n\"3", true);
  Row row;
  ASSERT_EQ(reader.Next(&row), Got::kBroken);
  EXPECT_EQ(row.line, 10u);
  EXPECT_THAT(reader.Why(), HasSubstr("text behind a closing quote"));
  ASSERT_EQ(reader.Next(&row), Got::kBroken);
  EXPECT_EQ(row.line, 11u);
  EXPECT_THAT(reader.Why(), HasSubstr("never closed"));
}

// A quote that is never closed must not make the reader hold the rest of a large file.
TEST(Reader, GivesUpAnOpenQuoteAfterAMebibyte) {
  std::string text = "a,b\n1,\"oops\n";
  int lines = 300'000;
  for (int i = 0; i < lines; ++i) text += "1,2\n";
  auto rows = ReadAll(text, 64 << 10);
  ASSERT_EQ(rows.size(), static_cast<size_t>(lines) + 2);
  EXPECT_EQ(rows[1], "2!1,\"oops");
  EXPECT_EQ(rows.back(), std::to_string(lines + 2) + ":1|2");
}

TEST(Reader, DropsARowOfOverAMebibyteWhole) {
  std::string text = "a,b\n" + std::string(3 << 20, 'x') + ",2\n3,4\n";
  EXPECT_THAT(ReadAll(text, 100'000).back(), "3:3|4");
  EXPECT_EQ(ReadAll(text, 100'000).size(), 3u);
}

// Every line opens a quote that the scanner follows for a mebibyte: it must not read the file again
// for every line.
TEST(Reader, ReadsHostileQuotesInLinearTime) {
  std::string text = "a\n";
  while (text.size() < (24 << 20)) text += "\"\"\"\n";
  auto rows = ReadAll(text, 1 << 20, ',');
  EXPECT_GT(rows.size(), 1u);
}

TEST(Reader, TakesPiecesOfOneByteOfALongRow) {
  std::string cell(200'000, 'x');
  EXPECT_THAT(ReadAll("a\n\"" + cell + "\n\"\n", 1, ','), ElementsAre("1:a", "2:" + cell + "\n"));
}

}  // namespace
}  // namespace ingest_csv
