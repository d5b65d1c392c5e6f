#include "base/process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/file.h"

namespace tidings {
namespace {

// All that the child needs, made ready before fork: after it, only async-signal-safe calls run.
struct Plan {
  std::vector<char*> arguments, environment;
  bool as_user = false;
  uid_t user = 0;
  gid_t group = 0;
  const ProcessOptions* options = nullptr;
};

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<char*> Environment(const std::vector<std::string>& added) {
  auto pointers = Pointers(added);
  pointers.pop_back();
  for (char** variable = environ; *variable; ++variable) pointers.push_back(*variable);
  pointers.push_back(nullptr);
  return pointers;
}

// Tells the parent through the pipe which call failed and ends the child.
[[noreturn]] void Abandon(int report) {
  int error = errno;
  (void)!::write(report, &error, sizeof error);
  ::_exit(127);
}

bool RedirectOutput(const std::string& file) {
  if (file.empty()) return true;
  int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0) return false;
  return ::dup2(fd, 1) >= 0 && ::dup2(fd, 2) >= 0;
}

bool TakeOnUser(const Plan& plan) {
  if (!plan.as_user) return true;
  return ::setgroups(1, &plan.group) == 0 && ::setgid(plan.group) == 0 && ::setuid(plan.user) == 0;
}

void ResetSignals() {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

[[noreturn]] void RunChild(const Plan& plan, int report, pid_t parent) {
  const auto& options = *plan.options;
  ResetSignals();
  if (options.new_session) ::setsid();
  if (!RedirectOutput(options.output_file) || !TakeOnUser(plan)) Abandon(report);
  // After setuid, which clears the setting; the parent may have died already.
  if (options.die_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
  }
  if (!options.working_folder.empty() && ::chdir(options.working_folder.c_str()) != 0) {
    Abandon(report);
  }
  ::execvpe(plan.arguments[0], plan.arguments.data(), plan.environment.data());
  Abandon(report);
}

Result<Plan> MakePlan(const ProcessOptions& options) {
  Plan plan;
  plan.options = &options;
  plan.arguments = Pointers(options.command);
  plan.environment = Environment(options.environment);
  if (!options.user.empty()) {
    const passwd* entry = ::getpwnam(options.user.c_str());
    if (!entry) return Fail(Code::kNotFound, fmt::format("there is no user `{}`", options.user));
    plan.as_user = true;
    plan.user = entry->pw_uid;
    plan.group = entry->pw_gid;
  }
  return plan;
}

// Waits until the child has started its program (the pipe closes) or has said why it could not.
int StartError(int report) {
  int error = 0;
  ssize_t count;
  do {
    count = ::read(report, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

int ExitStatus(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<Process> Process::Start(const ProcessOptions& options) {
  TRY_ASSIGN(Plan plan, MakePlan(options));
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) {
    return Fail(Code::kResourceExhausted, fmt::format("no pipe: {}", std::strerror(errno)));
  }
  pid_t parent = ::getpid();
  pid_t pid = ::fork();
  if (pid == 0) RunChild(plan, report[1], parent);
  ::close(report[1]);
  int error = pid < 0 ? errno : StartError(report[0]);
  ::close(report[0]);
  if (error == 0) return Process(pid);
  if (pid > 0) ::waitpid(pid, nullptr, 0);
  auto code = error == ENOENT                     ? Code::kNotFound
              : error == EPERM || error == EACCES ? Code::kPermissionDenied
                                                  : Code::kUnavailable;
  return Fail(code, fmt::format("cannot start {}: {}", options.command[0], std::strerror(error)));
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    Kill();
    pid_ = std::exchange(other.pid_, -1);
    status_ = other.status_;
  }
  return *this;
}

Process::~Process() { Kill(); }

void Process::Kill() {
  if (pid_ <= 0 || status_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool Process::Running() { return pid_ > 0 && !Wait(Duration(0)); }

void Process::Signal(int number) {
  if (pid_ > 0 && !status_) ::kill(pid_, number);
}

std::optional<int> Process::Wait(Duration limit) {
  auto until = std::chrono::steady_clock::now() + limit;
  while (!status_ && pid_ > 0) {
    int status;
    pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) status_ = ExitStatus(status);
    if (ended < 0 && errno != EINTR) status_ = 127;
    if (status_ || std::chrono::steady_clock::now() >= until) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return status_;
}

Result<ProcessOutcome> RunProcess(ProcessOptions options, Duration limit) {
  TempDir scratch("tidings-run");
  auto file = scratch.path() / "output";
  options.output_file = file.string();
  TRY_ASSIGN(Process process, Process::Start(options));
  auto status = process.Wait(limit);
  if (!status) {
    return Fail(Code::kTimeout,
                fmt::format("{} did not end within {}", options.command[0], FormatDuration(limit)));
  }
  auto output = ReadFile(file);
  return ProcessOutcome{*status, output ? output->substr(0, 1 << 20) : ""};
}

}  // namespace tidings
