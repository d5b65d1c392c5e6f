// Feeds a deliver stage from its durable queue.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "crm/delivery_store.h"
#include "pipeline/chunk_delivery.h"
#include "pipeline/lanes.h"
#include "pipeline/vendors.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::queue {
struct Chunk;
struct Retry;
}  // namespace tidings::queue

namespace tidings::pipeline {

struct FeederOptions {
  std::string queue;  // "campaigns/email"
  std::string owner;  // of leases, for people to read
  crm::RetryPolicy retry;
  Duration lease = std::chrono::seconds(60);
  int lanes = 3;  // one loads and one commits while one is at the vendors
  size_t batch = kVendorBatch;
  Duration receipts_within = std::chrono::hours(72);  // see crm/unanswered.h
  Duration unknown_pause = std::chrono::seconds(30);
  const Clock* clock = &Clock::System();
  // Makes the route of one lane (a script is used by one thread); empty = vendors in order.
  std::function<Result<Route>()> make_route;
  // For tests: called between the vendors' answers and the commit. False: as if the process had
  // died.
  std::function<bool()> before_commit;
};

// Each lane: lease a chunk (or retries that are due), load and render its messages, take them to
// the vendors, and commit verdicts, counters, retries and dead letters in one transaction. No
// transaction is open while a vendor has the messages. Leases are renewed meanwhile; a lease that
// was lost is not committed.
//
// What keeps killing the host while it is leased is cut: a chunk into halves, down to the one
// message that is to blame, which goes to the dead letters.
class Feeder {
 public:
  // Starts the lanes. Fails where a route cannot be made. Everything outlives the feeder.
  static Result<std::unique_ptr<Feeder>> Start(pg::Pool& pool, Vendors& vendors,
                                               FeederOptions options);
  ~Feeder();  // stops and waits

  void Wake();
  // Leases no more; messages that are at vendors are waited for and committed, others given back.
  void Stop();
  bool Stopped();

 private:
  class Leased;
  Feeder(pg::Pool& pool, Vendors& vendors, FeederOptions options);

  Result<bool> Work(int lane);
  Result<bool> WorkOnChunk(int lane);
  Result<bool> WorkOnRetries(int lane);
  Status DeliverChunk(int lane, const queue::Chunk& chunk);
  Status DeliverRetries(int lane, std::vector<queue::Retry> retries);
  Result<bool> CutSuspect(const queue::Chunk& chunk);
  Delivered Deliver(int lane, crm::Outgoing& outgoing, size_t batch,
                    const std::function<bool()>& go_on);
  Status GiveBack(const queue::Chunk& chunk, const Delivered& delivered);
  Status GiveBack(std::vector<queue::Retry>& retries, const std::vector<int>& unsent);
  Status Bury(const Id& campaign, const std::vector<Poison>& poison);
  Result<bool> CloseUnanswered();
  Status Commit(const std::function<Result<bool>()>& commit);

  pg::Pool& pool_;
  Vendors& vendors_;
  const FeederOptions options_;
  crm::DeliveryStore store_;
  crm::DeliveryStore patient_store_;  // gives nothing up, for chunks that are given back
  std::vector<Route> routes_;         // by lane
  std::unique_ptr<Lanes> lanes_;
  std::unique_ptr<Lanes> sweep_;  // closes what vendors never tell the end of
};

}  // namespace tidings::pipeline
