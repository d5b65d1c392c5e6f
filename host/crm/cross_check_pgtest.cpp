// What happens when SQL and the script do not say the same of a rule.
#include "crm/cross_check.h"

#include <gmock/gmock.h>

#include "crm/audience.h"
#include "crm/campaign_store.h"
#include "crm/scratch_shop.h"
#include "rule/rule.h"
#include "rule/tree.h"

namespace tidings::crm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const Time kNow = *ParseTime("2026-01-01");

struct CrossCheckTest : testing::Test {
  CrossCheckTest() {
    std::vector<std::string> rows;
    for (int i = 0; i < 30; ++i) {
      rows.push_back(fmt::format(R"({{"email": "m{}@x.de", "total_spend": {}}})", i, i * 10));
    }
    shop.AddCustomers(rows);
  }

  static rule::Rule Lua(const std::string& match) {
    auto text = "return segment { name = \"Spenders\", match = function(c) " + match + " end }";
    return rule::Rule::FromLua("test", text, ".", {}).value();
  }

  // A rule over 50 whose SQL is one over 100: for five customers they differ.
  static rule::Rule Broken() {
    auto wrong = rule::Rule::FromJson(
        R"({"combinator": "and", "rules": [
            {"field": "total_spend", "operator": ">", "value": 100}]})");
    return Lua("return c.total_spend > 50").Mistranslated(*wrong->tree());
  }

  Result<Ticket> Launch(const rule::Rule& rule) {
    Draft draft;
    draft.name = "Spring";
    draft.message = "Hi";
    return CampaignStore(shop.pool, shop.ids).Launch(draft, rule, kNow, {"a/b", ""}, "");
  }

  tidings::Json Campaign(const Id& id) {
    return CampaignStore(shop.pool, shop.ids).Get(id).value_or(tidings::Json());
  }

  ScratchShop shop;
};

const auto kAlarm = AllOf(StartsWith("PostgreSQL and the script of “Spenders” disagree: customer "),
                          HasSubstr(" does not belong by SQL and belongs by the script; "));

TEST_F(CrossCheckTest, IsQuietWhereSqlAndTheScriptAgree) {
  auto connection = shop.pool.Acquire().value();
  auto before = DisagreementCount();
  for (const char* match : {"return c.total_spend > 50", "return c.last_order_date > 5",
                            "return c.visit > 3 or c.name:gsub('a', '') == 'b'"}) {
    auto difference = CrossCheck(*connection, Lua(match), kNow);
    ASSERT_TRUE(difference) << difference.error().message;
    EXPECT_FALSE(*difference) << match << ": " << (*difference)->Describe("");
  }
  EXPECT_THAT(AudienceStore(shop.pool).PreviewOf(Lua("return true"), kNow)->warnings, IsEmpty());
  EXPECT_EQ(DisagreementCount(), before);
}

TEST_F(CrossCheckTest, AtADisagreementTheScriptDecidesAndTheAlarmIsRaised) {
  auto before = DisagreementCount();
  auto preview = AudienceStore(shop.pool).PreviewOf(Broken(), kNow);
  ASSERT_TRUE(preview) << preview.error().message;
  EXPECT_EQ(preview->count, 24);
  ASSERT_EQ(preview->warnings.size(), 1u);
  EXPECT_THAT(preview->warnings[0], kAlarm);
  EXPECT_EQ(AudienceStore(shop.pool).CountOf(Broken(), kNow)->count, 24);

  auto ticket = Launch(Broken());
  ASSERT_TRUE(ticket) << ticket.error().message;
  EXPECT_EQ(ticket->audience, 24);
  EXPECT_EQ(DisagreementCount(), before + 3);
  auto campaign = Campaign(ticket->id);
  EXPECT_THAT(campaign["warnings"][0].get<std::string>(), kAlarm);
  EXPECT_THAT(shop.Ask("select count(*) from messages m join customers c on c.id = m.customer_id "
                       "where c.total_spend > 50"),
              testing::ElementsAre("24"));
}

// Of some customers alone: the same answers, and the errors of nobody else.
TEST_F(CrossCheckTest, ASelectionIsAnsweredAsTheWholeAudience) {
  std::vector<Id> some;
  for (const auto& id : shop.Ask("select id from customers where total_spend in (40, 60, 200)"
                                 " order by total_spend")) {
    some.push_back(*Id::Parse(id));
  }
  some.push_back(shop.ids.Next());  // whom nobody knows
  auto connection = shop.pool.Acquire().value();
  auto among = [&](const rule::Rule& rule) {
    return FindAmong(*connection, rule, kNow, some).value();
  };
  const std::vector<Id> spenders{std::min(some[1], some[2]), std::max(some[1], some[2])};
  EXPECT_EQ(among(Lua("return c.total_spend > 50")).ids, spenders);
  EXPECT_EQ(among(Lua("return c.name:gsub('a', '') == '' and c.total_spend > 50")).ids, spenders);
  EXPECT_EQ(among(Lua("return c.orders:count() == 0 and c.total_spend > 50")).ids, spenders);
  EXPECT_EQ(among(Lua("return c.total_spend > 50 and c.last_order_date > 5")).errors, 2);
  auto broken = among(Broken());
  EXPECT_EQ(broken.ids, spenders);
  EXPECT_EQ(broken.warnings.size(), 1u);
}

// By SQL and by the script alike: how many, and the one with the lowest id.
TEST_F(CrossCheckTest, ErrorsAreReportedAlikeWhereverTheRuleRuns) {
  auto lowest = shop.Ask("select min(id::text) from customers where total_spend > 50")[0];
  for (const char* before : {"", "c.name:gsub('a', '') "}) {
    auto rule = Lua(std::string(before) + "return c.total_spend > 50 and c.last_order_date > 5");
    EXPECT_EQ(rule.IsSql(), before[0] == '\0');
    auto ticket = Launch(rule);
    ASSERT_TRUE(ticket) << ticket.error().message;
    auto campaign = Campaign(ticket->id);
    EXPECT_EQ(campaign["errors"], 24);
    EXPECT_THAT(campaign["first_error"].get<std::string>(),
                StartsWith("customer " + lowest + ": test:1: attempt to compare"));
    EXPECT_THAT(campaign["warnings"], IsEmpty());
    auto preview = AudienceStore(shop.pool).PreviewOf(rule, kNow);
    EXPECT_EQ(preview->errors, 24);
    EXPECT_EQ(preview->first_error, campaign["first_error"]);
  }
}

}  // namespace
}  // namespace tidings::crm
