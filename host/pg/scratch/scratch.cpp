#include "pg/scratch.h"

#include <mutex>
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

// Ends the server and removes its folder once this process is gone, however it went: then the last
// writer of a pipe is gone too, which a shell waits for. (PR_SET_PDEATHSIG would not do: it fires
// when the thread that started the server ends.)
class Watchdog {
 public:
  Watchdog(const std::filesystem::path& folder, int server) {
    auto pipe = (folder / "alive").string();
    if (::mkfifo(pipe.c_str(), 0600) != 0) throw std::runtime_error("cannot make " + pipe);
    fd_ = ::open(pipe.c_str(), O_RDWR | O_CLOEXEC);  // does not wait for a reader
    ProcessOptions options;
    options.command = {"/bin/sh", "-c", kScript, pipe, std::to_string(server), folder.string()};
    options.output_file = "/dev/null";
    options.new_session = true;  // a Ctrl-C ends us, and then it has work to do
    process_.emplace(OrThrow(Process::Start(options)));
  }
  ~Watchdog() {
    ::close(fd_);
    process_->Wait(std::chrono::seconds(10));
  }

 private:
  static constexpr const char kScript[] =
      "read line < \"$0\"; kill -QUIT $1; "
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
      "test -e \"$2/data/cluster/postmaster.pid\" || break; sleep 0.05; done; rm -rf \"$2\"";

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
  ScratchServer()
      : server_(OrThrow(EmbeddedServer::Start({.data_folder = folder_.path() / "data",
                                               .user = "",
                                               .bin_folder = "",
                                               .durable = false}))),
        watchdog_(folder_.path(), server_.pid()),
        admin_(OrThrow(Connection::Open(server_.ConninfoOf("postgres")))) {
    OrThrow(admin_.Script(fmt::format("create database {}", kTemplate)));
    auto connection = OrThrow(Connection::Open(server_.ConninfoOf(kTemplate)));
    OrThrow(Migrate(connection, TIDINGS_SOURCE_DIR "/sql"));
  }

  TempDir folder_{"tidings-scratch"};
  EmbeddedServer server_;
  Watchdog watchdog_;
  std::mutex mutex_;
  Connection admin_;  // guarded by mutex_
  int last_ = 0;      // guarded by mutex_
};

}  // namespace

ScratchDatabase::ScratchDatabase()
    : name_(ScratchServer::Get().Create()), conninfo_(ScratchServer::Get().ConninfoOf(name_)) {}

ScratchDatabase::~ScratchDatabase() { ScratchServer::Get().Drop(name_); }

}  // namespace tidings::pg
