// The rules in the scripts folder, as segments that anybody can choose.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "lua/limits.h"

namespace tidings::config {
struct Config;
}
namespace tidings::crm {
class SegmentStore;
struct ScriptSegment;
}  // namespace tidings::crm

namespace tidings::pipeline {

// What a rule in Lua may use up for one customer: the first segment stage says so.
lua::Limits SegmentLimits(const config::Config& config);

// A rule whose cases pass, so that it may be saved.
struct ScriptRule {
  std::string path;  // within the scripts folder: "segment/champions.lua"
  std::string name, source;
};

// The rules of each segment stage that names a script or a folder of scripts.
class ScriptRules {
 public:
  // `config` is copied from.
  ScriptRules(const config::Config& config, std::filesystem::path scripts);

  // The files as they are now, in the order of the stages, then by name; each once.
  std::vector<std::filesystem::path> Files() const;
  bool empty() const { return stages_.empty(); }  // whether no stage names a script
  // Runs the cases of a rule under the limits of its stage; `lib` is where it may require from.
  // Fails, naming the file, where it is no segment rule or a case fails.
  Result<ScriptRule> Check(const std::filesystem::path& file,
                           const std::filesystem::path& lib) const;
  // All of them, or the first failure.
  Result<std::vector<ScriptRule>> CheckAll(const std::filesystem::path& lib) const;

  const std::filesystem::path& scripts() const { return scripts_; }
  const lua::Limits& limits() const { return limits_; }  // of a saved rule: SegmentLimits

 private:
  struct Stage {
    std::filesystem::path script;  // or folder
    lua::Limits limits;
  };

  std::filesystem::path scripts_;
  std::vector<Stage> stages_;
  lua::Limits limits_;
};

// Retires the segment of a script that is gone, with a line in the log.
Status RetireSegment(crm::SegmentStore& segments, const crm::ScriptSegment& segment);

// Checks all rules and saves them as segments, or none. Returns how many there are. The segments of
// scripts that are no longer in the folder are retired then; a host without a segment stage leaves
// them to those that have one.
Result<int> SaveScriptSegments(const ScriptRules& rules, const std::filesystem::path& lib,
                               crm::SegmentStore& segments);

}  // namespace tidings::pipeline
