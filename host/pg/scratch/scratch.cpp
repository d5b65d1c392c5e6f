#include "pg/scratch.h"

#include <mutex>
#include <optional>
#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/file.h"
#include "base/process.h"
#include "pg/connection.h"
#include "pg/embedded_server.h"
#include "pg/migrations.h"

namespace tidings::pg {
namespace {

constexpr const char kTemplate[] = "scratch_template";

template <class T>
T OrThrow(Result<T> result) {
  if (!result) throw std::runtime_error("no scratch database: " + result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Ends the server in `folder`/data and removes the folder once this process is gone, however it
// went: then the last writer of a pipe is gone too, which a shell waits for. (PR_SET_PDEATHSIG
// would not do: it fires when the thread that started the server ends.)
class Watchdog {
 public:
  explicit Watchdog(const std::filesystem::path& folder) {
    auto pipe = (folder / "alive").string();
    if (::mkfifo(pipe.c_str(), 0600) != 0) throw std::runtime_error("cannot make " + pipe);
    fd_ = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);  // does not wait for a reader
    ProcessOptions options;
    options.command = {"/bin/sh", "-c", kScript, pipe, folder.string()};
    options.output_file = "/dev/null";
    options.new_session = true;  // a Ctrl-C ends us, and then it has work to do
    process_.emplace(OrThrow(Process::Start(options)));
  }
  ~Watchdog() {
    ::close(fd_);
    process_->Wait(std::chrono::seconds(10));
  }

 private:
  // Waits a second for a server that is just starting, and one for it to end.
  static constexpr const char kScript[] = R"(
    read line < "$0"
    pid_file=$1/data/cluster/postmaster.pid
    tries='1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20'
    for i in $tries; do test -s "$pid_file" && break; sleep 0.05; done
    kill -QUIT $(head -n 1 "$pid_file")
    for i in $tries; do test -e "$pid_file" || break; sleep 0.05; done
    rm -rf "$1")";

  int fd_ = -1;
  std::optional<Process> process_;
};

// One for the process.
class ScratchServer {
 public:
  static ScratchServer& Get() {
    static ScratchServer server;
    return server;
  }

  std::string Create() {
    std::lock_guard lock(mutex_);
    auto name = fmt::format("scratch_{}", ++last_);
    OrThrow(admin_.Script(fmt::format("create database {} template {}", name, kTemplate)));
    return name;
  }

  void Drop(const std::string& name) {
    std::lock_guard lock(mutex_);
    (void)admin_.Script(fmt::format("drop database {} with (force)", name));
  }

  std::string ConninfoOf(const std::string& name) const { return server_.ConninfoOf(name); }

 private:
  // It is quicker than the server's own way to stop.
  ~ScratchServer() { watchdog_.reset(); }

  static EmbeddedOptions Options(const std::filesystem::path& folder) {
    EmbeddedOptions options;
    options.data_folder = folder / "data";
    options.durable = false;
    return options;
  }

  ScratchServer()
      : watchdog_(std::in_place, folder_.path()),
        server_(OrThrow(EmbeddedServer::Start(Options(folder_.path())))),
        admin_(OrThrow(Connection::Open(server_.ConninfoOf("postgres")))) {
    OrThrow(admin_.Script(fmt::format("create database {}", kTemplate)));
    auto connection = OrThrow(Connection::Open(server_.ConninfoOf(kTemplate)));
    OrThrow(Migrate(connection, TIDINGS_SOURCE_DIR "/sql"));
  }

  TempDir folder_{"tidings-scratch"};
  std::optional<Watchdog> watchdog_;
  EmbeddedServer server_;
  std::mutex mutex_;
  Connection admin_;  // guarded by mutex_
  int last_ = 0;      // guarded by mutex_
};

}  // namespace

ScratchDatabase::ScratchDatabase()
    : name_(ScratchServer::Get().Create()), conninfo_(ScratchServer::Get().ConninfoOf(name_)) {}

ScratchDatabase::~ScratchDatabase() { ScratchServer::Get().Drop(name_); }

}  // namespace tidings::pg
