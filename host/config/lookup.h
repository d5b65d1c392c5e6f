// Names in a file that must exist outside of it: plugins and scripts. Private to config/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/load.h"
#include "config/node.h"
#include "config/report.h"

namespace tidings::config {

// The ids of the plugins of `kind`, or of all, sorted.
std::vector<std::string> PluginIds(const Catalog& catalog, std::optional<StageKind> kind);

// The plugin that `node` names; null, reported, where it does not exist or is of another kind than
// `kind` (none = any will do).
const PluginInfo* PluginAt(const Node& node, std::optional<StageKind> kind, const Catalog& catalog,
                           Report& report);

// The script that `node` names, relative to the scripts folder; of a folder with "/" at its end.
// None, reported, where it does not exist, leaves the scripts folder, or is a folder where
// `folder_allowed` is false.
std::optional<std::string> ScriptAt(const Node& node, bool folder_allowed, const Catalog& catalog,
                                    Report& report);

}  // namespace tidings::config
