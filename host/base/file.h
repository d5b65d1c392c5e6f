// Files: whole reads, writes that never leave half a file, and scratch folders.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidings {

// The whole file. Fails with kNotFound or kUnavailable, naming the path and the system's reason.
Result<std::string> ReadFile(const std::filesystem::path& path);

// Writes beside the target, syncs, and renames over it: a reader sees the old or the new file.
Status WriteFile(const std::filesystem::path& path, std::string_view content);

// A fresh folder below the system's temporary folder, mode 0755, removed with everything in it when
// the object goes. Throws std::runtime_error where none can be made (only tests and demos use it).
class TempDir {
 public:
  explicit TempDir(const std::string& prefix = "tidings");
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tidings
