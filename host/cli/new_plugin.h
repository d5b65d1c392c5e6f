// A plugin of one's own, begun as a copy of plugins/template.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace tidings::cli {

// Copies the template into the folder `into`/`name` under its new name: files, id and class. Where
// `into` is the plugins/ of Tidings' own tree, CMake finds it there; elsewhere the copy begins with
// the lines that make it a project of its own. Returns the files. Fails with kAlreadyExists where
// the folder is there.
Result<std::vector<std::filesystem::path>> CopyTemplate(const std::filesystem::path& original,
                                                        const std::filesystem::path& into,
                                                        const std::string& name);

}  // namespace tidings::cli
