// Text to tree: the only place that meets the YAML library.
#pragma once

#include <optional>
#include <string>

#include "config/load.h"
#include "config/node.h"
#include "config/report.h"

namespace tidings::config {

// Takes a byte-order mark off the front of `source`, then reads it as one YAML document, and puts
// the values of `!env` and `!secret` in their places. None where the file is too large (1 MiB), no
// UTF-8 or no YAML, with the reason in `report`; what is reported besides (a duplicate key, an
// unknown tag, a variable that is not set) leaves a tree that can be checked further.
//
// Bounds: 64 levels, and 10,000 nodes brought in by aliases.
std::optional<Node> Parse(std::string& source, const Catalog& catalog, Report& report);

}  // namespace tidings::config
