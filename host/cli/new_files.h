// Files that a command makes for somebody to go on with.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidings::cli {

// Fails with kInvalidArgument where `name` is no name of a file (script_templates.h), and says
// which one is near.
Status CheckFileName(const std::string& name);

// Writes all of them, with the folders that they need. Fails with kAlreadyExists where one of them
// is there already, and writes none.
Status WriteNew(const std::vector<std::pair<std::filesystem::path, std::string>>& files);

}  // namespace tidings::cli
