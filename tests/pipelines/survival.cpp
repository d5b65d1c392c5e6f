// Whatever is killed, and whenever: nothing is lost, and every count is right.
#include <gtest/gtest.h>

#include <thread>

#include <fmt/format.h>

#include "support/installation.h"

namespace tidings::testing {
namespace {

// A vendor in a process of its own, so that it lives on when the host is killed, as vendors do.
// Slow enough that a campaign is caught in the middle.
constexpr const char* kPipelines = R"(
version: 1
pipelines:
  customers:
    stages:
      - ingest: api
        plugin: ingest_http
        options: {entity: customer}
  campaigns:
    stages:
      - deliver: email
        vendors:
          - {plugin: deliver_simulated, rate: 20000/s, options: {url: "VENDOR_URL"}}
        retry: {attempts: 5, backoff: 100ms..1s}
      - receipt: receipts
        plugin: receipt_json
      - summarize: insight
        plugin: summarize_template
)";

constexpr int kCustomers = 20000;

std::string Customers() {
  std::string lines;
  for (int i = 0; i < kCustomers; ++i) {
    lines += fmt::format(R"({{"name":"Person {0}","email":"p{0}@example.com"}})"
                         "\n",
                         i);
  }
  return lines;
}

const Json kEverybody = {{"combinator", "and"}, {"rules", Json::array()}};

std::string Launch(Installation& installation) {
  auto ticket = installation.Post(
      "/api/v1/campaigns", {{"name", "All"}, {"rule", kEverybody}, {"message", "Hi {{name}}"}});
  EXPECT_EQ(ticket.json["audience"], kCustomers) << ticket.text;
  return ticket.json.value("id", "");
}

// The counters of the campaign equal what the log and the receipts say, and no one is missing.
void ExpectExact(Installation& installation, const Json& campaign) {
  auto id = campaign["id"].get<std::string>();
  auto log = [&](const std::string& what) {
    return installation.Number(
        fmt::format("select count(*) from messages where campaign_id = '{}' and {}", id, what));
  };
  EXPECT_EQ(campaign["audience"], kCustomers);
  EXPECT_EQ(log("true"), kCustomers);
  EXPECT_EQ(campaign["delivered"], log("status = 2"));
  EXPECT_EQ(campaign["failed"], log("status = 3"));
  EXPECT_EQ(log("status = 2") + log("status = 3"), kCustomers);
  EXPECT_EQ(installation.Number(
                fmt::format("select count(distinct n) from receipts where campaign_id = '{}'", id)),
            kCustomers);
  EXPECT_EQ(installation.Number(
                fmt::format("select count(*) from chunks where source = '{}' and state <> 2", id)),
            0);
}

TEST(Survival, AHostThatIsKilledInTheMiddleOfACampaignFinishesIt) {
  Installation installation(kPipelines);
  ASSERT_TRUE(installation.StartVendor(R"({"duplicates": 0.05, "disorder": true})"));
  auto started = installation.StartHost();
  ASSERT_TRUE(started) << started.error().message;
  auto customers =
      installation.Call("POST", "/api/v1/customers", Customers(), "application/x-ndjson");
  ASSERT_EQ(customers.json["created"], kCustomers) << customers.text.substr(0, 500);
  auto id = Launch(installation);
  int kills = 0;
  for (int i = 0; i < 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    auto status = installation.Get("/api/v1/campaigns/" + id).json.value("status", "");
    kills += status == "running";
    installation.KillHost();
    started = installation.StartHost();
    ASSERT_TRUE(started) << started.error().message;
  }
  EXPECT_GE(kills, 2) << "the campaign was over before it was interrupted; make it slower";
  auto campaign = installation.Completed(id, std::chrono::seconds(150));
  ASSERT_EQ(campaign["status"], "completed") << campaign << installation.Log();
  ExpectExact(installation, campaign);
  EXPECT_EQ(installation.StopHost(), 0);
}

TEST(Survival, AnAnsweredIngestCallIsThereAfterAKill) {
  Installation installation(kPipelines);
  ASSERT_TRUE(installation.StartHost());
  for (int i = 0; i < 20; ++i) {
    auto answer = installation.Post("/api/v1/customers", {{"email", fmt::format("a{}@b.com", i)}});
    ASSERT_EQ(answer.status, 201) << answer.text;
  }
  installation.KillHost();
  ASSERT_TRUE(installation.StartHost());
  EXPECT_EQ(installation.Number("select count(*) from customers"), 20);
}

TEST(Survival, StoppingInTheMiddleLosesNothingEither) {
  Installation installation(kPipelines);
  ASSERT_TRUE(installation.StartVendor("{}"));
  ASSERT_TRUE(installation.StartHost());
  installation.Call("POST", "/api/v1/customers", Customers(), "application/x-ndjson");
  auto id = Launch(installation);
  EXPECT_EQ(installation.StopHost(), 0) << installation.Log();
  ASSERT_TRUE(installation.StartHost());
  auto campaign = installation.Completed(id, std::chrono::seconds(90));
  ASSERT_EQ(campaign["status"], "completed") << campaign << installation.Log();
  ExpectExact(installation, campaign);
}

TEST(Survival, AVendorThatDiesWithTheHostDoesNotKeepTheCampaignOpen) {
  // The vendor lives inside the host here and takes its receipts along when that is killed.
  std::string inside = kPipelines;
  auto at = inside.find(", options: {url: \"VENDOR_URL\"}");
  inside.replace(at, 30, ", options: {delay: 200ms..500ms}");
  inside.insert(inside.find("        retry:"), "        receipts_within: 3s\n");
  Installation installation(inside);
  ASSERT_TRUE(installation.StartHost()) << installation.Log();
  installation.Call("POST", "/api/v1/customers", Customers(), "application/x-ndjson");
  auto id = Launch(installation);
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  installation.KillHost();
  ASSERT_TRUE(installation.StartHost());
  auto campaign = installation.Completed(id, std::chrono::seconds(90));
  ASSERT_EQ(campaign["status"], "completed") << campaign << installation.Log();
  EXPECT_EQ(campaign["delivered"].get<int>() + campaign["failed"].get<int>(), kCustomers);
  EXPECT_EQ(campaign["failed"],
            installation.Number(fmt::format(
                "select count(*) from messages where campaign_id = '{}' and status = 3", id)));
}

}  // namespace
}  // namespace tidings::testing
