// What `tidings explain` prints.
#include "cli/explain_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidings::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ExplainView, BreaksAConditionWhereItsGroupsAre) {
  EXPECT_EQ(LaidOut("((c.visit > $1::numeric) and (c.city = $2::text))", 2),
            "  ((c.visit > $1::numeric) and (c.city = $2::text))\n");
  std::string a = "(c.first_field_with_a_long_name > $1::numeric)";
  std::string b = "(strpos(c.name, ') and (') > 0)";
  std::string c = "(c.second_field_with_a_long_name is null)";
  EXPECT_EQ(LaidOut("(not (" + a + " and " + b + " and (" + a + " or " + c + ")))", 0),
            "not (\n  " + a + "\n  and " + b + "\n  and (" + a + " or " + c + ")\n)\n");
  std::string leaf = "(" + std::string(200, 'x') + " between $1 and $2)";
  EXPECT_EQ(LaidOut(leaf, 2), "  " + leaf + "\n");
}

OrderedJson Explained() {
  OrderedJson nobody = nullptr;
  return {{"english", "customers who came"},
          {"tree", {{{"depth", 0}, {"text", "who came"}}}},
          {"sql",
           {{"chosen", {{"from", "customers c"}, {"where", "(c.visit > $1)"}, {"params", {"0"}}}},
            {"asked", nobody},
            {"failed", nobody}}},
          {"lines", {{"sql", {2}}, {"lua", OrderedJson::array()}}},
          {"remarks", OrderedJson::array()},
          {"estimate", 3000},
          {"estimate_milliseconds", 1.25},
          {"audience", 2900},
          {"milliseconds", 7.0},
          {"errors", 0},
          {"first_error", ""},
          {"warnings", OrderedJson::array()},
          {"customer", nobody}};
}

TEST(ExplainView, ShowsWhichLinesWentToSqlAndWhy) {
  auto json = Explained();
  json["lines"]["lua"] = {{{"line", 3}, {"why", "`string.gsub`"}},
                          {{"line", 3}, {"why", "a part of an attribute"}}};
  auto text = DescribeExplanation(json, "one\ntwo\nthree\nfour");
  EXPECT_THAT(text, StartsWith("customers who came\n\nchosen by SQL\n  from customers c\n  where\n "
                               "   (c.visit > $1)\n  $1 = '0'"));
  EXPECT_THAT(text, HasSubstr("     2  SQL  two\n"
                              "     3  Lua  three\n"
                              "             why: `string.gsub`\n"
                              "             why: a part of an attribute\n"));
  EXPECT_THAT(text, Not(HasSubstr("four")));
  EXPECT_THAT(text, HasSubstr("estimate         3,000   in 1.2 ms\n"
                              "audience         2,900   in 7.0 ms\n"));
}

TEST(ExplainView, WarnsOfWhatTheAuthorShouldLookAt) {
  auto json = Explained();
  json["remarks"] = {{{"line", 2}, {"text", "`c.email` may be nil"}, {"customers", 1200}},
                     {{"line", 0}, {"text", "the order matters"}, {"customers", nullptr}}};
  EXPECT_THAT(DescribeExplanation(json, "one\ntwo"),
              HasSubstr("\nwarning   line 2: `c.email` may be nil (1,200 customers)\n"
                        "warning   the order matters\n"));
}

TEST(ExplainView, ShowsALongRuleAsATree) {
  auto json = Explained();
  json["english"] = "customers " + std::string(300, 'x');
  json["tree"] = {{{"depth", 0}, {"text", "any of"}}, {{"depth", 1}, {"text", "who came"}}};
  EXPECT_THAT(DescribeExplanation(json, ""), StartsWith("customers\n  any of\n    who came\n"));
}

TEST(ExplainView, SaysForHowManyTheRuleFailsWithOneOfThem) {
  auto json = Explained();
  json["errors"] = 1200;
  json["first_error"] = "customer 1: a.lua:2: bad\nstack traceback:";
  EXPECT_THAT(DescribeExplanation(json, ""),
              HasSubstr("errors           1,200   customers for whom the rule fails do not belong; "
                        "one is\n  customer 1: a.lua:2: bad\n"));
}

}  // namespace
}  // namespace tidings::cli
