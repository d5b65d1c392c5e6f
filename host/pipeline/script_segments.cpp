#include "pipeline/script_segments.h"

#include "base/file.h"
#include "config/config.h"
#include "crm/segment_store.h"
#include "lua/cases.h"
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

// A rule that may be saved.
struct Checked {
  std::string path, name, source;
};

Result<Checked> Check(const fs::path& file, const fs::path& scripts, const lua::Limits& limits) {
  TRY(lua::RequireCases(file, scripts / "lib", limits));
  TRY_ASSIGN(auto source, ReadFile(file));
  auto path = file.lexically_relative(scripts).string();
  auto rule = rule::Rule::FromLua(path, source, scripts / "lib", limits);
  if (!rule) return Fail(rule.error());
  auto name = rule->name().empty() ? file.stem().string() : rule->name();
  return Checked{path, name, std::move(source)};
}

lua::Limits LimitsOf(const config::StageConfig& stage) {
  return {stage.instructions, stage.timeout, static_cast<size_t>(stage.memory)};
}

// The segment stages that run scripts.
std::vector<const config::StageConfig*> StagesOf(const config::Config& config) {
  std::vector<const config::StageConfig*> stages;
  for (const auto& pipeline : config.pipelines) {
    for (const auto& stage : pipeline.stages) {
      bool scripted = stage.kind == StageKind::kSegment && !stage.script.empty();
      if (scripted) stages.push_back(&stage);
    }
  }
  return stages;
}

}  // namespace

lua::Limits SegmentLimits(const config::Config& config) {
  auto stages = StagesOf(config);
  return stages.empty() ? lua::Limits() : LimitsOf(*stages[0]);
}

Result<int> SaveScriptSegments(const config::Config& config, const fs::path& scripts,
                               crm::SegmentStore& segments) {
  std::vector<Checked> rules;
  for (const auto* stage : StagesOf(config)) {
    for (const auto& file : ScriptsOf(scripts / stage->script)) {
      TRY_ASSIGN(auto rule, Check(file, scripts, LimitsOf(*stage)));
      rules.push_back(std::move(rule));
    }
  }
  for (const auto& rule : rules) TRY(segments.PutScript(rule.path, rule.name, rule.source));
  return static_cast<int>(rules.size());
}

}  // namespace tidings::pipeline
