// Takes the messages of one lease to vendors, until each has a verdict.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crm/delivery_store.h"
#include "pipeline/batch.h"
#include "pipeline/vendors.h"

namespace tidings::pipeline {

// The largest batch that a vendor is given: big enough that a hop costs nothing per message, small
// enough that little is in doubt when a worker dies.
inline constexpr size_t kVendorBatch = 1000;

struct DeliveryOptions {
  size_t batch = kVendorBatch;
  // What is waited before a message of unknown fate is tried again: time for its receipt to come.
  Duration unknown_pause = std::chrono::seconds(30);
  // Called while waiting, at least every 20 ms. False: give up what has no verdict yet; what is at
  // a vendor is waited for all the same.
  std::function<bool()> go_on;
};

// Answers the vendors to try for a message, in order; empty = none. Fails: the message is given up.
using Route = std::function<Result<std::vector<size_t>>(const Message& message)>;

// A message that was given up, for the dead letters.
struct Poison {
  int n = 0;
  std::string reason;
  Message message;
};

struct Delivered {
  std::vector<crm::Verdict> verdicts;
  std::vector<crm::Dispatch> dispatches;
  std::vector<Poison> poison;  // has a verdict, too: kRejected
  std::vector<int> unsent;     // given up by go_on: no verdict, and at no vendor
};

// Hands `messages` over in batches, several at a time.
//
//   retry, or a vendor that is away     -> the next vendor of the message's order, else kRetry
//   a breaker that is open              -> the next vendor, else waits for it
//   a batch that is invalid as a whole  -> halves, down to the message that is to blame
//   a batch of unknown fate             -> kRetry after a pause; never another vendor
//
// `numbers[i]` is the n of messages[i]. Without a route every message takes all vendors in order.
// Blocks; one thread.
Delivered DeliverMessages(Vendors& vendors, std::vector<Message> messages,
                          const std::vector<int>& numbers, Time now, const Route& route,
                          const DeliveryOptions& options);

}  // namespace tidings::pipeline
