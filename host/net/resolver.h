// Names to addresses, with a time limit.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"

namespace tidings::net {

// Looks names up in threads of its own, because the system's look-up knows neither time limit nor
// cancellation; a look-up that nobody waits for any more ends by itself. An answer serves for ten
// seconds, a failure for one. Thread-safe.
class Resolver {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // At least one address. `host` is a name or an address (v6 without brackets); every way to write
  // an address that the system understands ("0x7f.1") is understood. Fails with kUnavailable (no
  // such name, no name server), kTimeout at `deadline`, kCancelled.
  Result<std::vector<Address>> Resolve(const std::string& host, SteadyTime deadline,
                                       const std::atomic<bool>* cancelled);

 private:
  struct Lookup;
  std::shared_ptr<Lookup> Find(const std::string& host);

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Lookup>> lookups_;  // guarded by mutex_
};

}  // namespace tidings::net
