// The rules in the scripts folder, as segments that anybody can choose.
#pragma once

#include <filesystem>

#include "base/result.h"
#include "lua/limits.h"

namespace tidings::config {
struct Config;
}
namespace tidings::crm {
class SegmentStore;
}

namespace tidings::pipeline {

// What a rule in Lua may use up for one customer: the first segment stage says so.
lua::Limits SegmentLimits(const config::Config& config);

// For each segment stage that names a script or a folder of scripts: runs the cases of every rule
// under the limits of the stage and saves them as segments, all or, where it fails, none. Returns
// how many there are. Fails, naming the file, where a script is no segment rule or its cases fail:
// the segments stay as they were.
Result<int> SaveScriptSegments(const config::Config& config, const std::filesystem::path& scripts,
                               crm::SegmentStore& segments);

}  // namespace tidings::pipeline
