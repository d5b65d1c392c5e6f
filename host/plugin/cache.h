// The private folder that plugins are loaded from.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace tidings::plugin {

struct CachedCopy {
  std::filesystem::path path;  // "<cache>/<stem>-<hash>.so"
  std::string hash;            // 16 hexadecimal digits
};

// The default cache: one for each user, below the system's temporary folder.
std::filesystem::path DefaultCache();

// Copies `file` under its content hash, unless the same content lies there already. Other copies
// that nobody has loaded for 30 days are removed. Several processes may do so at once. Fails with
// kNotFound or kUnavailable where the file cannot be read or the copy not written, and with
// kPermissionDenied where others than this user could change what is in `cache`.
Result<CachedCopy> CopyToCache(const std::filesystem::path& file,
                               const std::filesystem::path& cache);

}  // namespace tidings::plugin
