// Whether a descriptor is one that this host can work with.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "tidings/plugin.h"

namespace tidings::plugin {

// Checks a descriptor field by field, reading no further than what has been found good, and gives
// the parsed options schema. `stem` is the file's name without ".so"; the id must be the same.
// Fails with kInvalidArgument: which field, what it holds, what was expected, what to do.
Result<Json> CheckDescriptor(const tidings_plugin_descriptor* descriptor, const std::string& stem);

}  // namespace tidings::plugin
