// What Verify tries. Each check runs in a process of its own.
#pragma once

#include <atomic>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plugin/verify.h"

namespace tidings::plugin {

// The memory that a check's process shares with the one that waits for it: what is being done, in
// case it never comes back, and how it ended.
struct Board {
  static constexpr size_t kStep = 256, kDetail = 4096;

  void Step(std::string_view text) { Put(step, kStep, text); }
  void Finish(bool good, std::string_view text) {
    Put(detail, kDetail, text);
    passed = good;
    done = true;
  }

  std::atomic<bool> done;
  bool passed;
  char step[kStep];      // NUL-terminated
  char detail[kDetail];  // NUL-terminated

 private:
  static void Put(char* to, size_t size, std::string_view text) {
    size_t length = std::min(size - 1, text.size());
    std::memcpy(to, text.data(), length);
    to[length] = '\0';
  }
};

struct Trial {
  const std::filesystem::path& file;
  const VerifyOptions& options;
  Board& board;
};

// `run` gives what was seen, in a few words, or why the check failed.
struct CheckKind {
  const char* name;
  Result<std::string> (*run)(Trial& trial);
};

// In the order in which they run; the first is the handshake.
std::span<const CheckKind> CheckKinds();

}  // namespace tidings::plugin
