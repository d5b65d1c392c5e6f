#include "pg/server_files.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

namespace tidings::pg {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestMajor = 15;
constexpr const char kInstall[] =
    "install it with: apt-get install --no-install-recommends postgresql";

std::string UserName(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry ? entry->pw_name : std::to_string(user);
}

// The major version of the programs in a folder; 0 where they are not all there.
int MajorVersion(const fs::path& folder) {
  for (auto program : {"postgres", "initdb"}) {
    if (::access((folder / program).c_str(), X_OK) != 0) return 0;
  }
  auto said = RunProcess({.command = {(folder / "postgres").string(), "--version"}},
                         std::chrono::seconds(10));  // "postgres (PostgreSQL) 15.14 (Debian ...)"
  if (!said || said->status != 0) return 0;
  auto at = said->output.find(") ");
  return at == std::string::npos ? 0 : std::atoi(said->output.c_str() + at + 2);
}

std::vector<fs::path> CandidateFolders(const std::string& wanted) {
  if (!wanted.empty()) return {wanted};
  std::vector<fs::path> folders;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
    folders.push_back(entry.path() / "bin");
  }
  auto said = RunProcess({.command = {"pg_config", "--bindir"}}, std::chrono::seconds(10));
  if (said && said->status == 0) folders.emplace_back(Trim(said->output));
  return folders;
}

bool CanPass(const Account& account, const fs::path& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return true;  // not known: let PostgreSQL say
  mode_t bit = info.st_uid == account.user    ? S_IXUSR
               : info.st_gid == account.group ? S_IXGRP
                                              : S_IXOTH;
  return info.st_mode & bit;
}

// The server works with absolute paths, so its account must pass through every folder above.
Status CheckWayTo(const fs::path& folder, const Account& account) {
  if (account.name.empty()) return {};
  for (auto above = folder.parent_path(); above != above.root_path(); above = above.parent_path()) {
    if (CanPass(account, above)) continue;
    return Fail(Code::kPermissionDenied,
                fmt::format("PostgreSQL runs as `{}`, who may not pass through {}; choose a data "
                            "folder elsewhere, or allow it with: chmod o+x {}",
                            account.name, above.string(), above.string()));
  }
  return {};
}

Status Failure(const char* what, const fs::path& path) {
  auto code = errno == EACCES || errno == EPERM ? Code::kPermissionDenied : Code::kUnavailable;
  return Fail(code, fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

uint64_t Hash(std::string_view text) {  // FNV-1a
  uint64_t hash = 14695981039346656037u;
  for (unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
  return hash;
}

uintmax_t MemoryBytes() {
  auto bytes = static_cast<uintmax_t>(::sysconf(_SC_PHYS_PAGES)) *
               static_cast<uintmax_t>(::sysconf(_SC_PAGESIZE));
  uintmax_t limit = 0;  // of a container
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> limit) bytes = std::min(bytes, limit);
  return bytes;
}

// Parallel queries share memory through /dev/shm, which is 64 MB in many containers.
bool SharedMemoryIsSmall() {
  std::error_code none;
  auto space = fs::space("/dev/shm", none);
  return none || space.capacity < (uintmax_t{256} << 20);
}

}  // namespace

Result<Account> ServerAccount(const std::string& wanted) {
  if (::geteuid() != 0) return Account{"", ::geteuid(), ::getegid()};
  auto names = wanted.empty() ? std::vector<std::string>{"tidings", "postgres"}
                              : std::vector<std::string>{wanted};
  for (const auto& name : names) {
    const passwd* entry = ::getpwnam(name.c_str());
    if (entry && entry->pw_uid != 0) return Account{name, entry->pw_uid, entry->pw_gid};
  }
  return Fail(Code::kNotFound,
              fmt::format("PostgreSQL refuses to run as root and there is no user {}; make one "
                          "with: useradd --system {}",
                          Join(names, " or "), wanted.empty() ? "tidings" : wanted));
}

Result<fs::path> ServerPrograms(const std::string& wanted, int major) {
  std::pair<int, fs::path> best;
  for (const auto& folder : CandidateFolders(wanted)) {
    int version = MajorVersion(folder);
    if (version > best.first && (major ? version == major : version >= kOldestMajor)) {
      best = {version, folder};
    }
  }
  if (best.first) return best.second;
  if (major) {
    return Fail(Code::kNotFound,
                fmt::format("the data was made by PostgreSQL {}, which is not there; install it "
                            "with: apt-get install --no-install-recommends postgresql-{}",
                            major, major));
  }
  auto where = wanted.empty() ? "" : fmt::format(" in {}", wanted);
  return Fail(Code::kNotFound,
              fmt::format("there is no PostgreSQL server ({} or later){}; {}, or set DATABASE_URL "
                          "to one that runs elsewhere",
                          kOldestMajor, where, kInstall));
}

Status OwnFolder(const fs::path& folder, const Account& account) {
  std::error_code error;
  fs::create_directories(folder, error);
  struct stat info {};
  if (error || ::lstat(folder.c_str(), &info) != 0) {
    if (error) errno = error.value();
    return Failure("make the folder", folder);
  }
  if (!S_ISDIR(info.st_mode)) {
    return Fail(Code::kPermissionDenied, fmt::format("{} is not a folder", folder.string()));
  }
  if (info.st_uid != account.user && (::geteuid() != 0 || !fs::is_empty(folder, error))) {
    return Fail(Code::kPermissionDenied,
                fmt::format("{} belongs to {} and PostgreSQL runs as {}; choose another data "
                            "folder, or run as the user who made it",
                            folder.string(), UserName(info.st_uid), UserName(account.user)));
  }
  if (info.st_uid != account.user && ::chown(folder.c_str(), account.user, account.group) != 0) {
    return Failure("hand over", folder);
  }
  if (::chmod(folder.c_str(), 0700) != 0) return Failure("close", folder);
  return CheckWayTo(folder, account);
}

Result<fs::path> SocketFolder(const fs::path& data_folder, const Account& account) {
  constexpr size_t kLongest = 90;  // sun_path holds 108, "/.s.PGSQL.5432.lock" and a zero included
  auto folder = data_folder / "socket";
  // libpq takes a comma for the end of one host and the beginning of another.
  if (folder.string().size() > kLongest || folder.string().find(',') != std::string::npos) {
    auto key = fmt::format("{}:{}", account.user, data_folder.string());
    folder = fmt::format("/tmp/tidings-{:016x}", Hash(key));
  }
  TRY(OwnFolder(folder, account));
  return folder;
}

Result<FileLock> FileLock::Open(const fs::path& file, const Account& owner) {
  int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Fail(Failure("open", file).error());
  FileLock lock(fd);
  if (!owner.name.empty() && ::fchown(fd, owner.user, owner.group) != 0) {
    return Fail(Failure("hand over", file).error());
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Status FileLock::Shared() {
  while (::flock(fd_, LOCK_SH) != 0) {
    if (errno != EINTR) return Failure("lock", "the data folder");
  }
  return {};
}

Status FileLock::Exclusive() {
  while (::flock(fd_, LOCK_EX) != 0) {
    if (errno != EINTR) return Failure("lock", "the data folder");
  }
  return {};
}

bool FileLock::TryExclusive() { return ::flock(fd_, LOCK_EX | LOCK_NB) == 0; }
void FileLock::Unlock() { ::flock(fd_, LOCK_UN); }

std::string ServerSettings(const fs::path& folder, bool has_lz4) {
  constexpr uintmax_t kMega = 1 << 20;
  auto memory = MemoryBytes() / kMega;
  std::error_code error;
  auto space = fs::space(folder, error);
  auto disk = error ? 0 : space.available / kMega;
  auto text = fmt::format(
      "\n# Settings of Tidings for the machine on which the cluster was made; yours to change.\n"
      "shared_buffers = {}MB\neffective_cache_size = {}MB\nwork_mem = 32MB\n"
      "maintenance_work_mem = 256MB\nwal_buffers = 64MB\nmax_wal_size = {}MB\n"
      "min_wal_size = 512MB\ncheckpoint_timeout = 15min\nrandom_page_cost = 1.1\njit = off\n"
      "timezone = 'UTC'\nlog_timezone = 'UTC'\nlog_line_prefix = '%m [%p] '\n"
      "log_checkpoints = off\n",
      std::clamp<uintmax_t>(memory / 8, 128, 2048), std::max<uintmax_t>(memory / 2, 256),
      std::clamp<uintmax_t>(disk / 8, 1024, 8192));
  if (has_lz4) text += "wal_compression = lz4\ndefault_toast_compression = lz4\n";
  if (SharedMemoryIsSmall()) text += "dynamic_shared_memory_type = mmap\n";
  return text;
}

std::optional<PidFile> ReadPidFile(const fs::path& cluster) {
  auto content = ReadFile(cluster / "postmaster.pid");
  if (!content) return std::nullopt;
  auto lines = Split(*content, '\n');  // pid, data folder, start, port, socket folder, ..., status
  PidFile file;
  file.pid = std::atoi(std::string(lines[0]).c_str());
  if (lines.size() > 4) file.socket_folder = lines[4];
  if (lines.size() > 7) file.status = Trim(lines[7]);
  return file.pid > 0 ? std::optional(file) : std::nullopt;
}

bool ServesCluster(pid_t pid, const fs::path& cluster) {
  std::error_code error;
  auto working_folder = fs::read_symlink(fmt::format("/proc/{}/cwd", pid), error);
  if (!error) return working_folder == fs::weakly_canonical(cluster, error);
  if (error != std::errc::permission_denied) return false;
  // A container may keep even root from looking. Then the name must do.
  auto name = ReadFile(fmt::format("/proc/{}/comm", pid));
  auto state = ReadFile(fmt::format("/proc/{}/stat", pid));  // "123 (postgres) Z ...": a zombie
  return name && state && Trim(*name) == "postgres" && state->find(") Z") == std::string::npos;
}

std::string LastLines(const fs::path& file, uintmax_t offset) {
  constexpr size_t kMost = 15;
  auto content = ReadFile(file);
  if (!content || content->size() <= offset) return "  (it says nothing)";
  auto lines = Split(Trim(std::string_view(*content).substr(offset)), '\n');
  std::string text;
  for (size_t i = lines.size() > kMost ? lines.size() - kMost : 0; i < lines.size(); ++i) {
    text += fmt::format("{}  {}", text.empty() ? "" : "\n", lines[i]);
  }
  return text;
}

}  // namespace tidings::pg
