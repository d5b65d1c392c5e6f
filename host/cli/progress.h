// Long work, shown to whoever waits for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tidings::cli {

// "importing      412,000 of 541,909  76 %  98,100/s  1.3 s left" on standard error: one line that
// is rewritten ten times a second on a terminal; elsewhere a line every ten seconds. Nothing where
// it is silent. One thread at a time.
class Progress {
 public:
  // `total` 0: not known; then no share and no time left. `silent` for --json.
  Progress(std::string label, std::string unit, int64_t total, bool silent);
  ~Progress() { Finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of `total`; `note` is appended: "delivered 8,102, failed 911".
  void Show(int64_t done, const std::string& note = "");
  void SetTotal(int64_t total) { total_ = total; }
  // Leaves the last state as a whole line.
  void Finish();

 private:
  std::string Line() const;

  const std::string label_, unit_;
  int64_t total_;
  const bool silent_, terminal_;
  const std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point shown_;
  int64_t done_ = 0;
  std::string note_;
  bool finished_ = false;
};

}  // namespace tidings::cli
