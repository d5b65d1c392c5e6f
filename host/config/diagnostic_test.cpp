#include "config/diagnostic.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "config/report.h"

namespace tidings::config {
namespace {

TEST(Render, PointsAtTheCharacter) {
  EXPECT_EQ(Render("a.yaml", "one\n  two: ☕x\n", {{{2, 9}, "no x"}}),
            "a.yaml:2:9: error: no x\n"
            "     2 |   two: ☕x\n"
            "       |         ^\n");
}

TEST(Render, ShowsPlacesThatAreNotInTheText) {
  EXPECT_EQ(Render("a.yaml", "", {{{}, "too large"}}), "a.yaml: error: too large\n");
  EXPECT_EQ(Render("a.yaml", "a", {{{7, 3}, "gone"}}),
            "a.yaml:7:3: error: gone\n     7 |\n       | ^\n");
  EXPECT_EQ(Render("a.yaml", "a", {}), "");
}

TEST(Render, KeepsTheCaretInPlaceOverTabsAndBrokenBytes) {
  EXPECT_EQ(Render("f", "\t\xff\x01z\r\n", {{{1, 4}, "z"}}),
            "f:1:4: error: z\n     1 |  \xEF\xBF\xBD z\n       |    ^\n");
}

TEST(Render, CutsLongLinesAroundTheCaret) {
  std::string line(1001, 'a');
  line[500] = 'X';
  auto text = Render("f", line, {{{1, 501}, "X"}});
  auto lines = Split(text, '\n');
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_LT(lines[1].size(), 130u);
  EXPECT_EQ(lines[1].find('X'), lines[2].find('^'));
}

TEST(Quoted, CutsAndCleans) {
  EXPECT_EQ(Quoted("a\nb"), "`a b`");
  EXPECT_EQ(Quoted(std::string(60, 'a')), "`" + std::string(60, 'a') + "`");
  EXPECT_EQ(Quoted(std::string(61, 'a')), "`" + std::string(60, 'a') + "...`");
  EXPECT_TRUE(IsUtf8(Quoted("\xF0\x9F\x8E")));
}

TEST(OneOf, ReadsAsASentence) {
  EXPECT_EQ(OneOf({}), "");
  EXPECT_EQ(OneOf({"a"}), "`a`");
  EXPECT_EQ(OneOf({"a", "b"}), "`a` or `b`");
  EXPECT_EQ(OneOf({"a", "b", "c"}), "`a`, `b` or `c`");
}

TEST(KeyFaults, CountAKeyThatWasMeantForAMissingOneOnce) {
  Report report;
  KeyFaults faults;
  faults.Missing("host", {1, 1}, "needs host");
  faults.Missing("port", {1, 1}, "needs port");
  faults.Unknown("hots", {2, 1}, "unknown hots", {"host", "port"});
  faults.ReportTo(report);
  auto found = report.Take();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].message, "needs port");
  EXPECT_EQ(found[1].message, "unknown hots; did you mean `host`?");
}

TEST(Report, SortsAndDropsRepetitions) {
  Report report;
  report.Add({2, 1}, "b");
  report.Add({1, 9}, "a");
  report.Add({2, 1}, "b");
  report.Add({2, 1}, "c");
  auto found = report.Take();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].message, "a");
  EXPECT_EQ(found[2].message, "c");
}

}  // namespace
}  // namespace tidings::config
