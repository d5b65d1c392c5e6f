// CampaignStore::Messages: the communication log of one campaign, page by page.
#include <algorithm>

#include <fmt/core.h>

#include "base/text.h"
#include "crm/campaign_store.h"
#include "crm/conditions.h"
#include "crm/sql.h"
#include "pg/pool.h"

namespace tidings::crm {
namespace {

// A pending row of a chunk that is done was taken by a vendor, unless it waits for another attempt.
constexpr const char kStatus[] = R"(
  case m.status
    when 1 then 'sent' when 2 then 'delivered' when 3 then 'failed'
    else case when exists (select from chunks k
                            where k.source = m.campaign_id and k.queue = g.deliver_queue
                              and k.state = 2 and m.n between k.lo and k.hi)
               and not exists (select from retries r
                                where r.source = m.campaign_id and r.queue = g.deliver_queue
                                  and r.n = m.n)
         then 'sent' else 'pending' end
  end)";

Result<std::string> CheckedStatus(const std::string& status) {
  static const std::vector<std::string> kStatuses = {"pending", "sent", "delivered", "failed"};
  auto lower = LowerAscii(status);
  bool known = std::find(kStatuses.begin(), kStatuses.end(), lower) != kStatuses.end();
  if (known || lower.empty()) return lower;
  return Fail(Code::kInvalidArgument,
              fmt::format("unknown status `{}`{}; give pending, sent, delivered or failed",
                          status.substr(0, 60), DidYouMean(status, kStatuses)));
}

Json MessageJson(const pg::Rows& rows, int row, const std::string& campaign) {
  return {{"id", fmt::format("{}.{}", campaign, rows.Int(row, 0))},
          {"n", rows.Int(row, 0)},
          {"customer_id", rows.Text(row, 1)},
          {"name", TextOrNull(rows, row, 2)},
          {"email", TextOrNull(rows, row, 3)},
          {"phone", TextOrNull(rows, row, 4)},
          {"status", rows.Text(row, 5)},
          {"reason", TextOrNull(rows, row, 6)},
          {"done_at", TimeOrNull(rows, row, 7)}};
}

}  // namespace

constexpr const char kExists[] = "select 1 from campaigns where id = $1";
Result<Page> CampaignStore::Messages(const Id& campaign, const MessageQuery& query) {
  TRY_ASSIGN(int limit, CheckedLimit(query.limit));
  TRY_ASSIGN(auto status, CheckedStatus(query.status));
  Conditions where;
  where.Where("m.campaign_id = ?", [&](pg::Params& params) { params.Uuid(campaign); });
  if (query.cursor) {
    TRY_ASSIGN(auto last, NumberOfCursor(*query.cursor));
    where.Where("m.n > ?", [&](pg::Params& params) { params.Int(last); });
  }
  where.WhereText(fmt::format("{} = ?", kStatus), status);
  auto sql = fmt::format(
      "select m.n, m.customer_id, c.name, c.email, c.phone, {}, m.reason, m.done_at "
      "from messages m join campaigns g on g.id = m.campaign_id "
      "left join customers c on c.id = m.customer_id{} order by m.n limit {}",
      kStatus, where.sql(), limit + 1);
  TRY_ASSIGN(auto lease, pool_.Acquire());
  TRY_ASSIGN(auto rows, lease->Execute(sql, where.params()));
  if (rows.empty()) {
    TRY_ASSIGN(auto exists, lease->Execute(kExists, pg::Params().Uuid(campaign)));
    if (exists.empty()) {
      return Fail(Code::kNotFound, "no campaign has the id " + campaign.ToString());
    }
  }
  Page page;
  auto id = campaign.ToString();
  for (int i = 0; i < std::min(rows.size(), limit); ++i) {
    page.items.push_back(MessageJson(rows, i, id));
  }
  if (rows.size() > limit) page.next = CursorOf(rows.Int(limit - 1, 0));
  return page;
}

}  // namespace tidings::crm
