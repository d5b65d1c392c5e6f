#include "pg/embedded_server.h"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/text.h"
#include "pg/connection.h"
#include "pg/server_files.h"

namespace tidings::pg {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

constexpr const char kDatabase[] = "tidings";
constexpr const char kSuperuser[] = "tidings";
constexpr uintmax_t kLargestLog = 16 << 20;

// `value` between quotes, those in it (and what else is to be escaped) behind `escape`.
std::string Quoted(const std::string& value, char quote, char escape) {
  std::string quoted(1, quote);
  for (char c : value) {
    if (c == quote || c == escape) quoted += escape;
    quoted += c;
  }
  return quoted + quote;
}

// A value of a conninfo string.
std::string Quoted(const std::string& value) { return Quoted(value, '\'', '\\'); }

void SyncFolder(const fs::path& folder) {
  int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

// Everything about one server on one folder. Methods run under start.lock, one host at a time.
struct EmbeddedServer::State {
  EmbeddedOptions options;
  fs::path folder, cluster, log, programs, socket;
  Account account;
  std::optional<FileLock> start_lock, hosts_lock;
  std::optional<Process> process;  // ours, when it was us who started it
  pid_t pid = 0;
  bool reused = false;
  bool stopped = true;
  std::string conninfo;

  Status Prepare();
  Status FindPrograms();
  Status MakeCluster();
  Status FillCluster(const fs::path& made);
  bool SupportsLz4(const fs::path& made) const;
  Status FindOrStart();
  Result<bool> FindRunning();
  Status StartServer();
  void RotateLog() const;
  Status TryStart();
  Status AwaitReady(uintmax_t log_offset);
  Status MakeDatabase();
  Status StopServer();
  bool Lives();
  bool AwaitEnd(Duration limit);
  ProcessOptions Program(const char* name, std::vector<std::string> arguments) const;
  std::string Conninfo(const std::string& database) const;
};

ProcessOptions EmbeddedServer::State::Program(const char* name,
                                              std::vector<std::string> arguments) const {
  ProcessOptions program;
  program.command = std::move(arguments);
  program.command.insert(program.command.begin(), (programs / name).string());
  program.environment = {"LC_ALL=C.UTF-8", "TZ=UTC"};
  program.user = account.name;
  program.working_folder = folder.string();
  return program;
}

std::string EmbeddedServer::State::Conninfo(const std::string& database) const {
  return fmt::format("host={} port=5432 user={} dbname={} sslmode=disable gssencmode=disable",
                     Quoted(socket.string()), kSuperuser, Quoted(database));
}

Status EmbeddedServer::State::Prepare() {
  folder = fs::absolute(options.data_folder).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "data/" is "data"
  cluster = folder / "cluster";
  log = folder / "postgres.log";
  TRY_ASSIGN(account, ServerAccount(options.user));
  TRY(OwnFolder(folder, account));
  TRY_ASSIGN(start_lock, FileLock::Open(folder / "start.lock", account));
  TRY_ASSIGN(hosts_lock, FileLock::Open(folder / "hosts.lock", account));
  return {};
}

Status EmbeddedServer::State::FindPrograms() {
  auto version = ReadFile(cluster / "PG_VERSION");
  TRY_ASSIGN(programs,
             ServerPrograms(options.bin_folder, version ? std::atoi(version->c_str()) : 0));
  return {};
}

// Made in a sibling and renamed: what is called `cluster` is whole.
Status EmbeddedServer::State::MakeCluster() {
  if (fs::exists(cluster)) return {};
  auto made = folder / "cluster.new";
  std::error_code error;
  fs::remove_all(made, error);
  log::Info("pg", "making a PostgreSQL cluster in {}", cluster.string());
  TRY(FillCluster(made));
  fs::rename(made, cluster, error);
  if (error) {
    return Fail(Code::kUnavailable,
                fmt::format("cannot rename {}: {}", made.string(), error.message()));
  }
  if (options.durable) SyncFolder(folder);
  return {};
}

Status EmbeddedServer::State::FillCluster(const fs::path& made) {
  std::vector<std::string> arguments = {
      "-D",    made.string(), "-U",   kSuperuser,         "-A",
      "trust", "-E",          "UTF8", "--locale=C.UTF-8", "--no-instructions"};
  if (!options.durable) arguments.push_back("--no-sync");
  TRY_ASSIGN(auto outcome, RunProcess(Program("initdb", std::move(arguments)), seconds(120)));
  if (outcome.status != 0) {
    return Fail(Code::kUnavailable,
                fmt::format("initdb failed in {}:\n{}", made.string(), Trim(outcome.output)));
  }
  // initdb made the file, with the account as its owner; appending keeps that.
  std::ofstream settings(made / "postgresql.conf", std::ios::app);
  settings << ServerSettings(folder, SupportsLz4(made)) << std::flush;
  return settings ? Status()
                  : Fail(Code::kUnavailable,
                         fmt::format("cannot write {}/postgresql.conf", made.string()));
}

bool EmbeddedServer::State::SupportsLz4(const fs::path& made) const {
  auto asked = RunProcess(Program("postgres", {"-D", made.string(), "-c", "wal_compression=lz4",
                                               "-C", "wal_compression"}),
                          seconds(20));
  return asked && asked->status == 0;
}

// True when a server runs on the cluster and answers; waits for one that is starting or stopping.
Result<bool> EmbeddedServer::State::FindRunning() {
  auto until = Steady::now() + options.start_limit;
  std::string reason = "it does not get ready";
  for (; Steady::now() < until; std::this_thread::sleep_for(milliseconds(20))) {
    auto file = ReadPidFile(cluster);
    // A child of ours that has ended would look alive to postgres until it is waited for.
    if (file) ::waitpid(file->pid, nullptr, WNOHANG);
    if (!file || !ServesCluster(file->pid, cluster)) return false;
    if (file->status != "ready") continue;
    socket = file->socket_folder;
    auto connection = Connection::Open(Conninfo("postgres"));
    if (connection) {
      pid = file->pid;
      return true;
    }
    reason = connection.error().message;
    until = std::min(until, Steady::now() + seconds(10));
  }
  return Fail(Code::kUnavailable,
              fmt::format("a PostgreSQL server runs on {} but cannot be used: {}", cluster.string(),
                          reason));
}

Status EmbeddedServer::State::FindOrStart() {
  TRY_ASSIGN(reused, FindRunning());
  if (reused) {
    log::Info("pg", "using the PostgreSQL server that runs already (process {})", pid);
    return {};
  }
  return StartServer();
}

// After a crash, the children of the old server may hold its shared memory for a moment longer;
// postgres will not start before they are gone.
Status EmbeddedServer::State::StartServer() {
  TRY_ASSIGN(socket, SocketFolder(folder, account));
  RotateLog();
  for (auto until = Steady::now() + seconds(20);;) {
    auto ready = TryStart();
    bool again = !ready && ready.error().message.find("still in use") != std::string::npos;
    if (!again || Steady::now() > until) return ready;
    std::this_thread::sleep_for(milliseconds(200));
  }
}

void EmbeddedServer::State::RotateLog() const {
  std::error_code none;
  auto size = fs::file_size(log, none);
  if (!none && size > kLargestLog) fs::rename(log, folder / "postgres.log.1", none);
}

Status EmbeddedServer::State::TryStart() {
  TRY(FileLock::Open(log, account));  // makes it, the account's own
  auto offset = fs::file_size(log);
  // A list of one folder, hence the quotes.
  auto sockets = "unix_socket_directories=" + Quoted(socket.string(), '"', '"');
  std::vector<std::string> arguments = {
      "-D", cluster.string(), "-c", "listen_addresses=",
      "-c", "port=5432",      "-c", "unix_socket_permissions=0700",
      "-c", sockets};
  if (!options.durable) {
    for (auto setting : {"fsync=off", "full_page_writes=off", "synchronous_commit=off"}) {
      arguments.insert(arguments.end(), {"-c", setting});
    }
  }
  auto program = Program("postgres", std::move(arguments));
  program.output_file = log.string();
  program.new_session = true;  // a Ctrl-C in our terminal is for us; we stop it when we are done
  TRY_ASSIGN(process, Process::Start(program));
  pid = process->pid();
  return AwaitReady(offset);
}

Status EmbeddedServer::State::AwaitReady(uintmax_t log_offset) {
  auto failure = [&](const char* what) {
    return Fail(Code::kUnavailable, fmt::format("PostgreSQL {}; {} ends with:\n{}", what,
                                                log.string(), LastLines(log, log_offset)));
  };
  for (auto until = Steady::now() + options.start_limit; Steady::now() < until;) {
    if (!process->Running()) return failure("did not start");
    auto file = ReadPidFile(cluster);
    if (file && file->pid == pid && file->status == "ready") return {};
    std::this_thread::sleep_for(milliseconds(5));
  }
  return failure("does not get ready");
}

Status EmbeddedServer::State::MakeDatabase() {
  constexpr const char kFind[] = "select 1 from pg_database where datname = $1";
  TRY_ASSIGN(auto connection, Connection::Open(Conninfo("postgres")));
  TRY_ASSIGN(auto found, connection.Execute(kFind, Params().Text(kDatabase)));
  if (!found.empty()) return {};
  return connection.Script(fmt::format("create database {}", kDatabase));
}

// A child that has ended is a zombie until it is asked for.
bool EmbeddedServer::State::Lives() {
  return process ? process->Running() : ServesCluster(pid, cluster);
}

bool EmbeddedServer::State::AwaitEnd(Duration limit) {
  for (auto until = Steady::now() + limit; Steady::now() < until;) {
    if (!Lives()) return true;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return false;
}

// SIGINT cuts the connections off and ends in good order; SIGQUIT leaves recovery to the next
// start.
Status EmbeddedServer::State::StopServer() {
  for (auto [signal, limit] : {std::pair(SIGINT, seconds(120)), std::pair(SIGQUIT, seconds(20))}) {
    if (!Lives()) return {};
    if (::kill(pid, signal) != 0 && errno != ESRCH) break;
    if (AwaitEnd(limit)) return {};
  }
  return Fail(Code::kTimeout,
              fmt::format("PostgreSQL (process {}) on {} does not stop", pid, cluster.string()));
}

EmbeddedServer::EmbeddedServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
EmbeddedServer::EmbeddedServer(EmbeddedServer&&) noexcept = default;

EmbeddedServer& EmbeddedServer::operator=(EmbeddedServer&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

EmbeddedServer::~EmbeddedServer() {
  if (auto stopped = Stop(); !stopped) log::Failure("pg", "{}", stopped.error().message);
}

Result<EmbeddedServer> EmbeddedServer::Start(const EmbeddedOptions& options) {
  EmbeddedServer server(std::make_unique<State>());  // stops on every way out but the last
  State& state = *server.state_;
  state.options = options;
  TRY(state.Prepare());
  TRY(state.start_lock->Exclusive());
  TRY(state.hosts_lock->Shared());
  state.stopped = false;
  TRY(state.FindPrograms());
  TRY(state.MakeCluster());
  TRY(state.FindOrStart());
  TRY(state.MakeDatabase());
  state.conninfo = state.Conninfo(kDatabase);
  state.start_lock->Unlock();
  return server;
}

Status EmbeddedServer::Stop() {
  if (!state_ || state_->stopped) return {};
  State& state = *state_;
  TRY(state.start_lock->Exclusive());
  state.stopped = true;
  bool last = state.hosts_lock->TryExclusive();
  Status outcome = last && state.pid ? state.StopServer() : Status();
  if (last && outcome && state.socket != state.folder / "socket") {
    std::error_code not_empty;
    fs::remove(state.socket, not_empty);
  }
  if (state.process) state.process->Detach();
  state.hosts_lock.reset();
  state.start_lock.reset();
  return outcome;
}

const std::string& EmbeddedServer::conninfo() const { return state_->conninfo; }
std::string EmbeddedServer::ConninfoOf(const std::string& database) const {
  return state_->Conninfo(database);
}
bool EmbeddedServer::Running() { return state_->Lives(); }
int EmbeddedServer::pid() const { return state_->pid; }
bool EmbeddedServer::reused() const { return state_->reused; }

}  // namespace tidings::pg
