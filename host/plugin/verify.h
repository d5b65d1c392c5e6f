// Tries a plugin out as roughly as a host ever will, in processes of their own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::plugin {

struct VerifyOptions {
  Duration limit = std::chrono::seconds(10);  // for each check; then it counts as hung
  int rounds = 50;                            // how many random sets of options are tried
  uint64_t seed = 1;                          // of everything random
  Json options;  // for the checks that need one set of options; null = made from the schema
};

struct Check {
  std::string name;  // "start and stop without a batch"
  bool passed = false;
  bool hung = false;   // it was killed at the limit
  std::string detail;  // why not, and in which call of the plugin; or what was seen
  Duration took{};
};

struct VerifyReport {
  std::filesystem::path file;
  std::vector<Check> checks;
  bool Passed() const;
};

// Runs every check in a forked child, so that a crash, an exit or a hang of the plugin is a finding
// and not the end. Network calls of the plugin are answered by a stub. Forks: call it while this
// process has one thread. Where the handshake fails, or two checks have
// hung, no other check follows.
// Fails with kNotFound where there is no such file, kUnavailable where no child can be made.
Result<VerifyReport> Verify(const std::filesystem::path& file, const VerifyOptions& options = {});

}  // namespace tidings::plugin
