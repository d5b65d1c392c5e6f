#include "fate.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "vendor_call.h"

namespace deliver_simulated {
namespace {

std::string IdOf(int i) { return "01890a5d-ac96-774b-bcce-b302099a8057." + std::to_string(i); }

TEST(Fate, FailsAboutAsManyAsItIsTold) {
  Options options;
  options.duplicates = 0.25;
  std::map<std::string_view, int> reasons;
  int duplicated = 0;
  constexpr int kMessages = 50'000;
  for (int i = 0; i < kMessages; ++i) {
    Fate fate = FateOf(options, IdOf(i));
    ++reasons[fate.reason];
    duplicated += fate.duplicated;
  }
  EXPECT_NEAR(reasons[""], kMessages * 0.9, kMessages * 0.01);
  EXPECT_NEAR(duplicated, kMessages * 0.25, kMessages * 0.01);
  EXPECT_EQ(reasons.size(), 4u);
  EXPECT_NEAR(reasons["EMAIL_BOUNCED"], kMessages * 0.05, kMessages * 0.01);
  EXPECT_GT(reasons["INVALID_EMAIL"], 0);
  EXPECT_GT(reasons["SPAM_DETECTED"], 0);
}

TEST(Fate, DependsOnSeedAndIdAlone) {
  Options options, other;
  other.seed = 2;
  int differ = 0;
  for (int i = 0; i < 1000; ++i) {
    Fate fate = FateOf(options, IdOf(i)), again = FateOf(options, IdOf(i));
    ASSERT_EQ(fate.reason, again.reason);
    ASSERT_EQ(fate.mark, again.mark);
    differ += fate.reason.empty() != FateOf(other, IdOf(i)).reason.empty();
  }
  EXPECT_GT(differ, 100);
}

TEST(Fate, NeverFailsOrAlways) {
  Options never, always;
  never.failure_rate = 0;
  always.failure_rate = 1;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(FateOf(never, IdOf(i)).reason, "");
    ASSERT_NE(FateOf(always, IdOf(i)).reason, "");
  }
}

TEST(Fate, DelaysWithinItsLimits) {
  Options options;
  options.shortest_delay = std::chrono::milliseconds(10);
  options.longest_delay = std::chrono::milliseconds(30);
  Duration least = options.longest_delay, most{};
  for (int i = 0; i < 10'000; ++i) {
    Duration delay = FateOf(options, IdOf(i)).delay;
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_GE(least.count(), 10'000);
  EXPECT_LT(least.count(), 10'500);
  EXPECT_LE(most.count(), 30'000);
  EXPECT_GT(most.count(), 29'500);
}

TEST(Acceptance, RetriesAnewAtEachAttemptAndRejectsForGood) {
  Options options;
  options.retry_rate = 0.5;
  options.reject_rate = 0.1;
  int retried = 0, rejected = 0, through = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto first = AcceptanceOf(options, IdOf(i), 1), second = AcceptanceOf(options, IdOf(i), 2);
    retried += first.answer == Answer::kRetry;
    rejected += first.answer == Answer::kReject;
    through += first.answer == Answer::kRetry && second.answer == Answer::kAccept;
    ASSERT_EQ(first.answer == Answer::kReject, second.answer == Answer::kReject);
    ASSERT_EQ(first.answer == Answer::kAccept, first.reason.empty());
  }
  EXPECT_NEAR(retried, 4500, 200);
  EXPECT_NEAR(rejected, 1000, 150);
  EXPECT_NEAR(through, 2250, 200);
}

TEST(Receipts, AreWrittenAsVendorsWriteThem) {
  Fate fate;
  fate.mark = 0xabc;
  std::string delivered, failed;
  AppendReceipt(delivered, fate, "c.1", "c", "\"x\"", 1614265330000000);
  EXPECT_EQ(delivered,
            R"({"commId":"c.1","campaignId":"c","customerId":"\"x\"","status":"SENT",)"
            R"("vendorMessageId":"sim-0000000000000abc","eventId":"evt-0000000000000abc",)"
            R"("timestamp":"2021-02-25T15:02:10Z"})");
  fate.reason = "SPAM_DETECTED";
  AppendReceipt(failed, fate, "c.1", "c", "x", 0);
  auto json = nlohmann::json::parse(failed);
  EXPECT_EQ(json["status"], "FAILED");
  EXPECT_EQ(json["reason"], "SPAM_DETECTED");
  EXPECT_EQ(ReferenceOf(fate), json["vendorMessageId"]);
}

TEST(Options, AreChecked) {
  auto why = [](const char* json) {
    try {
      ParseOptions(json);
    } catch (const OptionsError& error) {
      return error.where + ": " + error.message;
    }
    return std::string("none");
  };
  EXPECT_EQ(ParseOptions(R"({"delay": "10ms..2s"})").longest_delay, std::chrono::seconds(2));
  EXPECT_EQ(ParseOptions(R"({"delay": "1.5s"})").shortest_delay, std::chrono::milliseconds(1500));
  EXPECT_EQ(why(R"({"delay": "soon"})"), "/delay: `soon` is no duration like 250ms, 5s or 10m");
  EXPECT_EQ(why(R"({"delay": "2s..1s"})"), "/delay: must name the shortest delay first");
  EXPECT_EQ(why(R"({"delay": "1s.."})"), "/delay: `` is no duration like 250ms, 5s or 10m");
  EXPECT_EQ(why(R"({"latency": "-1s"})"), "/latency: `-1s` is no duration like 250ms, 5s or 10m");
  auto schema = nlohmann::json::parse(kOptionsSchema);
  EXPECT_EQ(schema["additionalProperties"], false);
  for (auto& [name, option] : schema["properties"].items()) {
    EXPECT_TRUE(option.contains("description") && option.contains("default")) << name;
  }
}

TEST(VendorCall, WritesTheVendorsFormat) {
  OutgoingMessage mail{"c.1", "k", "c", "x", "email", "a@example.com", "A", "Hi", "Text", "<p>", 2};
  OutgoingMessage sms = mail;
  sms.channel = "sms";
  sms.recipient = "+4412";
  auto json = nlohmann::json::parse(VendorBody({mail, sms}));
  EXPECT_EQ(json[0].dump(),
            R"({"attempt":2,"campaignId":"c","channel":"email","commId":"c.1","customerId":"x",)"
            R"("email":"a@example.com","html":"<p>","idempotencyKey":"k","name":"A",)"
            R"("personalized_msg":"Text","phone":"","subject":"Hi"})");
  EXPECT_EQ(json[1]["email"], "");
  EXPECT_EQ(json[1]["phone"], "+4412");
  EXPECT_EQ(VendorBody({}), "[]");
}

TEST(VendorCall, ReadsAnswers) {
  std::vector<OutgoingMessage> messages(2);
  messages[0].id = "a";
  messages[1].id = "b";
  auto show = [&](uint32_t status, const char* headers, const char* body) {
    std::string text;
    for (auto& answer : ReadAnswer(status, headers, body, messages)) {
      text += "ATR"[answer.answer == Answer::kAccept ? 0 : answer.answer == Answer::kRetry ? 1 : 2];
      text += answer.reason + "/" + answer.reference + "/" + std::to_string(answer.retry_after_ms) +
              " ";
    }
    return text;
  };
  EXPECT_EQ(show(200, "", ""), "A//0 A//0 ");
  EXPECT_EQ(show(202, "", "no JSON"), "A//0 A//0 ");
  EXPECT_EQ(show(202, "", R"({"results":[{"commId":"b","status":"ACCEPTED","vendorMessageId":"v"},
                               {"commId":"a","status":"REJECTED","reason":"INVALID_EMAIL"}, 7]})"),
            "RINVALID_EMAIL//0 A/v/0 ");
  EXPECT_EQ(show(200, "", R"({"results":[{"commId":"a","status":"RETRY","retryAfterMs":5}]})"),
            "Tthe vendor gave no reason//5 A//0 ");
  EXPECT_EQ(show(200, "", R"([{"commId":"a","status":"rejected","reason":"no"}])"), "Rno//0 A//0 ");
  EXPECT_EQ(show(200, "", R"({"results":7})"), "A//0 A//0 ");
  EXPECT_EQ(show(429, "X: y\r\nRetry-After: 7\r\n", ""),
            "Tthe vendor answered HTTP 429//7000 Tthe vendor answered HTTP 429//7000 ");
  EXPECT_EQ(show(503, "", ""),
            "Tthe vendor answered HTTP 503//0 Tthe vendor answered HTTP 503//0 ");
  EXPECT_EQ(show(400, "", ""),
            "Rthe vendor answered HTTP 400//0 Rthe vendor answered HTTP 400//0 ");
}

}  // namespace
}  // namespace deliver_simulated
