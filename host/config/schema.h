// The JSON Schema of pipelines.yaml, for editors.
#pragma once

#include "base/json.h"
#include "config/load.h"

namespace tidings::config {

// Draft 2020-12, with a description on every key and the options of each plugin of `catalog`,
// chosen by the name that stands at `plugin`. A file that Load() accepts fits it, unless it uses
// `!env` or
// `!secret` for something other than text; it cannot say everything that Load() checks (that a
// script exists, the order of stages).
Json Schema(const Catalog& catalog);

}  // namespace tidings::config
