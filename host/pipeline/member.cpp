#include "pipeline/member.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/process.h"
#include "pipeline/worker.h"
#include "pipeline/worker_settings.h"

namespace tidings::pipeline {
namespace {

WorkerOptions WorkerOptionsOf(const CrewOptions& options, const std::string& name) {
  WorkerOptions worker;
  worker.endpoint = options.endpoint;
  worker.socket.identity = name;
  worker.credit = options.credit;
  worker.clock = options.context.clock;
  return worker;
}

class ThreadMember : public Crew::Member {
 public:
  ThreadMember(bus::Context& context, const CrewOptions& options, const std::string& name)
      : Member(name), shared_(std::make_shared<Shared>(context, options, name)) {
    thread_ = std::thread([shared = shared_] {
      shared->status = shared->worker.Run();
      shared->ended = true;
    });
  }
  ~ThreadMember() override {
    if (!Ended()) Kill();
    if (thread_.joinable()) thread_.join();
  }

  bool Ended() override { return shared_->ended; }
  std::string Ending() override { return shared_->status ? "" : shared_->status.error().message; }

  // What hangs keeps its share of the worker, and nothing else.
  void Kill() override {
    shared_->worker.Abandon();
    for (int i = 0; i < 100 && !Ended(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (!Ended() && thread_.joinable()) thread_.detach();
  }

 private:
  struct Shared {
    Shared(bus::Context& context, const CrewOptions& options, const std::string& name)
        : worker(context, WorkerOptionsOf(options, name),
                 [spec = options.spec, host = options.context](const std::atomic<bool>* cancelled) {
                   RunnerContext runner_context = host;
                   runner_context.cancelled = cancelled;
                   return MakeRunner(spec, runner_context);
                 }) {}
    Worker worker;
    Status status;  // valid once `ended`
    std::atomic<bool> ended = false;
  };

  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

class ProcessMember : public Crew::Member {
 public:
  ProcessMember(const std::string& name, Process process, std::filesystem::path settings)
      : Member(name), process_(std::move(process)), settings_(std::move(settings)) {}
  ~ProcessMember() override {
    Kill();
    ::unlink(settings_.c_str());  // the worker has removed it, unless it died before
  }

  bool Ended() override { return !process_.Running(); }
  std::string Ending() override {
    int status = process_.Wait(Duration(0)).value_or(0);
    if (status == 0) return "";
    return status > 128 ? fmt::format("its process was ended by signal {} ({})", status - 128,
                                      ::strsignal(status - 128))
                        : fmt::format("its process ended with status {}", status);
  }
  void Kill() override {
    if (process_.Running()) process_.Signal(SIGKILL);
    process_.Wait(std::chrono::seconds(1));
  }

 private:
  Process process_;
  const std::filesystem::path settings_;
};

// Secrets are in it: for this user's eyes only, and never over a file that is there already.
Status WriteSettings(const std::filesystem::path& path, const std::string& text) {
  ::unlink(path.c_str());
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool written =
      fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  int error = errno;
  if (fd >= 0) ::close(fd);
  if (written) return {};
  return Fail(Code::kUnavailable,
              fmt::format("cannot write {}: {}", path.string(), std::strerror(error)));
}

}  // namespace

Result<std::unique_ptr<Crew::Member>> StartThread(bus::Context& context, const CrewOptions& options,
                                                  const std::string& name) {
  return std::make_unique<ThreadMember>(context, options, name);
}

Result<std::unique_ptr<Crew::Member>> StartProcess(const CrewOptions& options,
                                                   const std::string& name) {
  WorkerSettings settings;
  settings.endpoint = options.endpoint;
  settings.name = name;
  settings.credit = options.credit;
  settings.spec = options.spec;
  settings.receipts_url = options.context.receipts_url;
  settings.http_allow = options.http_allow;
  auto path = options.run_folder / (name + ".json");
  TRY(WriteSettings(path, ToLine(settings.ToJson())));
  ProcessOptions process;
  process.command = {options.program.string(), "worker", path.string()};
  process.die_with_parent = true;
  auto started = Process::Start(process);
  if (!started) {
    ::unlink(path.c_str());
    return Fail(started.error());
  }
  return std::make_unique<ProcessMember>(name, std::move(*started), path);
}

}  // namespace tidings::pipeline
