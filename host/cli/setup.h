// What a configuration refers to: the plugins that were found, scripts, secrets; and the
// configuration itself.
#pragma once

#include "base/result.h"
#include "cli/locations.h"
#include "config/load.h"
#include "plugin/plugin.h"

namespace tidings::cli {

// The plugins of the folders. A file that is no plugin is reported in the log and left out.
Result<plugin::PluginRegistry> ScanPlugins(const Locations& locations);

// `!env NAME` comes from the environment. `!secret name` is the content of the file `name` in the
// folder $TIDINGS_SECRETS, or of the variable TIDINGS_SECRET_<NAME>.
config::Catalog CatalogOf(const plugin::PluginRegistry& registry, const Locations& locations);

// pipelines.yaml with all that is wrong with it. Fails where there is no such file.
Result<config::Loaded> ReadPipelines(const Locations& locations, const config::Catalog& catalog);

// pipelines.yaml, free of errors; else every one of them, rendered, as the message of the error.
Result<config::Config> LoadPipelines(const Locations& locations, const config::Catalog& catalog);

}  // namespace tidings::cli
