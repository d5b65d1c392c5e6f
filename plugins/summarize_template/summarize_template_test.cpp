#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "summary.h"
#include "tidings/testing.hpp"

namespace {

using namespace tidings::sdk::testing;
using summarize_template::Percent;
using summarize_template::WithThousands;
using testing::StartsWith;
using tidings::sdk::ToText;

// What is written; "REJECT why" where nothing is.
std::string Write(std::string_view kind, std::string_view facts,
                  const std::string& options = "{}") {
  FakeHost host;
  Driver plugin(host, options);
  tidings_task task{ToText(kind), ToText(facts)};
  auto& out = plugin.Process<tidings_task>({task});
  EXPECT_EQ(out.status, TIDINGS_OK);
  EXPECT_TRUE(out.problems.empty());
  return out.texts.count(0) ? out.texts.at(0) : "REJECT " + out.verdicts.at(0).reason;
}

const char kFacts[] = R"({
  "name": "We miss you", "rule": "total spend is over 5,000 and visits are over 3",
  "audience": 2000, "sent": 2000, "delivered": 1806, "failed": 194, "pending": 0,
  "delivery_rate": 0.903, "duration_seconds": 12.34,
  "reasons": [{"reason": "EMAIL_BOUNCED", "count": 97}, {"reason": "INVALID_EMAIL", "count": 66},
              {"reason": "SPAM_DETECTED", "count": 30}, {"reason": "", "count": 1}],
  "groups": [
    {"by": "spend", "label": "over 10,000", "audience": 300, "delivered": 285, "failed": 15, "rate": 0.95},
    {"by": "spend", "label": "5,000 to 10,000", "audience": 1700, "delivered": 1521, "failed": 179, "rate": 0.8947},
    {"by": "city", "label": "Pune", "audience": 150, "delivered": 147, "failed": 3, "rate": 0.98},
    {"by": "city", "label": "Ede", "audience": 4, "delivered": 4, "failed": 0, "rate": 1},
    {"by": "visits", "label": "3 to 9", "audience": 900, "delivered": 783, "failed": 117, "rate": 0.87}
  ]})";

TEST(SummarizeTemplate, WritesASummary) {
  EXPECT_EQ(
      Write("summary", kFacts),
      "“We miss you” reached 1,806 of 2,000 customers, a delivery rate of 90.3 %. It went to "
      "customers of this kind: total spend is over 5,000 and visits are over 3. Customers who "
      "spent over 10,000 had a 95 % delivery rate (285 of 300). It went best with customers in "
      "Pune (98 %) and worst with customers with 3 to 9 visits (87 %). 194 messages failed: 97 "
      "EMAIL_BOUNCED, 66 INVALID_EMAIL, 30 SPAM_DETECTED, 1 for other reasons. From launch to "
      "the last receipt it took 12 seconds.");
}

TEST(SummarizeTemplate, WritesTheSameForTheSameFacts) {
  EXPECT_EQ(Write("summary", kFacts), Write("summary", kFacts));
}

TEST(SummarizeTemplate, PutsACurrencyBeforeAmounts) {
  std::string text = Write("summary", kFacts, R"({"currency": "₹"})");
  EXPECT_THAT(text, testing::HasSubstr("Customers who spent over ₹10,000 had a 95 %"));
}

TEST(SummarizeTemplate, SaysOnlyWhatItKnows) {
  EXPECT_EQ(Write("summary", R"({"name": "X", "audience": 0, "rule": "city is Atlantis"})"),
            "“X” found no customers, so nothing was sent. It went to customers of this kind: city "
            "is Atlantis.");
  EXPECT_EQ(Write("summary", R"({"audience": 1, "delivered": 1, "failed": 0})"),
            "The campaign reached 1 of 1 customer, a delivery rate of 100 %. No message failed.");
  EXPECT_EQ(Write("summary", R"({"audience": 10, "delivered": 4, "failed": 1, "reasons": [7],
                                 "groups": "none", "duration_seconds": null})"),
            "The campaign reached 4 of 10 customers, a delivery rate of 80 %. 1 message failed. 5 "
            "messages have no receipt yet.");
  EXPECT_EQ(Write("summary", R"({"audience": "many"})"),
            "The campaign found no customers, so nothing was sent.");
}

TEST(SummarizeTemplate, LeavesOutGroupsTooSmallToTell) {
  EXPECT_EQ(Write("summary", R"({"audience": 215, "delivered": 197, "failed": 18, "groups": [
      {"by": "spend", "label": "over 10,000", "delivered": 17, "failed": 0, "rate": 1},
      {"by": "city", "label": "Pune", "delivered": 90, "failed": 10, "rate": 0.9}]})"),
            "The campaign reached 197 of 215 customers, a delivery rate of 91.6 %. 18 messages "
            "failed.");
}

TEST(SummarizeTemplate, SaysHowLongItTook) {
  auto took = [](const char* seconds) {
    std::string text = Write("summary", R"({"audience": 1, "delivered": 1, "duration_seconds": )" +
                                            std::string(seconds) + "}");
    return text.substr(text.find("it took"));
  };
  EXPECT_EQ(took("0.044"), "it took less than 0.1 seconds.");
  EXPECT_EQ(took("0.44"), "it took 0.4 seconds.");
  EXPECT_EQ(took("9.96"), "it took 10.0 seconds.");
  EXPECT_EQ(took("60"), "it took 60 seconds.");
  EXPECT_EQ(took("121"), "it took 2 minutes 1 second.");
  EXPECT_EQ(took("7325"), "it took 2 hours 2 minutes.");
}

TEST(SummarizeTemplate, RoundsWithoutLying) {
  EXPECT_EQ(Percent(0.95), "95 %");
  EXPECT_EQ(Percent(0.9034), "90.3 %");
  EXPECT_EQ(Percent(1), "100 %");
  EXPECT_EQ(Percent(0.99999), "99.9 %");
  EXPECT_EQ(Percent(0.00001), "0.1 %");
  EXPECT_EQ(Percent(0), "0 %");
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
}

TEST(SummarizeTemplate, GuessesWhatACampaignIsFor) {
  struct Case {
    const char *facts, *intent;
  } cases[] = {
      {R"({"name": "We miss you", "message": "Hi {{name}}, here is 10 % off"})", "win_back"},
      {R"({"name": "March", "rule": "last order is more than 180 days ago",
           "message": "Hello {{name}}"})",
       "win_back"},
      {R"({"name": "Lapsed big spenders", "message": "A discount for you"})", "win_back"},
      {R"({"name": "Summer sale", "message": "Everything 20 % off, save today"})", "promotion"},
      {R"({"name": "Welcome", "message": "Get started with us"})", "onboarding"},
      {R"({"name": "For our VIPs", "message": "Thank you for being loyal, here is a reward"})",
       "loyalty"},
      {R"({"name": "Upgrade", "message": "Go premium"})", "upsell"},
      {R"({"name": "Q3", "subject": "Your cart is waiting"})", "recovery"},
      {R"({"name": "Open day", "message": "Join us! This is your invitation."})", "event"},
      {R"({"name": "Survey", "message": "Tell us how we did"})", "feedback"},
      {R"({"name": "Introducing the new range", "message": "now available"})", "announcement"},
      {R"({"name": "Ideal wholesale", "message": "x"})", "outreach"},
      {R"({})", "outreach"},
  };
  for (auto& c : cases) {
    EXPECT_THAT(Write("intent", c.facts), StartsWith(std::string(c.intent) + ": ")) << c.facts;
  }
}

TEST(SummarizeTemplate, RejectsWhatItCannotWrite) {
  EXPECT_EQ(Write("poem", "{}"), "REJECT cannot write a `poem`, only summary and intent");
  EXPECT_EQ(Write("summary", "[]"), "REJECT the facts are no JSON object");
  EXPECT_EQ(Write("intent", ""), "REJECT the facts are no JSON object");
}

}  // namespace
