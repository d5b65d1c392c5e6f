#include "crm/unanswered.h"

#include <vector>

#include "crm/campaign_ledger.h"
#include "pg/pool.h"
#include "pg/transaction.h"

namespace tidings::crm {
namespace {

// Looked at first without a lock, and again under it: a receipt may have come in between.
constexpr const char kSilent[] = R"(
  select c.id from campaigns c
   where c.status = 'running' and c.deliver_queue = $1 and ($3::uuid is null or c.id = $3::uuid)
     and not exists (select from chunks k
                      where k.source = c.id and k.queue = $1
                        and (k.state < 2 or k.done_at > now() - $2::interval))
     and not exists (select from retries r where r.source = c.id and r.queue = $1)
     and not exists (select from messages m
                      where m.campaign_id = c.id and m.done_at > now() - $2::interval)
   order by c.id)";
Result<std::vector<Id>> Silent(pg::Connection& connection, const std::string& queue,
                               Duration within, std::optional<Id> campaign) {
  auto params = pg::Params().Text(queue).Interval(within).OptUuid(campaign);
  TRY_ASSIGN(auto rows, connection.Execute(kSilent, params));
  std::vector<Id> ids;
  for (int row = 0; row < rows.size(); ++row) ids.push_back(rows.Uuid(row, 0));
  return ids;
}

// Nothing proves that a message without any receipt was sent, so it no longer counts as such.
constexpr const char kClose[] = R"(
  with closed as (update messages set status = 3, reason = $2, done_at = now()
                   where campaign_id = $1::uuid and status < 2 returning facts)
  select count(*), count(*) filter (where facts = 0) from closed)";
Result<int64_t> Close(pg::Connection& connection, const std::string& queue, Duration within,
                      const Id& id) {
  TRY_ASSIGN(auto transaction, pg::Transaction::Begin(connection));
  TRY_ASSIGN(auto locked, LockCampaigns(transaction, std::vector<Id>{id}));
  TRY_ASSIGN(auto still, Silent(connection, queue, within, id));
  if (locked.empty() || still.empty()) return 0;
  TRY_ASSIGN(auto rows, transaction.Execute(kClose, pg::Params().Uuid(id).Text(kNoReceipt)));
  Counts counts;
  counts.failed = rows.Int(0, 0);
  counts.sent = -rows.Int(0, 1);
  TRY(AddCounts(transaction, locked.front(), counts));
  TRY(transaction.Commit());
  return rows.Int(0, 0);
}

}  // namespace

Result<int64_t> CloseUnanswered(pg::Pool& pool, const std::string& queue, Duration within) {
  TRY_ASSIGN(auto lease, pool.Acquire());
  TRY_ASSIGN(auto silent, Silent(*lease, queue, within, std::nullopt));
  int64_t closed = 0;
  for (const Id& id : silent) {
    TRY_ASSIGN(int64_t count, Close(*lease, queue, within, id));
    closed += count;
  }
  return closed;
}

}  // namespace tidings::crm
