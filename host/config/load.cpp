#include "config/load.h"

#include <fmt/core.h>

#include "base/file.h"
#include "config/file_head.h"
#include "config/parse.h"
#include "config/stage_reader.h"

namespace tidings::config {
namespace {

// Stages of one pipeline, as they come.
class StageList {
 public:
  StageList(const PipelineConfig& pipeline, Report& report)
      : pipeline_(pipeline), report_(report) {}

  void Check(const StageConfig& stage) {
    CheckName(stage);
    CheckOrder(stage);
  }

 private:
  void CheckName(const StageConfig& stage) {
    auto [first, fresh] = names_.emplace(stage.name, stage.mark);
    if (fresh || stage.name.empty()) return;
    report_.Add(stage.mark,
                fmt::format("stage {} stands twice in the pipeline {}, first on line {}; "
                            "give each a name of its own",
                            Quoted(stage.name), Quoted(pipeline_.name), first->second.line));
  }
  void CheckOrder(const StageConfig& stage) {
    if (stage.kind < latest_) {
      report_.Add(stage.mark,
                  fmt::format("{} stands after {}; data goes ingest, segment, deliver, "
                              "receipt, summarize, and so must the stages",
                              Quoted(StageName(stage.kind)), Quoted(StageName(latest_))));
    }
    latest_ = std::max(latest_, stage.kind);
  }

  const PipelineConfig& pipeline_;
  Report& report_;
  std::map<std::string, Mark> names_;
  StageKind latest_ = StageKind::kIngest;
};

PipelineConfig ReadPipeline(const Node::Entry& entry, const StageConfig& defaults,
                            const Catalog& catalog, Report& report) {
  PipelineConfig pipeline{entry.key, {}, entry.mark};
  if (!IsName(entry.key)) {
    report.Add(entry.mark, fmt::format("expected the name of a pipeline (letters, digits, - and _; "
                                       "a letter first), found {}",
                                       Quoted(entry.key)));
  }
  MapReader in(entry.value, "a pipeline", report);
  const Node* stages = in.Require("stages");
  in.Finish();
  if (!stages) return pipeline;
  bool list = stages->Is(Node::Kind::kList);
  if (!list || stages->items.empty()) Mismatch(*stages, "a list with at least one stage", report);
  StageList known(pipeline, report);
  for (const auto& item : stages->items) {
    auto stage = ReadStage(item, defaults, catalog, report);
    if (!stage) continue;
    stage->pipeline = pipeline.name;
    known.Check(*stage);
    pipeline.stages.push_back(std::move(*stage));
  }
  return pipeline;
}

void ReadFile(const Node& root, const Catalog& catalog, Config& config, Report& report) {
  MapReader in(root, "the file", report);
  ReadVersion(in, report);
  StageConfig defaults;
  if (const Node* node = in.Find("defaults"); node && !node->Is(Node::Kind::kNull)) {
    MapReader limits(*node, "`defaults`", report);
    ReadLimits(limits, defaults, report);
    limits.Finish();
  }
  const Node* pipelines = in.Require("pipelines");
  in.Finish();
  if (!pipelines) return;
  bool map = pipelines->Is(Node::Kind::kMap);
  if (!map || pipelines->entries.empty()) {
    Mismatch(*pipelines, "a mapping with at least one pipeline", report);
  }
  for (const auto& entry : pipelines->entries) {
    config.pipelines.push_back(ReadPipeline(entry, defaults, catalog, report));
  }
}

}  // namespace

Loaded LoadText(std::string file, std::string source, const Catalog& catalog) {
  Loaded loaded;
  Report report;
  loaded.source = std::move(source);
  loaded.config.file = std::move(file);
  if (auto root = ParseFile(loaded.source, "pipelines", catalog, report)) {
    ReadFile(*root, catalog, loaded.config, report);
  }
  loaded.diagnostics = report.Take();
  return loaded;
}

Result<Loaded> Load(const std::filesystem::path& path, const Catalog& catalog) {
  TRY_ASSIGN(auto source, tidings::ReadFile(path));
  return LoadText(path.string(), std::move(source), catalog);
}

}  // namespace tidings::config
