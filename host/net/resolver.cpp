#include "net/resolver.h"

#include <condition_variable>
#include <cstring>
#include <system_error>
#include <thread>

#include <netdb.h>

#include <fmt/core.h>

namespace tidings::net {
namespace {

using std::chrono::steady_clock;

constexpr auto kGoodFor = std::chrono::seconds(10);
constexpr auto kBadFor = std::chrono::seconds(1);
constexpr auto kLook = std::chrono::milliseconds(50);  // how often a flag is looked at
constexpr size_t kMostNames = 1000;                    // remembered at once

struct FreeList {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

Result<std::vector<Address>> SystemLookup(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* raw = nullptr;
  int problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &raw);
  if (problem != 0) {
    return Fail(Code::kUnavailable, fmt::format("the name `{}` cannot be looked up: {}", host,
                                                ::gai_strerror(problem)));
  }
  std::unique_ptr<addrinfo, FreeList> list(raw);
  std::vector<Address> addresses;
  for (const addrinfo* one = list.get(); one; one = one->ai_next) {
    Address address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

}  // namespace

// Shared by the thread that looks up and all who wait.
struct Resolver::Lookup {
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;  // guarded by mutex, as all below
  Result<std::vector<Address>> result{std::vector<Address>()};
  SteadyTime good_until;

  bool Usable() {
    std::lock_guard lock(mutex);
    return !done || steady_clock::now() < good_until;
  }
  void Finish(Result<std::vector<Address>> found) {
    std::lock_guard lock(mutex);
    good_until = steady_clock::now() + (found ? kGoodFor : kBadFor);
    result = std::move(found);
    done = true;
    ended.notify_all();
  }
};

std::shared_ptr<Resolver::Lookup> Resolver::Find(const std::string& host) {
  std::lock_guard lock(mutex_);
  auto& slot = lookups_[host];
  if (slot && slot->Usable()) return slot;
  if (lookups_.size() > kMostNames) {
    std::erase_if(lookups_, [&](const auto& entry) {
      return entry.first != host && entry.second && !entry.second->Usable();
    });
  }
  auto lookup = lookups_[host] = std::make_shared<Lookup>();
  try {
    std::thread([lookup, host] { lookup->Finish(SystemLookup(host, 0)); }).detach();
  } catch (const std::system_error& problem) {
    lookup->Finish(Fail(Code::kUnavailable,
                        fmt::format("no thread to look up `{}`: {}", host, problem.what())));
  }
  return lookup;
}

Result<std::vector<Address>> Resolver::Resolve(const std::string& host, SteadyTime deadline,
                                               const std::atomic<bool>* cancelled) {
  if (auto numeric = SystemLookup(host, AI_NUMERICHOST)) return numeric;
  auto lookup = Find(host);
  std::unique_lock lock(lookup->mutex);
  while (!lookup->done) {
    if (cancelled && *cancelled) return Fail(Code::kCancelled, "the call was cancelled");
    auto now = steady_clock::now();
    if (now >= deadline) {
      return Fail(Code::kTimeout, fmt::format("looking up the name `{}` took too long", host));
    }
    lookup->ended.wait_until(lock, std::min(deadline, now + kLook));
  }
  return lookup->result;
}

}  // namespace tidings::net
