#include "cli/progress.h"

#include <cstdio>

#include <unistd.h>

#include <fmt/core.h>

#include "base/clock.h"
#include "base/text.h"

namespace tidings::cli {

using Steady = std::chrono::steady_clock;

Progress::Progress(std::string label, std::string unit, int64_t total, bool silent)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      silent_(silent),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begun_(Steady::now()),
      shown_(begun_) {}

std::string Progress::Line() const {
  double seconds = std::chrono::duration<double>(Steady::now() - begun_).count();
  double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  auto line = fmt::format("{:<12} {:>11}", label_, WithThousands(done_));
  if (total_ > 0) {
    line += fmt::format(" of {}  {:>3.0f} %", WithThousands(total_),
                        100.0 * static_cast<double>(done_) / static_cast<double>(total_));
  }
  line += fmt::format(" {}  {:>9}/s", unit_, WithThousands(static_cast<int64_t>(rate)));
  if (finished_) {
    line += fmt::format("  in {}", FormatDuration(Duration(static_cast<int64_t>(seconds * 1e6))));
  } else if (total_ > done_ && rate > 0) {
    double left = static_cast<double>(total_ - done_) / rate;
    line += fmt::format("  {} left", FormatDuration(Duration(static_cast<int64_t>(left * 1e6))));
  }
  return note_.empty() ? line : line + "  " + note_;
}

void Progress::Show(int64_t done, const std::string& note) {
  done_ = done;
  note_ = note;
  auto now = Steady::now();
  auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  if (silent_ || now - shown_ < pause) return;
  shown_ = now;
  fmt::print(stderr, "{}{}{}", terminal_ ? "\r\033[K" : "", Line(), terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::Finish() {
  if (finished_) return;
  finished_ = true;
  if (!silent_) fmt::print(stderr, "{}{}\n", terminal_ ? "\r\033[K" : "", Line());
}

}  // namespace tidings::cli
