#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "body.h"
#include "tidings/testing.hpp"

namespace {

using namespace tidings::sdk::testing;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using tidings::sdk::ToText;
using Lines = std::vector<std::string>;

tidings_http_request Request(std::string_view body, std::string_view headers = {}) {
  tidings_http_request request{};
  request.method = ToText("POST");
  request.path = ToText("/api/v1/receipts");
  request.headers = ToText(headers);
  request.body = ToText(body);
  return request;
}

std::string Show(const FakeReceipt& receipt) {
  const char* statuses[] = {"?", "sent", "delivered", "failed"};
  std::string text = receipt.message_id + " " + statuses[receipt.status];
  if (!receipt.reason.empty()) text += " because " + receipt.reason;
  if (!receipt.reference.empty()) text += " ref " + receipt.reference;
  if (!receipt.event_id.empty()) text += " event " + receipt.event_id;
  if (receipt.occurred_at != TIDINGS_NO_TIME) text += " at " + std::to_string(receipt.occurred_at);
  return text;
}

// The receipts, then the refusals as "line pointer=value reason", then "REJECT why".
Lines Read(std::string_view body, const std::string& options = "{}", std::string_view headers = {},
           int64_t now = 1614265330) {
  FakeHost host(now * 1'000'000);
  Driver plugin(host, options);
  auto& out = plugin.Process<tidings_http_request>({Request(body, headers)});
  EXPECT_EQ(out.status, TIDINGS_OK);
  EXPECT_EQ(out.problems, Lines());
  Lines lines;
  for (auto& receipt : out.receipts) lines.push_back(Show(receipt));
  for (auto& r : out.refusals) {
    lines.push_back(std::to_string(r.line) + " " + r.field + "=" + r.value + " " + r.reason);
  }
  for (auto& [item, verdict] : out.verdicts) lines.push_back("REJECT " + verdict.reason);
  return lines;
}

TEST(ReceiptJson, ReadsEveryShape) {
  struct Case {
    const char *name, *body;
    Lines lines;
  } cases[] = {
      {"an array",
       R"([{"commId":"c.1","campaignId":"c","customerId":"x","status":"SENT"},
                       {"commId":"c.2","status":"FAILED","reason":"SPAM_DETECTED"}])",
       {"c.1 delivered", "c.2 failed because SPAM_DETECTED"}},
      {"one",
       R"({"communicationLogId":"c.1","status":"delivered","vendorMessageId":"v-1",
                  "timestamp":"2021-02-25T15:02:10Z"})",
       {"c.1 delivered ref v-1 at 1614265330000000"}},
      {"one with the vendor's id alone",
       R"({"vendorMessageId":"c.1","campaignId":"c","customerId":"x","status":"BOUNCED",
           "timestamp":1614265330})",
       {"c.1 failed because EMAIL_BOUNCED at 1614265330000000"}},
      {"a wrapper", R"({"receipts":[{"message_id":"c.1","status":"sent"}]})", {"c.1 delivered"}},
      {"lines",
       "{\"messageId\":\"c.1\",\"status\":\"SENT\"}\r\n\n"
       "{\"messageId\":\"c.2\",\"status\":\"SENT\"}\n",
       {"c.1 delivered", "c.2 delivered"}},
      {"one over several lines",
       "{\n\"messageId\":\"c.1\",\n\"status\":\"SENT\"\n}\n",
       {"c.1 delivered"}},
      {"lines with a bad one",
       "{\"messageId\":\"c.1\",\"status\":\"SENT\"}\n{\"messageId\"\n"
       "{\"messageId\":\"c.3\",\"status\":\"SENT\"}",
       {"c.1 delivered", "c.3 delivered",
        "2 /1= no valid JSON: The JSON document has an improper structure: missing or superfluous "
        "commas, braces, missing keys, etc."}},
      {"no receipts", "[]", {}},
  };
  for (auto& c : cases) EXPECT_EQ(Read(c.body), c.lines) << c.name;
}

TEST(ReceiptJson, ReadsEveryField) {
  struct Case {
    const char *members, *line;
  } cases[] = {
      {R"("status":"OPENED")", "m delivered"},
      {R"("status":"queued")", "m sent"},
      {R"("event":"hard_bounce","sg_event_id":"e1")", "m failed because EMAIL_BOUNCED event e1"},
      {R"("event":"message.updated","status":"Delivered")", "m delivered"},
      {R"("status":"FAILED")", "m failed because FAILED"},
      {R"("status":"FAILED","error":{"code":"INVALID_EMAIL","message":"x"})",
       "m failed because INVALID_EMAIL"},
      {R"("status":"FAILED","error":"no such user","errorCode":"INVALID_EMAIL")",
       "m failed because INVALID_EMAIL"},
      {R"("status":"FAILED","code":550)", "m failed because 550"},
      {R"("status":"FAILED","reason":null,"failure_reason":"QUOTA_EXCEEDED")",
       "m failed because QUOTA_EXCEEDED"},
      {R"("status":"complaint")", "m failed because SPAM_DETECTED"},
      {R"("status":"SENT","eventId":"e","vendor_message_id":77)", "m delivered ref 77 event e"},
      {R"("status":"SENT","reason":"unused")", "m delivered"},
      {R"("status":"SENT","timestamp":1614265330)", "m delivered at 1614265330000000"},
      {R"("status":"SENT","timestamp":1614265330.25)", "m delivered at 1614265330250000"},
      {R"("status":"SENT","timestamp":1614265330123)", "m delivered at 1614265330123000"},
      {R"("status":"SENT","timestamp":"1614265330123")", "m delivered at 1614265330123000"},
      {R"("status":"SENT","occurred_at":"2021-02-25 16:02:10.5+01:00")",
       "m delivered at 1614265330500000"},
      {R"("status":"SENT","timestamp":"yesterday")", "m delivered"},
      {R"("status":"SENT","timestamp":-5)", "m delivered"},
  };
  for (auto& c : cases) {
    std::string body = std::string(R"({"commId":"m",)") + c.members + "}";
    EXPECT_EQ(Read(body), Lines{c.line}) << body;
  }
}

TEST(ReceiptJson, TakesOurIdUnderAnyNameAndTheVendorsAsReference) {
  EXPECT_EQ(Read(R"({"messageId":"theirs","commId":"ours","status":"SENT"})"),
            Lines{"ours delivered ref theirs"});
  EXPECT_EQ(Read(R"({"vendorMessageId":"theirs","message_id":"ours","status":"SENT"})"),
            Lines{"ours delivered ref theirs"});
  EXPECT_EQ(Read(R"({"commId":12,"status":"SENT"})"), Lines{"12 delivered"});
}

TEST(ReceiptJson, CanTakeSentForOnItsWay) {
  auto options = R"({"sent_means": "sent"})";
  EXPECT_EQ(Read(R"({"commId":"m","status":"SENT"})", options), Lines{"m sent"});
  EXPECT_EQ(Read(R"({"commId":"m","status":"DELIVERED"})", options), Lines{"m delivered"});
}

TEST(ReceiptJson, RefusesEntriesOneByOne) {
  EXPECT_THAT(
      Read(R"({"receipts":[{"status":"SENT"},{"commId":"a"},{"commId":"b","status":"SENT"},7,
               {"commId":"c","status":"LOST"},{"commId":"","status":"SENT"},
               {"commId":"x y","status":"SENT"},{"commId":"d","status":true},
               {"message-id":{},"status":"SENT"}]})"),
      ElementsAre(
          "b delivered",
          "1 /receipts/0= names no message; one of commId, communicationLogId, messageId, "
          "vendorMessageId is needed",
          "2 /receipts/1= has no status; SENT, DELIVERED or FAILED is needed",
          "4 /receipts/3=7 must be an object",
          "5 /receipts/4/status=LOST is no status that is known; SENT, DELIVERED and FAILED are",
          "6 /receipts/5/commId= is no message id", "7 /receipts/6/commId=x y is no message id",
          "8 /receipts/7/status= is no status that is known; SENT, DELIVERED and FAILED are",
          "9 /receipts/8/message-id= is no message id"));
  EXPECT_THAT(Read(R"([{"commId":")" + std::string(201, 'x') + R"(","status":"SENT"}])"),
              ElementsAre(HasSubstr("is no message id")));
}

TEST(ReceiptJson, RefusesABodyThatIsNoJson) {
  EXPECT_THAT(Read(""), ElementsAre("REJECT the body is empty"));
  EXPECT_THAT(Read(" \r\n"), ElementsAre("REJECT the body is empty"));
  for (std::string body : {"{", "status=SENT", "[{\"commId\":\"a\",\"status\":\"SENT\"},", "[1,]",
                           "{\"commId\":\"\xff\"}", "\xef\xbb\xbf"}) {
    EXPECT_THAT(Read(body), ElementsAre(StartsWith("REJECT no valid JSON: "))) << body;
  }
  std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_THAT(Read(deep), ElementsAre(StartsWith("REJECT no valid JSON: ")));
}

// The vector of the Standard Webhooks specification. Its body names no message; that it is asked
// for shows that the signature was accepted.
const char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const char kSignedBody[] = "{\"test\": 2432232314}";
const char kHeaders[] =
    "Host: localhost\r\nWebhook-Id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\n"
    "webhook-timestamp:  1614265330 \r\n"
    "webhook-signature: v1,AAAA v2,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n";
const auto kAccepted = ElementsAre(HasSubstr("names no message"));

std::string WithSecret(const std::string& secret = kSecret) {
  return R"({"secret": ")" + secret + "\"}";
}

TEST(ReceiptJson, ChecksSignatures) {
  EXPECT_THAT(Read(kSignedBody, WithSecret(), kHeaders), kAccepted);
  EXPECT_THAT(Read(kSignedBody, WithSecret(), kHeaders, 1614265330 + 300), kAccepted);
  std::string two =
      std::string(R"({"secret": ["whsec_)") + std::string(32, 'A') + "\", \"" + kSecret + "\"]}";
  EXPECT_THAT(Read(kSignedBody, two, kHeaders), kAccepted);
}

TEST(ReceiptJson, RefusesWhatIsNotSignedWell) {
  auto wrong = ElementsAre("REJECT the signature does not fit the body and the secret");
  auto old = ElementsAre("REJECT signed too long ago, or in the future: look at the clocks");
  EXPECT_THAT(Read("{\"test\": 2432232315}", WithSecret(), kHeaders), wrong);
  EXPECT_THAT(Read(kSignedBody, WithSecret("whsec_" + std::string(32, 'A')), kHeaders), wrong);
  EXPECT_THAT(Read(kSignedBody, WithSecret(), kHeaders, 1614265330 + 301), old);
  EXPECT_THAT(Read(kSignedBody, WithSecret(), kHeaders, 1614265330 - 301), old);
  EXPECT_THAT(Read(kSignedBody, WithSecret(), ""), ElementsAre(StartsWith("REJECT not signed: ")));
  std::string garbled = kHeaders;
  garbled.replace(garbled.find("1614265330"), 10, "today     ");
  EXPECT_THAT(Read(kSignedBody, WithSecret(), garbled),
              ElementsAre("REJECT webhook-timestamp is no number of seconds"));
}

TEST(ReceiptJson, RefusesASecretThatIsNone) {
  for (std::string secret : {"whsec_short", "whsec_!!!!", "plain"}) {
    FakeHost host;
    EXPECT_THROW(Driver(host, WithSecret(secret)), std::runtime_error);
    EXPECT_EQ(host.LastError(),
              "/secret: the secret must be whsec_ and the base64 of 24 to 64 bytes");
  }
}

TEST(ReceiptJson, CountsTimesItCannotRead) {
  FakeHost host;
  Driver plugin(host);
  plugin.Process<tidings_http_request>(
      {Request(R"({"commId":"m","status":"SENT","timestamp":"soon"})")});
  EXPECT_EQ(host.Counter("unreadable_times"), 1);
}

TEST(ReceiptJson, CostsLittleForAReceipt) {
  std::string body = "[";
  for (int i = 0; i < 500; ++i) {
    body += (i ? "," : "") + std::string(R"({"commId":"01890a5d-ac96-774b-bcce-b302099a8057.)") +
            std::to_string(i) + R"(","campaignId":"01890a5d-ac96-774b-bcce-b302099a8057",)" +
            R"("customerId":"01890a5d-ac96-774b-bcce-b302099a8058","status":"SENT",)" +
            R"("vendorMessageId":"sim-1","timestamp":"2026-03-01T09:30:00Z"})";
  }
  body += "]";
  receipt_json::BodyReader reader(receipt_json::Status::kDelivered);
  auto start = std::chrono::steady_clock::now();
  size_t count = 0;
  for (int i = 0; i < 200; ++i) {
    reader.Read(body, {[&](size_t, const receipt_json::Entry&) { ++count; },
                       [](size_t, const receipt_json::EntryError&) { FAIL(); }});
  }
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(count, 100'000u);
  double rate = static_cast<double>(count) / took.count();
  std::cout << static_cast<int64_t>(rate) << " receipts/s\n";
  EXPECT_GT(rate, 30'000);  // far under what it does: sanitizers and crowds allowed for
}

}  // namespace
