// The rules in the scripts folder, as segments that anybody can choose.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace tidings::config {
struct Config;
}
namespace tidings::crm {
class SegmentStore;
}

namespace tidings::pipeline {

// For each segment stage that names a script or a folder of scripts: saves every rule as a segment.
// Returns how many there are. Fails, naming the file, where a script is no segment rule.
Result<int> SaveScriptSegments(const config::Config& config, const std::filesystem::path& scripts,
                               crm::SegmentStore& segments);

}  // namespace tidings::pipeline
