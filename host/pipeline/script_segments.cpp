#include "pipeline/script_segments.h"

#include "base/file.h"
#include "config/config.h"
#include "crm/segment_store.h"
#include "rule/rule.h"

namespace tidings::pipeline {
namespace {

namespace fs = std::filesystem;

// The script itself, or every script of the folder, by name.
std::vector<fs::path> ScriptsOf(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path, ignored)) {
    if (entry.path().extension() == ".lua") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Status Save(const fs::path& file, const fs::path& scripts, crm::SegmentStore& segments) {
  TRY_ASSIGN(auto source, ReadFile(file));
  auto path = file.lexically_relative(scripts).string();
  auto rule = rule::Rule::FromLua(path, source, scripts / "lib", {});
  if (!rule) return Fail(rule.error());
  auto name = rule->name().empty() ? file.stem().string() : rule->name();
  return segments.PutScript(path, name, source);
}

}  // namespace

Result<int> SaveScriptSegments(const config::Config& config, const fs::path& scripts,
                               crm::SegmentStore& segments) {
  int count = 0;
  for (const auto& pipeline : config.pipelines) {
    for (const auto& stage : pipeline.stages) {
      if (stage.kind != StageKind::kSegment || stage.script.empty()) continue;
      for (const auto& file : ScriptsOf(scripts / stage.script)) {
        TRY(Save(file, scripts, segments));
        ++count;
      }
    }
  }
  return count;
}

}  // namespace tidings::pipeline
