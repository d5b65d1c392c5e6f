#include "plugin/cache.h"

#include <cerrno>
#include <chrono>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/file.h"

namespace tidings::plugin {
namespace {

namespace fs = std::filesystem;

// FNV-1a. It names content, and guards against nothing: the folder is private.
std::string ContentHash(const std::string& content) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char byte : content) hash = (hash ^ byte) * 0x100000001b3u;
  return fmt::format("{:016x}", hash);
}

// Code is loaded from here, so nobody else may write to it.
Status MakePrivate(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder.parent_path(), problem);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Fail(Code::kUnavailable, fmt::format("cannot make the plugin cache {}: {}",
                                                folder.string(), std::strerror(errno)));
  }
  struct stat about {};
  if (::lstat(folder.c_str(), &about) != 0 || !S_ISDIR(about.st_mode) ||
      about.st_uid != ::geteuid() || (about.st_mode & 022) != 0) {
    return Fail(Code::kPermissionDenied,
                fmt::format("the plugin cache {} must be a folder of this user that nobody else "
                            "may write to; remove it or name another",
                            folder.string()));
  }
  return {};
}

// Copies that are mapped somewhere keep working: unlinking takes only the name.
void RemoveOldCopies(const fs::path& folder) {
  const auto oldest = fs::file_time_type::clock::now() - std::chrono::hours(24 * 30);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".so" && entry.last_write_time(ignored) < oldest) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace

fs::path DefaultCache() {
  return fs::temp_directory_path() / fmt::format("tidings-plugins-{}", ::geteuid());
}

Result<CachedCopy> CopyToCache(const fs::path& file, const fs::path& cache) {
  TRY_ASSIGN(std::string content, ReadFile(file));
  TRY(MakePrivate(cache));
  CachedCopy copy;
  copy.hash = ContentHash(content);
  copy.path = cache / fmt::format("{}-{}.so", file.stem().string(), copy.hash);
  auto present = ReadFile(copy.path);
  if (!present || *present != content) {
    TRY(WriteFile(copy.path, content));
  }
  std::error_code ignored;
  fs::last_write_time(copy.path, fs::file_time_type::clock::now(), ignored);
  RemoveOldCopies(cache);
  return copy;
}

}  // namespace tidings::plugin
