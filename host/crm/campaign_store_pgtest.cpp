#include "crm/campaign_store.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "crm/audience.h"
#include "crm/facts.h"
#include "crm/scratch_shop.h"
#include "crm/segment_store.h"
#include "rule/rule.h"

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Time kNow = *ParseTime("2026-01-01");
const CampaignQueues kQueues = {"campaigns/email", "campaigns/insight"};
constexpr const char kBigSpenders[] =
    R"({"combinator": "and", "rules": [{"field": "total_spend", "operator": ">", "value": 50}]})";

rule::Rule Json(const char* text) {
  auto rule = rule::Rule::FromJson(text);
  EXPECT_TRUE(rule) << (rule ? "" : rule.error().message);
  return *rule;
}

rule::Rule Lua(const std::string& match) {
  auto rule = rule::Rule::FromLua(
      "test", "return segment { name = \"test\", match = function(c) " + match + " end }", ".", {});
  EXPECT_TRUE(rule) << (rule ? "" : rule.error().message);
  return *rule;
}

Draft ADraft() {
  Draft draft;
  draft.name = "Spring";
  draft.subject = "Hi {{first_name}}";
  draft.message = "Dear {{name|friend}}, come back.";
  return draft;
}

struct CampaignShop : ScratchShop {
  CampaignStore campaigns{pool, ids};
  AudienceStore audiences{pool};

  // Customers m0 … with a spend of 10 each more than the one before.
  explicit CampaignShop(int count) {
    std::vector<std::string> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(fmt::format(R"({{"email": "m{}@x.de", "name": "N{}", "total_spend": {},
                                      "city": "C{}", "visit": {}}})",
                                 i, i, i * 10, i % 7, i));
    }
    AddCustomers(rows);
  }
};

TEST(Audience, WhatIsPreviewedIsWhatIsSent) {
  CampaignShop shop(30);
  for (const auto& rule : {Json(kBigSpenders), Lua("return c.total_spend > 50")}) {
    auto preview = shop.audiences.PreviewOf(rule, kNow);
    ASSERT_TRUE(preview) << preview.error().message;
    EXPECT_EQ(preview->count, 24);
    EXPECT_EQ(preview->sample.size(), 10u);
    EXPECT_GT(preview->sample[0]["total_spend"], 50);
    auto ticket = shop.campaigns.Launch(ADraft(), rule, kNow, kQueues, "intent");
    ASSERT_TRUE(ticket) << ticket.error().message;
    EXPECT_EQ(ticket->audience, 24);
    auto id = ticket->id.ToString();
    EXPECT_THAT(shop.Ask("select string_agg(n::text, ' ' order by n) from messages m "
                         "join customers c on c.id = m.customer_id and c.total_spend > 50 "
                         "where campaign_id = '" +
                         id + "'"),
                ElementsAre("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24"));
    EXPECT_THAT(shop.Ask("select queue || lo || '-' || hi from chunks where source = '" + id + "'"),
                ElementsAre("campaigns/email1-24"));
  }
}

TEST(Audience, ALuaRuleThatFailsForSomeSaysSo) {
  CampaignShop shop(5);
  auto preview = shop.audiences.PreviewOf(Lua("return c.external_id < 5"), kNow);
  ASSERT_TRUE(preview) << preview.error().message;
  EXPECT_EQ(preview->count, 0);
  EXPECT_EQ(preview->errors, 5);
  EXPECT_THAT(preview->first_error, HasSubstr("compare"));
}

// SQL says the first half of the rule, the script the second, and both count its errors.
TEST(Audience, ASplitRuleChoosesTheSameAsItsScript) {
  CampaignShop shop(24);
  auto rule = Lua("return c.total_spend > 50 and c.name:gsub('1', '') ~= '2'");
  EXPECT_FALSE(rule.IsSql());
  auto preview = shop.audiences.PreviewOf(rule, kNow);
  ASSERT_TRUE(preview) << preview.error().message;
  auto matcher = *rule.NewMatcher(kNow);
  int64_t matched = 0;
  auto lease = *shop.pool.Acquire();
  auto rows = *lease->Execute("select " + matcher->Columns() + " from customers c");
  for (int i = 0; i < rows.size(); ++i) matched += matcher->Match(rows, i);
  EXPECT_EQ(preview->count, matched);
  EXPECT_EQ(preview->errors, matcher->report().errors);
  EXPECT_GT(matched, 0);
}

// Only the fields that the text of a rule names are read, unless it turns out to want others.
TEST(Audience, AScriptSeesFieldsThatItDoesNotSpell) {
  CampaignShop shop(30);
  auto rule =
      Lua("local field = table.concat({'total', 'spend'}, '_') "
          "return c.name:gsub('N', '') ~= '' and c[field] > 50");
  EXPECT_FALSE(rule.IsSql());
  EXPECT_EQ((*rule.NewMatcher(kNow))->Columns(), "c.id, c.name");
  auto preview = shop.audiences.PreviewOf(rule, kNow);
  ASSERT_TRUE(preview) << preview.error().message;
  EXPECT_EQ(preview->count, 24);
  EXPECT_EQ(preview->errors, 0) << preview->first_error;
}

TEST(CampaignStore, NobodyToWriteToCompletesAtOnce) {
  CampaignShop shop(0);
  auto ticket = shop.campaigns.Launch(ADraft(), Json(kBigSpenders), kNow, kQueues, "");
  ASSERT_TRUE(ticket) << ticket.error().message;
  EXPECT_EQ(ticket->audience, 0);
  auto campaign = shop.campaigns.Get(ticket->id);
  EXPECT_EQ((*campaign)["status"], "completed");
  EXPECT_EQ((*campaign)["delivery_rate"], 0.0);
  EXPECT_THAT(shop.Ask("select queue from chunks"), ElementsAre("campaigns/insight"));
}

TEST(CampaignStore, SaysAllThatIsWrongWithADraft) {
  CampaignShop shop(1);
  Draft draft;
  draft.name = " ";
  draft.channel = "emial";
  draft.subject = "a\nb";
  draft.html = "<b>{{nmae}}</b>";
  auto ticket = shop.campaigns.Launch(draft, Json(kBigSpenders), kNow, kQueues, "");
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, Code::kInvalidArgument);
  for (const char* part :
       {"/name: a campaign needs a name", "/channel 'emial'", "did you mean `email`?",
        "/message: a campaign needs a message", "/subject: this is one line",
        "/html: html:1:4: unknown placeholder `nmae`; did you mean `name`?"}) {
    EXPECT_THAT(ticket.error().message, HasSubstr(part));
  }
  EXPECT_THAT(shop.Ask("select id from campaigns"), IsEmpty());
}

TEST(CampaignStore, ListsNewestFirstAndMessagesByNumber) {
  CampaignShop shop(12);
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(
        shop.campaigns.Launch(ADraft(), Json(kBigSpenders), kNow, kQueues, "")->id.ToString());
  }
  auto first = shop.campaigns.List(std::nullopt, 2);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->items[0]["id"], ids[2]);
  EXPECT_EQ(first->items[0]["pending"], 6);
  EXPECT_EQ(first->items[0]["rule"]["combinator"], "and");
  auto rest = shop.campaigns.List(first->next, 2);
  EXPECT_EQ(rest->items.size(), 1u);
  EXPECT_FALSE(rest->next);

  Id id = *Id::Parse(ids[0]);
  MessageQuery query;
  query.limit = 4;
  auto page = shop.campaigns.Messages(id, query);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->items[0]["id"], ids[0] + ".1");
  EXPECT_EQ(page->items[0]["status"], "pending");
  query.cursor = page->next;
  EXPECT_EQ(shop.campaigns.Messages(id, query)->items.size(), 2u);
  query = {std::nullopt, 10, "sent"};
  EXPECT_THAT(shop.campaigns.Messages(id, query)->items, IsEmpty());
  query.status = "sended";
  EXPECT_THAT(shop.campaigns.Messages(id, query).error().message,
              HasSubstr("did you mean `sent`?"));
  EXPECT_EQ(shop.campaigns.Messages(Id(), {}).error().code, Code::kNotFound);
  EXPECT_EQ(shop.campaigns.Get(Id()).error().code, Code::kNotFound);
}

TEST(CampaignStore, TheIntentMayComeLater) {
  CampaignShop shop(8);
  Id id = shop.campaigns.Launch(ADraft(), Json(kBigSpenders), kNow, kQueues, "")->id;
  EXPECT_TRUE(shop.campaigns.SetIntent(id, "win back"));
  EXPECT_EQ((*shop.campaigns.Get(id))["intent"], "win back");
  EXPECT_EQ(shop.campaigns.SetIntent(Id(), "x").error().code, Code::kNotFound);
}

TEST(SegmentStore, CreatesFindsAndLists) {
  ScratchShop shop;
  SegmentStore segments(shop.pool, shop.ids);
  auto created = segments.Create(" Big ", "json", kBigSpenders);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ((*created)["name"], "Big");
  EXPECT_EQ((*created)["rule"]["combinator"], "and");
  auto lua = segments.Create("L", "lua", "return segment {}");
  EXPECT_EQ((*lua)["rule"], "return segment {}");
  auto found = segments.Find(*Id::Parse((*created)["id"].get<std::string>()));
  EXPECT_EQ(found->source, kBigSpenders);
  auto page = segments.List(std::nullopt, 1);
  EXPECT_EQ(page->items[0]["name"], "L");
  EXPECT_EQ(segments.List(page->next, 1)->items[0]["name"], "Big");
  EXPECT_EQ(segments.Find(Id()).error().code, Code::kNotFound);
  EXPECT_THAT(segments.Create("", "json", "{}").error().message, HasSubstr("/name"));
  EXPECT_THAT(segments.Create("x", "sql", "{}").error().message, HasSubstr("/language 'sql'"));
}

TEST(Facts, SayWhatHappened) {
  CampaignShop shop(30);
  Id id = shop.campaigns.Launch(ADraft(), Json(kBigSpenders), kNow, kQueues, "win back")->id;
  shop.Ask(
      "update messages set status = 2 + (n % 4 = 0)::int, "
      "reason = case when n % 4 = 0 then 'EMAIL_BOUNCED' end");
  shop.Ask(
      "update campaigns set sent = 24, delivered = 18, failed = 6, status = 'completed', "
      "completed_at = launched_at + interval '2 seconds'");
  FactsStore store(shop.pool, "");
  auto facts = store.Facts(id);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ((*facts)["audience"], 24);
  EXPECT_EQ((*facts)["delivery_rate"], 0.75);
  EXPECT_EQ((*facts)["duration_seconds"], 2.0);
  EXPECT_EQ((*facts)["messages_per_second"], 12.0);
  EXPECT_THAT((*facts)["rule"].get<std::string>(), HasSubstr("50"));
  EXPECT_EQ((*facts)["reasons"][0]["reason"], "EMAIL_BOUNCED");
  EXPECT_EQ((*facts)["reasons"][0]["count"], 6);
  std::map<std::string, int> audience, kinds;
  for (const auto& group : (*facts)["groups"]) {
    audience[group["by"]] += group["audience"].get<int>();
    ++kinds[group["by"]];
  }
  EXPECT_EQ(audience["spend"], 24);
  EXPECT_EQ(audience["visits"], 24);
  EXPECT_EQ(kinds["city"], 5);
  EXPECT_EQ((*facts)["groups"][0]["label"], "up to 1,000");
  EXPECT_EQ(store.Facts(Id()).error().code, Code::kNotFound);
}

TEST(Facts, SayInEnglishWhatAScriptRequires) {
  CampaignShop shop(8);
  TempDir lib;
  ASSERT_TRUE(WriteFile(lib.path() / "spend.lua",
                        "return {high = function(c) return c.total_spend > 50 end}"));
  auto rule = rule::Rule::FromLua(
      "test",
      "local spend = require \"spend\"\n"
      "return segment { name = \"test\", match = function(c) return spend.high(c) end }",
      lib.path(), {});
  ASSERT_TRUE(rule) << rule.error().message;
  Id id = shop.campaigns.Launch(ADraft(), *rule, kNow, kQueues, "")->id;
  EXPECT_EQ((*FactsStore(shop.pool, lib.path()).Facts(id))["rule"],
            "customers who have spent more than 50");
  EXPECT_EQ((*FactsStore(shop.pool, "/nowhere").Facts(id))["rule"], "customers chosen by a script");
}

TEST(Facts, ASummaryIsSavedOnce) {
  CampaignShop shop(8);
  Id id = shop.campaigns.Launch(ADraft(), Json(kBigSpenders), kNow, kQueues, "")->id;
  FactsStore store(shop.pool, "");
  EXPECT_EQ(store.SaveSummary(id, "first", "summarize_template"), true);
  EXPECT_EQ(store.SaveSummary(id, "second", "summarize_llm"), false);
  auto campaign = *shop.campaigns.Get(id);
  EXPECT_EQ(campaign["summary"], "first");
  EXPECT_EQ(campaign["summarized_by"], "summarize_template");
}

}  // namespace
}  // namespace tidings::crm
