// From the tree of a stage to its struct. Private to config/.
#pragma once

#include <optional>

#include "config/load.h"
#include "config/reader.h"

namespace tidings::config {

// Reads the keys that `defaults` and every stage share (isolation, workers, timeout, memory,
// instructions) into `stage`; one that is missing or wrong leaves it as it was.
void ReadLimits(MapReader& in, StageConfig& stage, Report& report);

// The stage at `node`, starting from `defaults`. None where its kind is not known; whatever else is
// wrong is reported and left at its default.
std::optional<StageConfig> ReadStage(const Node& node, const StageConfig& defaults,
                                     const Catalog& catalog, Report& report);

}  // namespace tidings::config
