#include "crm/unanswered.h"

#include <gtest/gtest.h>

#include "crm/scratch_campaign.h"

namespace tidings::crm {
namespace {

struct Silence : ScratchCampaign {
  DeliveryStore store{pool, {}};

  Silence() : ScratchCampaign(10, 10) {}

  void SendAll() {
    auto chunk = LeaseChunk();
    std::vector<Verdict> verdicts;
    for (int n = 1; n <= 10; ++n) verdicts.push_back({n, Answer::kAccepted, {}, ""});
    auto committed = store.Commit(chunk, verdicts, {});
    EXPECT_TRUE(committed && *committed);
  }

  int64_t Close(Duration within) {
    auto closed = CloseUnanswered(pool, "campaigns/email", within);
    EXPECT_TRUE(closed) << (closed ? "" : closed.error().message);
    return closed.value_or(-1);
  }

  void ExpectExact() { EXPECT_THAT(Ask(kWrongCounters), ::testing::IsEmpty()); }
};

TEST(Unanswered, ClosesWhatNoReceiptCameForAndCompletesTheCampaign) {
  Silence campaign;
  campaign.SendAll();
  std::vector<Receipt> receipts;
  for (int n = 1; n <= 6; ++n) receipts.push_back(campaign.Says(n, ReceiptStatus::kDelivered));
  receipts.push_back(campaign.Says(7, ReceiptStatus::kSent));
  campaign.Book(receipts);
  EXPECT_EQ(campaign.Close(std::chrono::hours(1)), 0) << "receipts may still come";
  EXPECT_EQ(campaign.Figures(), "running 10/10/6/0");
  EXPECT_EQ(campaign.Close(Duration(0)), 4);
  EXPECT_EQ(campaign.Figures(), "completed 10/7/6/4");
  campaign.ExpectExact();
  EXPECT_EQ(campaign.Close(Duration(0)), 0);
}

TEST(Unanswered, ALateReceiptIsBookedAndCountsStayExact) {
  Silence campaign;
  campaign.SendAll();
  EXPECT_EQ(campaign.Close(Duration(0)), 10);
  EXPECT_EQ(campaign.Book({campaign.Says(3, ReceiptStatus::kDelivered)}), "a");
  EXPECT_EQ(campaign.Figures(), "completed 10/1/0/10");
  campaign.ExpectExact();
}

TEST(Unanswered, LeavesACampaignAloneThatStillHasWork) {
  Silence campaign;
  EXPECT_EQ(campaign.Close(Duration(0)), 0);
  EXPECT_EQ(campaign.Figures(), "running 10/0/0/0");
}

}  // namespace
}  // namespace tidings::crm
