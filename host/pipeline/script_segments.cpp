#include "pipeline/script_segments.h"

#include <algorithm>

#include "base/file.h"
#include "base/log.h"
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

bool IsWithin(const fs::path& file, const fs::path& script) {
  return file == script || file.parent_path() == (script / "").parent_path();
}

Status RetireWithoutFile(const fs::path& scripts, crm::SegmentStore& segments) {
  TRY_ASSIGN(auto saved, segments.Scripts());
  for (const auto& segment : saved) {
    std::error_code ignored;
    if (!fs::is_regular_file(scripts / segment.script, ignored)) {
      TRY(RetireSegment(segments, segment));
    }
  }
  return {};
}

}  // namespace

lua::Limits SegmentLimits(const config::Config& config) {
  auto stages = StagesOf(config);
  return stages.empty() ? lua::Limits() : LimitsOf(*stages[0]);
}

ScriptRules::ScriptRules(const config::Config& config, fs::path scripts)
    : scripts_(std::move(scripts)), limits_(SegmentLimits(config)) {
  for (const auto* stage : StagesOf(config)) {
    stages_.push_back({scripts_ / stage->script, LimitsOf(*stage)});
  }
}

std::vector<fs::path> ScriptRules::Files() const {
  std::vector<fs::path> files;
  for (const auto& stage : stages_) {
    for (auto& file : ScriptsOf(stage.script)) {
      bool known = std::find(files.begin(), files.end(), file) != files.end();
      if (!known) files.push_back(std::move(file));
    }
  }
  return files;
}

Result<ScriptRule> ScriptRules::Check(const fs::path& file, const fs::path& lib) const {
  auto stage = std::find_if(stages_.begin(), stages_.end(),
                            [&](const Stage& one) { return IsWithin(file, one.script); });
  auto limits = stage == stages_.end() ? lua::Limits() : stage->limits;
  TRY(lua::RequireCases(file, lib, limits));
  TRY_ASSIGN(auto source, ReadFile(file));
  auto path = file.lexically_relative(scripts_).string();
  TRY_ASSIGN(auto rule, rule::Rule::FromLua(path, source, lib, limits));
  auto name = rule.name().empty() ? file.stem().string() : rule.name();
  return ScriptRule{path, name, std::move(source)};
}

Result<std::vector<ScriptRule>> ScriptRules::CheckAll(const fs::path& lib) const {
  std::vector<ScriptRule> rules;
  for (const auto& file : Files()) {
    TRY_ASSIGN(auto rule, Check(file, lib));
    rules.push_back(std::move(rule));
  }
  return rules;
}

Status RetireSegment(crm::SegmentStore& segments, const crm::ScriptSegment& segment) {
  TRY(segments.Retire(segment.id));
  log::Warning("segments",
               "{} is gone: its segment “{}” is retired, and no campaign can use it. Put the file "
               "back to have it again",
               segment.script.empty() ? "a script" : segment.script, segment.name);
  return {};
}

Result<int> SaveScriptSegments(const ScriptRules& rules, const fs::path& lib,
                               crm::SegmentStore& segments) {
  TRY_ASSIGN(auto checked, rules.CheckAll(lib));
  for (const auto& rule : checked) TRY(segments.PutScript(rule.path, rule.name, rule.source));
  if (!rules.empty()) TRY(RetireWithoutFile(rules.scripts(), segments));
  return static_cast<int>(checked.size());
}

}  // namespace tidings::pipeline
