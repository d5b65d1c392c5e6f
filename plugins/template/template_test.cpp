#include "tidings/testing.hpp"

#include <gtest/gtest.h>

using tidings::sdk::ToText;
using tidings::sdk::testing::Driver;
using tidings::sdk::testing::FakeHost;

namespace {

tidings_message MessageTo(std::string_view recipient) {
  tidings_message message{};
  message.id = ToText("campaign.1");
  message.idempotency_key = ToText("campaign.1");
  message.recipient = ToText(recipient);
  message.subject = ToText("Hello");
  return message;
}

TEST(Template, LogsAndAcceptsEveryMessage) {
  FakeHost host;
  Driver plugin(host, R"({"greeting": "dear"})");
  auto& out = plugin.Process(std::vector{MessageTo("ada@example.com"), MessageTo("bob@x.org")});
  EXPECT_EQ(out.problems, std::vector<std::string>());
  ASSERT_EQ(out.verdicts.size(), 2u);
  EXPECT_EQ(out.verdicts.at(0).code, TIDINGS_ACCEPT);
  EXPECT_EQ(out.verdicts.at(0).reference, "log-campaign.1");
  EXPECT_EQ(host.Log().at(1).text, "dear bob@x.org: Hello");
  EXPECT_EQ(host.Counter("logged"), 2);
}

TEST(Template, RejectsBlockedRecipientsWithAReason) {
  FakeHost host;
  Driver plugin(host, R"({"blocked": ["bob@x.org"]})");
  auto& out = plugin.Process(std::vector{MessageTo("bob@x.org")});
  EXPECT_EQ(out.verdicts.at(0).code, TIDINGS_REJECT);
  EXPECT_EQ(out.verdicts.at(0).reason, "bob@x.org is blocked");
  EXPECT_TRUE(host.Log().empty());
}

TEST(Template, LeavesOffWhenTheHostCancels) {
  FakeHost host;
  host.cancelled = true;
  Driver plugin(host);
  EXPECT_TRUE(plugin.Process(std::vector{MessageTo("ada@example.com")}).verdicts.empty());
}

TEST(Template, SaysWhyItCannotBeCreated) {
  FakeHost host;
  try {
    Driver plugin(host, "not JSON");
    FAIL() << "created from nonsense";
  } catch (const std::runtime_error& problem) {
    EXPECT_NE(std::string(problem.what()).find("parse error"), std::string::npos);
  }
}

}  // namespace
