#include "crm/explanation.h"

#include <gmock/gmock.h>

#include "crm/audience.h"
#include "crm/scratch_shop.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

using testing::HasSubstr;

const Time kNow = *ParseTime("2026-01-01");

// Customers m0 ... m19, each with a spend of 10 more than the one before, in three cities.
struct ExplanationTest : testing::Test {
  ExplanationTest() {
    std::vector<std::string> rows;
    for (int i = 0; i < 20; ++i) {
      rows.push_back(fmt::format(R"({{"email": "m{}@x.de", "name": "N{}", "total_spend": {},
                                      "city": "{}"}})",
                                 i, i, i * 10,
                                 i % 4 == 0   ? "Pune"
                                 : i % 4 == 1 ? "Delhi"
                                              : ""));
    }
    shop.AddCustomers(rows);
  }

  OrderedJson Told(const rule::Rule& rule, const std::optional<Id>& customer = {}) {
    auto told = Explain(shop.pool, rule, kNow, customer);
    EXPECT_TRUE(told) << (told ? "" : told.error().message);
    return told.value_or(OrderedJson());
  }

  Id IdOf(const std::string& email) {
    auto lease = shop.pool.Acquire();
    return (*lease)
        ->Execute("select id from customers where email = $1", pg::Params().Text(email))
        ->Uuid(0, 0);
  }

  static rule::Rule Json(const char* text) { return rule::Rule::FromJson(text).value(); }
  static rule::Rule Lua(const std::string& match) {
    auto text = "return segment { name = \"test\", match = function(c)\n" + match + "\nend }";
    return rule::Rule::FromLua("test", text, ".", {}).value();
  }

  ScratchShop shop;
};

constexpr const char kSpenders[] =
    R"({"combinator": "and", "rules": [{"field": "total_spend", "operator": ">", "value": 50}]})";

TEST_F(ExplanationTest, TellsTheSqlTheEstimateAndTheCount) {
  auto told = Told(Json(kSpenders));
  EXPECT_THAT(told["sql"]["chosen"]["where"].get<std::string>(), HasSubstr("c.total_spend"));
  EXPECT_EQ(told["sql"]["chosen"]["params"], OrderedJson::array({"50"}));
  EXPECT_TRUE(told["sql"]["asked"].is_null());
  EXPECT_EQ(told["english"], "customers who have spent more than 50");
  EXPECT_EQ(told["audience"], 14);
  EXPECT_GT(told["estimate"], 0);
  EXPECT_TRUE(told["customer"].is_null());
}

TEST_F(ExplanationTest, TellsWhichLinesStayInLua) {
  auto told =
      Told(Lua("if c.total_spend <= 50 then return false end\n"
               "return c.name:gsub('[0-8]', '') == 'N9'"));
  EXPECT_FALSE(told["sql"]["asked"].is_null());
  ASSERT_EQ(told["lines"]["lua"].size(), 1u) << told;
  EXPECT_EQ(told["lines"]["lua"][0]["line"], 3);
  EXPECT_EQ(told["audience"], 2) << "N9 and N19";
}

TEST_F(ExplanationTest, TellsWhySomebodyIsInOrOut) {
  auto in = Told(Json(kSpenders), IdOf("m6@x.de"))["customer"];
  EXPECT_EQ(in["belongs"], true);
  auto out = Told(Json(kSpenders), IdOf("m5@x.de"))["customer"];
  EXPECT_EQ(out["belongs"], false);
  ASSERT_FALSE(out["clauses"].empty());
  EXPECT_EQ(out["clauses"].back()["holds"], false);
  auto nobody = Explain(shop.pool, Json(kSpenders), kNow, IdSource::System().Next());
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Code::kNotFound);
}

TEST_F(ExplanationTest, TellsTheTreeClauseByClause) {
  auto tree = Told(Lua("return c.total_spend > 50 or c.city == 'Pune'"))["tree"];
  ASSERT_EQ(tree.size(), 3u) << tree;
  EXPECT_EQ(tree[0], (OrderedJson{{"depth", 0}, {"text", "any of"}}));
  EXPECT_EQ(tree[2], (OrderedJson{{"depth", 1}, {"text", "whose city is “Pune”"}}));
}

TEST_F(ExplanationTest, CountsWhomARemarkConcerns) {
  auto remarks =
      Told(Lua("count = 1\nreturn c.total_spend > 50 and c.last_order_date > 5"))["remarks"];
  ASSERT_EQ(remarks.size(), 1u) << remarks;
  EXPECT_EQ(remarks[0]["line"], 2);
  EXPECT_TRUE(remarks[0]["customers"].is_null());
  remarks = Told(Lua("return c.total_spend > 50 and c.last_order_date > 5"))["remarks"];
  ASSERT_EQ(remarks.size(), 1u) << remarks;
  EXPECT_THAT(remarks[0]["text"].get<std::string>(), HasSubstr("`c.last_order_date` may be nil"));
  EXPECT_EQ(remarks[0]["customers"], 14);
}

TEST_F(ExplanationTest, CountsErrorsWhereverTheRuleRuns) {
  auto told = Told(Lua("return c.last_order_date > 5"));
  EXPECT_EQ(told["audience"], 0);
  EXPECT_EQ(told["errors"], 20);
  EXPECT_THAT(told["first_error"].get<std::string>(), HasSubstr("compare"));
}

TEST_F(ExplanationTest, ThePreviewTellsGroups) {
  for (const auto& rule : {Json(kSpenders), Lua("return c.name:gsub('N', '') + 0 > 5")}) {
    auto preview = AudienceStore(shop.pool).PreviewOf(rule, kNow);
    ASSERT_TRUE(preview) << preview.error().message;
    EXPECT_EQ(preview->count, 14);
    auto group = [](const char* by, const char* label, int count) {
      return tidings::Json{{"by", by}, {"label", label}, {"audience", count}};
    };
    EXPECT_EQ(preview->groups,
              tidings::Json::array({group("spend", "up to 1,000", 14), group("city", "unknown", 8),
                                    group("city", "Delhi", 3), group("city", "Pune", 3)}));
  }
}

}  // namespace
}  // namespace tidings::crm
