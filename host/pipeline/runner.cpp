#include "pipeline/runner.h"

#include <algorithm>

namespace tidings::pipeline {

Duration RunnerSpec::BatchLimit(size_t items) const {
  if (script.empty()) return timeout;
  return timeout * static_cast<int64_t>(std::max<size_t>(items, 1));
}

lua::Limits RunnerSpec::ScriptLimits() const {
  return {instructions, timeout, static_cast<size_t>(memory)};
}

std::filesystem::path RunnerSpec::LibFolder() const { return lib.empty() ? scripts / "lib" : lib; }

Json RunnerSpec::ToJson() const {
  return {{"name", name},       {"kind", std::string(StageName(kind))},
          {"plugin", plugin},   {"library", library.string()},
          {"script", script},   {"scripts", scripts.string()},
          {"source", source},   {"lib", lib.string()},
          {"options", options}, {"timeout_us", timeout.count()},
          {"memory", memory},   {"instructions", instructions}};
}

Result<RunnerSpec> RunnerSpec::FromJson(const Json& json) {
  auto kind = ParseStage(json.is_object() ? TextOf(json, "kind") : "");
  bool sound = kind && json.contains("timeout_us") && json["timeout_us"].is_number_integer() &&
               json.contains("memory") && json["memory"].is_number_integer() &&
               json.contains("instructions") && json["instructions"].is_number_integer() &&
               json.contains("options");
  if (!sound) return Fail(Code::kInvalidArgument, "these are no settings of a worker");
  RunnerSpec spec;
  spec.name = TextOf(json, "name");
  spec.kind = *kind;
  spec.plugin = TextOf(json, "plugin");
  spec.library = TextOf(json, "library");
  spec.script = TextOf(json, "script");
  spec.source = TextOf(json, "source");
  spec.scripts = TextOf(json, "scripts");
  spec.lib = TextOf(json, "lib");
  spec.options = json["options"];
  spec.timeout = Duration(json["timeout_us"].get<int64_t>());
  spec.memory = json["memory"].get<int64_t>();
  spec.instructions = json["instructions"].get<int64_t>();
  return spec;
}

Result<std::unique_ptr<Runner>> MakeRunner(const RunnerSpec& spec, const RunnerContext& context) {
  return spec.script.empty() ? MakePluginRunner(spec, context) : MakeScriptRunner(spec, context);
}

}  // namespace tidings::pipeline
