// What there is to say about a campaign, for whoever writes its summary.
#pragma once

#include <filesystem>
#include <string>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::pg {
class Connection;
class Pool;
class Transaction;
}  // namespace tidings::pg

namespace tidings::crm {

// Thread-safe.
class FactsStore {
 public:
  // `lib` is where rules in Lua may require from, to be said in English too.
  FactsStore(pg::Pool& pool, std::filesystem::path lib) : pool_(pool), lib_(std::move(lib)) {}

  // {campaign_id, name, rule (in English), channel, intent, subject, message, audience, sent,
  //  delivered, failed, pending, delivery_rate, duration_seconds, messages_per_second,
  //  reasons [{reason, count}] most frequent first,
  //  groups [{by: "spend" | "city" | "visits", label, audience, delivered, failed, rate}]}
  // Rates are delivered / (delivered + failed), from 0 to 1, with four places. Groups come in the
  // order spend, city (the five largest), visits, and describe customers as they are now; deleted
  // customers are in none. kNotFound.
  Result<Json> Facts(const Id& campaign);

  // Saves the summary unless there is one; true when this call saved it. Never twice, whoever
  // races.
  Result<bool> SaveSummary(const Id& campaign, const std::string& text, const std::string& by);
  // The same inside a transaction that also finishes the chunk of the summarize queue.
  static Result<bool> SaveSummary(pg::Transaction& transaction, const Id& campaign,
                                  const std::string& text, const std::string& by);

 private:
  pg::Pool& pool_;
  const std::filesystem::path lib_;
};

}  // namespace tidings::crm
