// What an embedded server needs around it: an account, programs, folders, locks, settings.
// For use inside host/pg only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace tidings::pg {

// Whom the server runs as.
struct Account {
  std::string name;  // "" = as ourselves
  uid_t user = 0;
  gid_t group = 0;
};

// Ourselves; when we are root, `wanted`, or else "tidings" or "postgres". Fails with kNotFound.
Result<Account> ServerAccount(const std::string& wanted);

// The folder with postgres and initdb of version `major`, or of the newest that is 15 or later when
// it is 0. `wanted` alone is looked at when it is not "". Fails with kNotFound and what to install.
Result<std::filesystem::path> ServerPrograms(const std::string& wanted, int major);

// Makes the folder (mode 0700) the account's. One that has something in it must be so already:
// kPermissionDenied else, and where the account could not get to it.
Status OwnFolder(const std::filesystem::path& folder, const Account& account);

// Where the server's socket goes: data_folder/socket, or, where that cannot be a socket's address
// (it is too long, or has a comma), a folder in /tmp that is named after it. Made, and the
// account's own.
Result<std::filesystem::path> SocketFolder(const std::filesystem::path& data_folder,
                                           const Account& account);

// An open file with a lock on it (flock). Let go by the destructor. Programs started do not get it.
class FileLock {
 public:
  static Result<FileLock> Open(const std::filesystem::path& file, const Account& owner);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  Status Shared();     // waits
  Status Exclusive();  // waits
  bool TryExclusive();
  void Unlock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

// The settings of a new cluster, as lines for postgresql.conf, fit for this machine.
std::string ServerSettings(const std::filesystem::path& folder, bool has_lz4);

// What a running or stopped server has left in postmaster.pid.
struct PidFile {
  pid_t pid = 0;
  std::string socket_folder;
  std::string status;  // "starting", "ready", "stopping"; "" early on
};
std::optional<PidFile> ReadPidFile(const std::filesystem::path& cluster);

// A process of this number lives and is a postgres on this cluster.
bool ServesCluster(pid_t pid, const std::filesystem::path& cluster);

// The end of a file from `offset` on: the last lines, each indented, for an error.
std::string LastLines(const std::filesystem::path& file, uintmax_t offset);

}  // namespace tidings::pg
