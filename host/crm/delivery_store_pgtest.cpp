#include "crm/delivery_store.h"

#include <gmock/gmock.h>

#include "crm/scratch_campaign.h"

namespace tidings::crm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const RetryPolicy kTwice{2, Duration(1), Duration(1)};

std::vector<Verdict> All(const Outgoing& out, Answer answer, const std::string& reason = "") {
  std::vector<Verdict> verdicts = out.refused;
  for (const auto& message : out.messages) verdicts.push_back({message.n, answer, {}, reason});
  return verdicts;
}

TEST(DeliveryStore, RendersWhatIsPending) {
  ScratchCampaign campaign(3, 3);
  campaign.Ask("update customers set name = '<Ann>' where email = 'm1@x.de'");
  DeliveryStore store(campaign.pool, {});
  auto out = store.Load(campaign.LeaseChunk());
  ASSERT_TRUE(out) << out.error().message;
  ASSERT_EQ(out->messages.size(), 3u);
  const auto& ann = out->messages[0];
  EXPECT_EQ(ann.id, campaign.id.ToString() + ".1");
  EXPECT_EQ(ann.recipient, "m1@x.de");
  EXPECT_EQ(ann.recipient_name, "<Ann>");
  EXPECT_EQ(ann.subject, "For <Ann>");
  EXPECT_EQ(ann.text, "Hi <Ann>, p1");
  EXPECT_EQ(ann.html, "<p>m1@x.de</p>");
  EXPECT_EQ(*ParseJson(ann.attributes), (Json{{"plan", "p1"}}));
  EXPECT_EQ(ann.attempt, 1);
  EXPECT_EQ(out->channel, "email");
}

TEST(DeliveryStore, CommitCountsAndFinishes) {
  ScratchCampaign campaign(4, 4);
  DeliveryStore store(campaign.pool, {});
  auto chunk = campaign.LeaseChunk();
  std::vector<Verdict> verdicts = {{1, Answer::kAccepted, {}, ""},
                                   {2, Answer::kRejected, {}, "INVALID_EMAIL"},
                                   {3, Answer::kRetry, {}, "busy"},
                                   {4, Answer::kAccepted, {}, ""}};
  std::vector<Dispatch> dispatches = {{1, 4, 1, "deliver_simulated", "1.0.0", 2, 1, 1}};
  EXPECT_EQ(store.Commit(chunk, verdicts, dispatches), true);
  EXPECT_EQ(campaign.Figures(), "running 4/2/0/1");
  EXPECT_THAT(campaign.Ask("select n || error from retries"), ElementsAre("3busy"));
  EXPECT_THAT(campaign.Ask("select n || reason from messages where status = 3"),
              ElementsAre("2INVALID_EMAIL"));
  EXPECT_THAT(campaign.Ask("select vendor || version || lo || hi || accepted from dispatches"),
              ElementsAre("deliver_simulated1.0.0142"));
  EXPECT_EQ(store.Commit(chunk, verdicts, dispatches), false);
  EXPECT_EQ(campaign.Figures(), "running 4/2/0/1");
  auto page = campaign.campaigns.Messages(campaign.id, {});
  std::vector<std::string> statuses;
  for (const auto& message : page->items) statuses.push_back(message["status"]);
  EXPECT_THAT(statuses, ElementsAre("sent", "failed", "pending", "sent"));
  EXPECT_THAT(campaign.Ask(kWrongCounters), IsEmpty());
}

TEST(DeliveryStore, ALostLeaseBooksNothing) {
  ScratchCampaign campaign(2, 2);
  DeliveryStore store(campaign.pool, {});
  auto first = campaign.LeaseChunk(Duration(0));
  auto second = campaign.LeaseChunk();
  EXPECT_EQ(second.no, first.no);
  EXPECT_EQ(second.attempt, 2);
  std::vector<Verdict> verdicts = {{1, Answer::kAccepted, {}, ""}, {2, Answer::kRejected, {}, "x"}};
  EXPECT_EQ(store.Commit(first, verdicts, {}), false);
  EXPECT_EQ(campaign.Figures(), "running 2/0/0/0");
  EXPECT_EQ(store.Commit(second, verdicts, {}), true);
  EXPECT_EQ(campaign.Figures(), "running 2/1/0/1");
}

TEST(DeliveryStore, RetriesEndInSuccessOrInTheDeadLetters) {
  ScratchCampaign campaign(3, 3);
  DeliveryStore store(campaign.pool, kTwice);
  auto chunk = campaign.LeaseChunk();
  auto out = store.Load(chunk);
  EXPECT_EQ(store.Commit(chunk, All(*out, Answer::kRetry, "busy"), {}), true);
  EXPECT_EQ(campaign.Figures(), "running 3/0/0/0");
  auto retries = campaign.LeaseRetries();
  ASSERT_EQ(retries.size(), 3u);
  auto again = store.LoadRetries(retries);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->messages[0].attempt, 2);
  EXPECT_EQ(again->messages[0].text, "Hi N1, p1");
  std::vector<Verdict> verdicts = {{1, Answer::kAccepted, {}, ""},
                                   {2, Answer::kRetry, {}, "still busy"},
                                   {3, Answer::kRejected, {}, "gone"}};
  EXPECT_EQ(store.CommitRetries(retries, verdicts, {}), 3);
  EXPECT_EQ(campaign.Figures(), "running 3/1/0/2");
  EXPECT_THAT(campaign.Ask("select n from retries"), IsEmpty());
  EXPECT_THAT(campaign.Ask("select n || ' ' || attempt || ' ' || error || ' ' || "
                           "(payload->>'message_id' like '%.2') from dead_letters"),
              ElementsAre("2 2 still busy true"));
  EXPECT_EQ(store.CommitRetries(retries, verdicts, {}), 0);
  EXPECT_THAT(campaign.Ask(kWrongCounters), IsEmpty());
}

TEST(DeliveryStore, WithoutAnAddressThereIsNothingToSend) {
  ScratchCampaign campaign(3, 3, "sms");
  campaign.Ask("update customers set phone = '+4912345' where email = 'm2@x.de'");
  auto gone = campaign.Customer("m3@x.de");
  EXPECT_TRUE(campaign.customers.Delete(*Id::Parse(gone["id"].get<std::string>())));
  DeliveryStore store(campaign.pool, {});
  auto chunk = campaign.LeaseChunk();
  auto out = store.Load(chunk);
  ASSERT_EQ(out->messages.size(), 1u);
  EXPECT_EQ(out->messages[0].recipient, "+4912345");
  EXPECT_EQ(store.Commit(chunk, All(*out, Answer::kAccepted), {}), true);
  EXPECT_EQ(campaign.Figures(), "running 3/1/0/2");
  EXPECT_THAT(campaign.Ask("select reason from messages where status = 3 order by n"),
              ElementsAre("NO_ADDRESS", "CUSTOMER_DELETED"));
}

TEST(DeliveryStore, TheLastRejectionCompletesTheCampaign) {
  ScratchCampaign campaign(2, 1);
  DeliveryStore store(campaign.pool, {});
  for (int i = 0; i < 2; ++i) {
    auto chunk = campaign.LeaseChunk();
    auto out = store.Load(chunk);
    EXPECT_EQ(store.Commit(chunk, All(*out, Answer::kRejected, "no"), {}), true);
  }
  EXPECT_EQ(campaign.Figures(), "completed 2/0/0/2");
  EXPECT_THAT(campaign.Ask("select queue from chunks where state = 0"),
              ElementsAre("campaigns/insight"));
  EXPECT_THAT(campaign.Ask(kWrongCounters), IsEmpty());
}

TEST(ReceiptBook, BooksEachFactOnceInAnyOrder) {
  ScratchCampaign campaign(4, 4);
  DeliveryStore store(campaign.pool, {});
  auto chunk = campaign.LeaseChunk();
  store.Commit(chunk, All(*store.Load(chunk), Answer::kAccepted), {});
  auto failed = campaign.Says(2, ReceiptStatus::kFailed, "EMAIL_BOUNCED");
  failed.occurred_at = Time();
  failed.reference = "v-1";
  EXPECT_EQ(campaign.Book({campaign.Says(1, ReceiptStatus::kDelivered),
                           campaign.Says(1, ReceiptStatus::kDelivered), failed,
                           campaign.Says(2, ReceiptStatus::kDelivered),
                           campaign.Says(5, ReceiptStatus::kDelivered)}),
            "adaau");
  EXPECT_EQ(campaign.Figures(), "running 4/4/1/1");
  EXPECT_EQ(campaign.Book({campaign.Says(1, ReceiptStatus::kDelivered),
                           campaign.Says(1, ReceiptStatus::kFailed, "late")}),
            "da");
  EXPECT_EQ(campaign.Figures(), "running 4/4/0/2");
  EXPECT_THAT(campaign.Ask("select reason from messages where status = 3 order by n"),
              ElementsAre("late", "EMAIL_BOUNCED"));
  EXPECT_THAT(campaign.Ask("select vendor || reference || (occurred_at = 'epoch') from receipts "
                           "where n = 2 and status = 3"),
              ElementsAre("testv-1true"));
  Receipt nonsense, nobody = campaign.Says(1, ReceiptStatus::kSent);
  nobody.message_id[0] ^= 1;
  EXPECT_EQ(campaign.Book({nonsense, nobody, campaign.Says(3, ReceiptStatus::kSent)}), "uua");
  EXPECT_EQ(campaign.Book({}), "");
  EXPECT_THAT(campaign.Ask(kWrongCounters), IsEmpty());
}

TEST(ReceiptBook, AReceiptMayComeBeforeItsChunkIsCommitted) {
  ScratchCampaign campaign(4, 4);
  DeliveryStore store(campaign.pool, {});
  auto lost = campaign.LeaseChunk(Duration(0));
  EXPECT_EQ(campaign.Book({campaign.Says(1, ReceiptStatus::kDelivered),
                           campaign.Says(2, ReceiptStatus::kSent),
                           campaign.Says(3, ReceiptStatus::kFailed, "x")}),
            "aaa");
  EXPECT_EQ(campaign.Figures(), "running 4/3/1/1");
  auto chunk = campaign.LeaseChunk();
  auto out = store.Load(chunk);
  ASSERT_EQ(out->messages.size(), 1u);
  EXPECT_EQ(out->messages[0].n, 4);
  EXPECT_EQ(store.Commit(chunk, All(*out, Answer::kAccepted), {}), true);
  EXPECT_EQ(campaign.Figures(), "running 4/4/1/1");
  EXPECT_EQ(campaign.Book({campaign.Says(2, ReceiptStatus::kDelivered),
                           campaign.Says(4, ReceiptStatus::kDelivered)}),
            "aa");
  EXPECT_EQ(campaign.Figures(), "completed 4/4/3/1");
  EXPECT_THAT(campaign.Ask(kWrongCounters), IsEmpty());
}

TEST(ReceiptBook, AReceiptEndsTheRetryOfItsMessage) {
  ScratchCampaign campaign(2, 2);
  DeliveryStore store(campaign.pool, kTwice);
  auto chunk = campaign.LeaseChunk();
  store.Commit(chunk, All(*store.Load(chunk), Answer::kRetry, "timeout"), {});
  auto retries = campaign.LeaseRetries();
  EXPECT_EQ(campaign.Book({campaign.Says(1, ReceiptStatus::kDelivered)}), "a");
  EXPECT_EQ(campaign.Figures(), "running 2/1/1/0");
  EXPECT_EQ(store.LoadRetries(retries)->messages.size(), 1u);
  std::vector<Verdict> verdicts = {{1, Answer::kAccepted, {}, ""}, {2, Answer::kAccepted, {}, ""}};
  EXPECT_EQ(store.CommitRetries(retries, verdicts, {}), 1);
  EXPECT_EQ(campaign.Figures(), "running 2/2/1/0");
  EXPECT_THAT(campaign.Ask(kWrongCounters), IsEmpty());
}

TEST(ReceiptBook, OneCallMayConcernManyCampaigns) {
  ScratchCampaign campaign(2, 2);
  auto second =
      campaign.campaigns.Launch({"Second", {}, "email", "", "x", ""},
                                *rule::Rule::FromJson(R"({"combinator":"and","rules":[]})"), Time(),
                                {"campaigns/email", ""}, "");
  auto other = campaign.Says(2, ReceiptStatus::kDelivered);
  other.message_id = second->id.ToString() + ".2";
  EXPECT_EQ(campaign.Book({other, campaign.Says(1, ReceiptStatus::kFailed), other}), "aad");
  EXPECT_EQ(campaign.Figures(), "running 2/1/0/1");
  EXPECT_EQ((*campaign.campaigns.Get(second->id))["delivered"], 1);
}

}  // namespace
}  // namespace tidings::crm
