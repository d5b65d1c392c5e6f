// For the tests of this folder: a launched campaign over a scratch shop, and the truth about it as
// the rows tell it.
#pragma once

#include <fmt/core.h>

#include "crm/campaign_store.h"
#include "crm/delivery_store.h"
#include "crm/receipt_book.h"
#include "crm/scratch_shop.h"
#include "pg/transaction.h"
#include "queue/chunk_queue.h"
#include "rule/rule.h"

namespace tidings::crm {

// Counters that differ from what messages, receipts, chunks and retries say, in one snapshot. A
// message was sent if there is a receipt for it, or if its chunk is done and it is neither failed
// nor waiting for another attempt.
constexpr const char kWrongCounters[] = R"(
  select format('counters say %s/%s/%s, rows say %s/%s/%s', c.sent, c.delivered, c.failed,
                r.sent, r.delivered, r.failed)
    from campaigns c, lateral (
      select count(*) filter (where m.status = 2) as delivered,
             count(*) filter (where m.status = 3) as failed,
             count(*) filter (where m.facts <> 0 or m.status = 0
               and exists (select from chunks k where k.source = c.id and k.queue = c.deliver_queue
                              and k.state = 2 and m.n between k.lo and k.hi)
               and not exists (select from retries t where t.source = c.id and t.n = m.n)) as sent
        from messages m where m.campaign_id = c.id) r
   where (c.sent, c.delivered, c.failed) is distinct from (r.sent, r.delivered, r.failed)
  union all
  select format('message %s has facts %s, receipts say %s', m.n, m.facts, r.facts)
    from messages m, lateral (
      select coalesce(sum(1 << (status - 1)), 0) as facts, coalesce(max(status), 0) as status
        from receipts r where r.campaign_id = m.campaign_id and r.n = m.n) r
   where m.facts <> r.facts or m.status < r.status or m.status not in (r.status, 3)
  union all
  select format('%s of %s are final, but the campaign is %s', delivered + failed, audience, status)
    from campaigns where (delivered + failed = audience) <> (status = 'completed')
  union all
  select format('%s summarize chunks for a campaign that is %s', count(k.no), c.status)
    from campaigns c left join chunks k on k.source = c.id and k.queue = c.summarize_queue
   group by c.id having count(k.no) <> (c.status = 'completed')::int)";

struct ScratchCampaign : ScratchShop {
  CampaignStore campaigns{pool, ids};
  ReceiptBook book{pool};
  Id id;

  // To `audience` customers m1 … with an e-mail address, in chunks of `chunk_size`.
  ScratchCampaign(int audience, int chunk_size, const std::string& channel = "email") {
    std::vector<std::string> rows;
    for (int i = 1; i <= audience; ++i) {
      rows.push_back(
          fmt::format(R"({{"email": "m{}@x.de", "name": "N{}", "plan": "p{}"}})", i, i, i));
    }
    AddCustomers(rows);
    Draft draft;
    draft.name = "Test";
    draft.channel = channel;
    draft.subject = "For {{name}}";
    draft.message = "Hi {{name}}, {{attributes.plan}}";
    draft.html = "<p>{{email}}</p>";
    auto rule = rule::Rule::FromJson(R"({"combinator": "and", "rules": []})");
    auto ticket =
        campaigns.Launch(draft, *rule, Time(), {"campaigns/email", "campaigns/insight"}, "");
    EXPECT_TRUE(ticket) << (ticket ? "" : ticket.error().message);
    if (!ticket) return;
    id = ticket->id;
    Ask("delete from chunks");
    auto lease = pool.Acquire();
    auto transaction = pg::Transaction::Begin(**lease);
    EXPECT_TRUE(queue::ChunkQueue::Add(*transaction, id, "campaigns/email", audience, chunk_size));
    EXPECT_TRUE(transaction->Commit());
  }

  queue::Chunk LeaseChunk(Duration duration = std::chrono::minutes(1)) {
    auto lease = pool.Acquire();
    auto chunk = queue::ChunkQueue::Lease(**lease, "campaigns/email", "test", duration);
    return chunk && *chunk ? **chunk : queue::Chunk();
  }

  std::vector<queue::Retry> LeaseRetries(Duration duration = std::chrono::minutes(1)) {
    auto lease = pool.Acquire();
    auto retries =
        queue::ChunkQueue::LeaseRetries(**lease, "campaigns/email", "test", 50, duration);
    EXPECT_TRUE(retries) << (retries ? "" : retries.error().message);
    return retries.value_or(std::vector<queue::Retry>());
  }

  Receipt Says(int n, ReceiptStatus status, const std::string& reason = "") const {
    Receipt receipt;
    receipt.message_id = fmt::format("{}.{}", id.ToString(), n);
    receipt.status = status;
    receipt.reason = reason;
    receipt.vendor = "test";
    return receipt;
  }

  // One letter per receipt: a(ccepted), d(uplicate), u(nknown).
  std::string Book(const std::vector<Receipt>& receipts) {
    auto outcomes = book.Book(receipts);
    if (!outcomes) return outcomes.error().message;
    std::string letters;
    for (auto outcome : *outcomes) letters += OutcomeName(outcome)[0];
    return letters;
  }

  // "status audience/sent/delivered/failed".
  std::string Figures() {
    auto json = campaigns.Get(id);
    return fmt::format("{} {}/{}/{}/{}", (*json)["status"].get<std::string>(),
                       (*json)["audience"].dump(), (*json)["sent"].dump(),
                       (*json)["delivered"].dump(), (*json)["failed"].dump());
  }
};

}  // namespace tidings::crm
