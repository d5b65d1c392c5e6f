#include "cli/new_files.h"

#include <system_error>

#include <fmt/core.h>

#include "base/file.h"
#include "cli/script_templates.h"

namespace tidings::cli {
namespace {

Status MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return {};
  return Fail(Code::kUnavailable,
              fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
}

}  // namespace

Status CheckFileName(const std::string& name) {
  if (IsFileName(name)) return {};
  auto near = FileNameFor(name);
  return Fail(Code::kInvalidArgument,
              fmt::format("`{}` is no name of a file here: small letters, digits and `_`, a letter "
                          "first, at most 60{}",
                          name, near.empty() ? "" : fmt::format("; take `{}`", near)));
}

Status WriteNew(const std::vector<std::pair<std::filesystem::path, std::string>>& files) {
  for (const auto& [path, text] : files) {
    if (!std::filesystem::exists(path)) continue;
    return Fail(Code::kAlreadyExists,
                path.string() + " is there already; nothing was changed. Take another name");
  }
  for (const auto& [path, text] : files) {
    TRY(MakeFolder(path.parent_path()));
    TRY(WriteFile(path, text));
  }
  return {};
}

}  // namespace tidings::cli
