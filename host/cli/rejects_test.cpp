#include "cli/rejects.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace tidings::cli {
namespace {

pipeline::RowReport Refused(uint64_t line, const std::string& message,
                            const std::string& pointer = "Quantity") {
  pipeline::RowReport row;
  row.line = line;
  row.entity = "order";
  row.errors = {{pointer, "-1", message}};
  return row;
}

std::string Rejects(const std::string& content, const RejectCounts& rejects,
                    const std::string& group_by) {
  TempDir folder;
  (void)WriteFile(folder.path() / "in.csv", content);
  auto written = WriteRejects({folder.path() / "in.csv", "auto", group_by}, rejects,
                              folder.path() / "out.csv");
  if (!written) return written.error().message;
  return ReadFile(folder.path() / "out.csv").value_or("");
}

TEST(Rejects, CountsByReasonWithTheFirstLines) {
  RejectCounts rejects;
  for (uint64_t line = 2; line < 12; ++line) rejects.Add(Refused(line, "negative: -1"), "");
  rejects.Add(Refused(20, "no customer 'C-1'", "/customer"), "{}");
  rejects.Add(Refused(21, "no customer 'C-2'", "/customer"), "{}");
  EXPECT_EQ(rejects.total(), 12);
  EXPECT_EQ(rejects.reasons().at("negative").count, 10);
  EXPECT_EQ(rejects.reasons().at("negative").first_lines.size(), 5u);
  EXPECT_EQ(rejects.reasons().at("order refused at /customer").count, 2);
  EXPECT_LT(rejects.Describe().find("negative"), rejects.Describe().find("order refused"));
}

TEST(Rejects, BringsTheOtherLinesOfAnOrderAlong) {
  RejectCounts rejects;
  rejects.Add(Refused(3, "negative quantity"), "");
  EXPECT_EQ(Rejects("No,Q\r\n1,5\r\n1,-1\r\n2,7\r\n1,9\r\n", rejects, "NO"),
            "No,Q,reject_line,reject_reason\n"
            "1,5,2,\"kept: imported with its order\"\n"
            "1,-1,3,\"negative quantity\"\n"
            "1,9,5,\"kept: imported with its order\"\n");
}

TEST(Rejects, CopiesQuotedLineBreaksWhole) {
  RejectCounts rejects;
  rejects.Add(Refused(2, "bad \"text\""), "");
  EXPECT_EQ(Rejects("a;b\n\"x\ny;\";1\nz;2\n", rejects, ""),
            "a;b;reject_line;reject_reason\n\"x\ny;\";1;2;\"bad \"\"text\"\"\"\n");
}

TEST(Rejects, TakesOneLineWhereAQuoteNeverCloses) {
  RejectCounts rejects;
  rejects.Add(Refused(2, "malformed"), "");
  EXPECT_EQ(Rejects("a,b\n\"x,1\nz,2\n", rejects, ""),
            "a,b,reject_line,reject_reason\n\"x,1,2,\"malformed\"\n");
}

TEST(Rejects, SaysThatUtf16CannotBeCopied) {
  RejectCounts rejects;
  rejects.Add(Refused(2, "malformed"), "");
  EXPECT_NE(Rejects("\xFF\xFE"
                    "a",
                    rejects, "")
                .find("iconv"),
            std::string::npos);
}

}  // namespace
}  // namespace tidings::cli
