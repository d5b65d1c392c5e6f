// The main job, through the front door: customers and orders in, an audience by rule, a campaign,
// receipts, a summary.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "support/installation.h"

namespace tidings::testing {
namespace {

// 100 customers; every third has spent over 5,000, and of those every second long ago.
std::string Customers() {
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += fmt::format(
        R"({{"external_id":"C-{0}","name":"person {0}","email":"P{0}@Example.com","city":"{1}"}})"
        "\n",
        i, i % 2 ? "Pune" : "Delhi");
  }
  return lines;
}

std::string Orders() {
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += fmt::format(
        R"({{"id":"O-{0}","customer_external_id":"C-{0}","amount":{1},"order_date":"{2}"}})"
        "\n",
        i, i % 3 ? "10.10" : "6000.25", i % 6 ? "2999-01-01" : "2020-01-01");
  }
  return lines;
}

const Json kBigSpenders = {
    {"combinator", "and"},
    {"rules", {{{"field", "total_spend"}, {"operator", ">"}, {"value", 5000}}}}};

class MainJob : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    installation_ = new Installation();
    auto started = installation_->StartHost();
    ASSERT_TRUE(started) << started.error().message;
    auto customers =
        installation_->Call("POST", "/api/v1/customers", Customers(), "application/x-ndjson");
    ASSERT_EQ(customers.json["created"], 100) << customers.text;
    auto orders = installation_->Call("POST", "/api/v1/orders", Orders(), "application/x-ndjson");
    ASSERT_EQ(orders.json["created"], 100) << orders.text;
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(installation_->StopHost(), 0) << installation_->Log();
    delete installation_;
  }

  static Installation* installation_;
};

Installation* MainJob::installation_ = nullptr;

TEST_F(MainJob, TotalsFollowTheOrders) {
  auto page = installation_->Get("/api/v1/customers?external_id=C-3");
  ASSERT_EQ(page.status, 200) << page.text;
  auto customer = page.json["items"][0];
  EXPECT_DOUBLE_EQ(customer["total_spend"].get<double>(), 6000.25) << customer;
  EXPECT_EQ(customer["order_count"], 1);
  EXPECT_EQ(customer["email"], "p3@example.com");
}

TEST_F(MainJob, AnswersPerRowAndKeepsGoodOnes) {
  auto answer = installation_->Post("/api/v1/customers",
                                    {{{"external_id", "X-1"}, {"name", "Good"}},
                                     {{"external_id", "X-2"}, {"email", "not an address"}},
                                     {{"external_id", "C-1"}, {"city", "Goa"}}});
  ASSERT_EQ(answer.status, 200) << answer.text;
  EXPECT_EQ(answer.json["rows"][0]["status"], "created");
  EXPECT_EQ(answer.json["rows"][1]["status"], "refused");
  EXPECT_EQ(answer.json["rows"][1]["errors"][0]["pointer"], "/email");
  EXPECT_EQ(answer.json["rows"][2]["status"], "updated");
  EXPECT_EQ(installation_->Number("select count(*) from customers where external_id like 'X-%'"),
            1);
}

TEST_F(MainJob, ChangesAndDeletesOneByOne) {
  auto created = installation_->Post(
      "/api/v1/orders", {{"id", "O-extra"}, {"customer_external_id", "C-50"}, {"amount", 99.5}});
  ASSERT_EQ(created.status, 201) << created.text;
  auto path = "/api/v1/orders/" + created.json["id"].get<std::string>();
  auto spent = [&] {
    return installation_->Get("/api/v1/customers?external_id=C-50")
        .json["items"][0]["total_spend"]
        .get<double>();
  };
  EXPECT_DOUBLE_EQ(spent(), 109.6);
  EXPECT_EQ(installation_->Call("PATCH", path, R"({"status":"refunded"})").status, 200);
  EXPECT_DOUBLE_EQ(spent(), 10.1);
  EXPECT_EQ(installation_->Call("PATCH", path, R"({"status":"completed","amount":1})").status, 200);
  EXPECT_DOUBLE_EQ(spent(), 11.1);
  EXPECT_EQ(installation_->Call("DELETE", path).status, 204);
  EXPECT_DOUBLE_EQ(spent(), 10.1);
  EXPECT_EQ(installation_->Get(path).status, 404);
}

TEST_F(MainJob, ErrorsSayWhatWhereAndWhatWasMeant) {
  struct Case {
    std::string method, path, body;
    int status;
    std::string part;
  };
  const Case cases[] = {
      {"POST", "/api/v1/customers", "{\"email\":", 400, "the body ends inside an object"},
      {"POST", "/api/v1/customers", "{\"name\":\"no key\"}", 400, "the customer was refused"},
      {"GET", "/api/v1/customers?limt=5", "", 400, "did you mean `limit`?"},
      {"GET", "/api/v1/customers?limit=0", "", 400, "limit"},
      {"GET", "/api/v1/customers/nonsense", "", 404, "'nonsense' is not an id"},
      {"GET", "/api/v1/custommers", "", 404, ""},
      {"PUT", "/api/v1/customers", "{}", 405, ""},
      {"POST", "/api/v1/campaigns", R"({"nmae":"x","message":"hi","rule":{}})", 400,
       "did you mean `name`?"},
      {"POST", "/api/v1/campaigns", R"({"name":"x","message":"hi"})", 400,
       "give either `rule` or `segment_id`"},
      {"POST", "/api/v1/segments/preview",
       R"({"rule":{"combinator":"and","rules":[{"field":"totl_spend","operator":">","value":1}]}})",
       400, R"("pointer":"/rule/rules/0/field")"},
      {"POST", "/api/v1/campaigns",
       R"({"name":"x","message":"hi {{nmae}}","rule":{"combinator":"and","rules":[]}})", 400,
       "name"},
      {"POST", "/api/v1/receipts", "nonsense", 400, ""},
  };
  for (const auto& c : cases) {
    auto answer = installation_->Call(c.method, c.path, c.body);
    EXPECT_EQ(answer.status, c.status) << c.method << " " << c.path << ": " << answer.text;
    EXPECT_NE(answer.text.find(c.part), std::string::npos) << c.path << ": " << answer.text;
    EXPECT_NE(answer.headers.find("application/problem+json"), std::string::npos) << c.path;
  }
}

TEST_F(MainJob, PagesThroughEveryCustomerOnce) {
  std::set<std::string> seen;
  std::string path = "/api/v1/customers?limit=30&search=person";
  for (int pages = 0; pages < 10 && !path.empty(); ++pages) {
    auto page = installation_->Get(path);
    ASSERT_EQ(page.status, 200) << page.text;
    for (const auto& item : page.json["items"]) {
      EXPECT_TRUE(seen.insert(item["id"].get<std::string>()).second);
    }
    auto link = page.headers.find("rel=\"next\"");
    auto begin = page.headers.find('<'), end = page.headers.find('>');
    path = link == page.headers.npos ? "" : page.headers.substr(begin + 1, end - begin - 1);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST_F(MainJob, ACampaignRunsToItsSummary) {
  auto preview = installation_->Post("/api/v1/segments/preview", {{"rule", kBigSpenders}});
  ASSERT_EQ(preview.json["audience"], 34) << preview.text;
  auto segment =
      installation_->Post("/api/v1/segments", {{"name", "Big spenders"}, {"rule", kBigSpenders}});
  ASSERT_EQ(segment.status, 201) << segment.text;
  auto ticket = installation_->Post("/api/v1/campaigns",
                                    {{"name", "Thanks"},
                                     {"segment_id", segment.json["id"]},
                                     {"subject", "For {{name|you}}"},
                                     {"message", "Hi {{name}}, {{total_spend}} in {city}!"}});
  ASSERT_EQ(ticket.status, 202) << ticket.text;
  EXPECT_EQ(ticket.json["audience"], 34);
  EXPECT_FALSE(ticket.json["intent"].get<std::string>().empty());
  auto campaign = installation_->Completed(ticket.json["id"]);
  ASSERT_EQ(campaign["status"], "completed") << campaign << installation_->Log();
  EXPECT_EQ(campaign["delivered"].get<int>() + campaign["failed"].get<int>(), 34);
  EXPECT_EQ(campaign["pending"], 0);
  EXPECT_NE(campaign["summary"].get<std::string>().find("34"), std::string::npos) << campaign;
  auto messages = installation_->Get("/api/v1/campaigns/" + ticket.json["id"].get<std::string>() +
                                     "/messages?status=delivered&limit=100");
  EXPECT_EQ(messages.json["items"].size(), campaign["delivered"].get<size_t>());
  auto list = installation_->Get("/api/v1/campaigns");
  EXPECT_EQ(list.json["items"][0]["id"], ticket.json["id"]);
}

TEST_F(MainJob, ALuaRuleChoosesTheSameAsItsJsonTwin) {
  auto lua = installation_->Post(
      "/api/v1/segments/preview",
      {{"rule",
        "return segment { name = 'big', match = function(c) return c.total_spend > 5000 end }"}});
  EXPECT_EQ(lua.json["audience"], 34) << lua.text;
}

TEST_F(MainJob, ASentenceChoosesTheSameAsItsJsonTwin) {
  auto parsed = installation_->Post("/api/v1/segments/parse", {{"text", "spent over ₹5K"}});
  ASSERT_EQ(parsed.status, 200) << parsed.text;
  EXPECT_EQ(parsed.json["rule"], kBigSpenders);
  EXPECT_EQ(parsed.json["reading"], "customers who have spent more than 5,000");
  EXPECT_EQ(parsed.json["assumptions"][0], "5 K is 5,000");
  auto preview = installation_->Post("/api/v1/segments/preview", {{"rule", parsed.json["rule"]}});
  EXPECT_EQ(preview.json["audience"], 34) << preview.text;
}

TEST_F(MainJob, ASentenceThatIsNotUnderstoodIsRefusedWithItsWords) {
  auto refused = installation_->Post("/api/v1/segments/parse", {{"text", "₹ our big spenders"}});
  EXPECT_EQ(refused.status, 422) << refused.text;
  EXPECT_NE(refused.headers.find("application/problem+json"), std::string::npos);
  EXPECT_EQ(refused.json["code"], "vague_threshold");
  EXPECT_EQ(refused.json["errors"][0]["pointer"], "/text");
  EXPECT_EQ(refused.json["words"][0]["text"], "big");
  EXPECT_EQ(refused.json["words"][0]["offset"], 6);
  EXPECT_NE(refused.json["words"][0]["hint"], "");
  EXPECT_EQ(installation_->Post("/api/v1/segments/parse", {{"txt", "x"}}).status, 400);
}

TEST_F(MainJob, TheCommandParsesASentence) {
  auto parsed = installation_->Run({"segment", "parse", "spent over 5k", "--json"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->status, 0) << parsed->output;
  EXPECT_EQ(ParseJson(parsed->output)->at("rule"), kBigSpenders) << parsed->output;
  auto refused = installation_->Run({"segment", "parse", "spent a lot"});
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_EQ(refused->status, 3) << refused->output;
  EXPECT_NE(refused->output.find("\n      ^^^^^ say how much"), std::string::npos)
      << refused->output;
}

TEST_F(MainJob, AnEmptyAudienceCompletesAtOnce) {
  Json nobody = {{"combinator", "and"},
                 {"rules", {{{"field", "total_spend"}, {"operator", ">"}, {"value", 1e9}}}}};
  auto ticket = installation_->Post("/api/v1/campaigns",
                                    {{"name", "Nobody"}, {"rule", nobody}, {"message", "hi"}});
  ASSERT_EQ(ticket.status, 202) << ticket.text;
  auto campaign = installation_->Completed(ticket.json["id"]);
  EXPECT_EQ(campaign["status"], "completed") << campaign;
  EXPECT_EQ(campaign["audience"], 0);
}

TEST_F(MainJob, MetricsAreServed) {
  auto metrics = installation_->Get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.text.find("tidings_stage_items_total{pipeline=\"customers\""),
            std::string::npos);
}

}  // namespace
}  // namespace tidings::testing
