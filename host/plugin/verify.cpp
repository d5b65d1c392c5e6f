#include "plugin/verify.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <thread>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "plugin/verify_checks.h"

namespace tidings::plugin {
namespace {

using std::chrono::steady_clock;

struct Unmap {
  void operator()(Board* board) const { ::munmap(board, sizeof(Board)); }
};
using SharedBoard = std::unique_ptr<Board, Unmap>;

Result<SharedBoard> MakeBoard() {
  void* memory =
      ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return Fail(Code::kUnavailable, fmt::format("no shared memory: {}", std::strerror(errno)));
  }
  return SharedBoard(new (memory) Board());
}

// A crash should look like one, whoever has put handlers in place, and leave no core file.
void PrepareChild(pid_t parent) {
  for (int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM, SIGINT}) {
    ::signal(number, SIG_DFL);
  }
  ::signal(SIGPIPE, SIG_IGN);  // as the host does
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
}

[[noreturn]] void RunChild(const CheckKind& kind, Trial& trial, pid_t parent) {
  PrepareChild(parent);
  try {
    auto seen = kind.run(trial);
    trial.board.Finish(seen.has_value(), seen ? *seen : seen.error().message);
  } catch (const std::exception& problem) {
    trial.board.Finish(false, fmt::format("the check itself failed: {}", problem.what()));
  }
  ::_exit(0);
}

// The wait status, or none when the limit has passed; then the child is killed.
std::optional<int> AwaitChild(pid_t child, Duration limit) {
  const auto end = steady_clock::now() + limit;
  int status = 0;
  while (steady_clock::now() < end) {
    if (::waitpid(child, &status, WNOHANG) == child) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return std::nullopt;
}

std::string SignalWords(int number) {
  const char* name = ::sigabbrev_np(number);
  return fmt::format("SIG{} ({})", name ? name : std::to_string(number), ::strsignal(number));
}

std::string HowItEnded(const Board& board, std::optional<int> status, Duration limit) {
  std::string step = *board.step ? board.step : "the check";
  if (!status) return fmt::format("{} hung: no end after {}", step, FormatDuration(limit));
  if (WIFSIGNALED(*status)) {
    return fmt::format("{} crashed with {}", step, SignalWords(WTERMSIG(*status)));
  }
  return fmt::format("{} ended the process with status {}", step, WEXITSTATUS(*status));
}

Result<Check> RunCheck(const CheckKind& kind, const std::filesystem::path& file,
                       const VerifyOptions& options) {
  TRY_ASSIGN(auto board, MakeBoard());
  Trial trial{file, options, *board};
  const auto begin = steady_clock::now();
  pid_t parent = ::getpid();
  pid_t child = ::fork();
  if (child < 0) {
    return Fail(Code::kUnavailable, fmt::format("cannot fork: {}", std::strerror(errno)));
  }
  if (child == 0) RunChild(kind, trial, parent);
  auto status = AwaitChild(child, options.limit);
  Check check;
  check.name = kind.name;
  check.took = std::chrono::duration_cast<Duration>(steady_clock::now() - begin);
  bool finished = board->done && status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
  check.passed = finished && board->passed;
  check.hung = !status;
  check.detail = finished ? std::string(board->detail) : HowItEnded(*board, status, options.limit);
  return check;
}

// A plugin that cannot be loaded fails everything; one that hangs would hang for long.
bool WorthGoingOn(const VerifyReport& report) {
  auto hung = std::count_if(report.checks.begin(), report.checks.end(),
                            [](const Check& check) { return check.hung; });
  return report.checks[0].passed && hung < 2;
}

}  // namespace

bool VerifyReport::Passed() const {
  return !checks.empty() &&
         std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.passed; });
}

Result<VerifyReport> Verify(const std::filesystem::path& file, const VerifyOptions& options) {
  if (!std::filesystem::exists(file)) {
    return Fail(Code::kNotFound, fmt::format("there is no plugin {}", file.string()));
  }
  VerifyReport report;
  report.file = file;
  for (const auto& kind : CheckKinds()) {
    TRY_ASSIGN(auto check, RunCheck(kind, file, options));
    report.checks.push_back(std::move(check));
    if (!WorthGoingOn(report)) break;
  }
  return report;
}

}  // namespace tidings::plugin
