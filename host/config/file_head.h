// What pipelines.yaml and import files have in common. Private to config/.
#pragma once

#include <optional>
#include <string>

#include "config/load.h"
#include "config/reader.h"

namespace tidings::config {

// Parse(), and an error for a file without content; `main_key` is what it should hold.
std::optional<Node> ParseFile(std::string& source, const std::string& main_key,
                              const Catalog& catalog, Report& report);

// `version: 1`, the only one there is.
void ReadVersion(MapReader& in, Report& report);

}  // namespace tidings::config
