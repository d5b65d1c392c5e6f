// Finding, watching and ending what an engine runs.
#include "pipeline/engine_parts.h"

#include <algorithm>
#include <system_error>
#include <thread>

#include "base/log.h"
#include "pg/pool.h"

namespace tidings::pipeline {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(2);

}  // namespace

Engine::Parts::~Parts() {
  Drain(std::chrono::seconds(5));
  ingests_.clear();
  // What feeds a stage ends before the stage is gone.
  for (auto& stage : stages_) {
    stage->feeder.reset();
    stage->summarizer.reset();
    stage->desk.reset();
  }
  stages_.clear();
  std::error_code ignored;
  if (own_folder_) std::filesystem::remove_all(hosting_.run_folder, ignored);
}

EngineStage* Engine::Parts::Find(StageKind kind, const std::string& name) {
  for (auto& stage : stages_) {
    const auto& config = stage->config;
    if (config.kind != kind) continue;
    if (name.empty() || config.name == name || config.Queue() == name) return stage.get();
  }
  return nullptr;
}

EngineStage* Engine::Parts::FindIn(const std::string& pipeline, StageKind kind) {
  for (auto& stage : stages_) {
    if (stage->config.pipeline == pipeline && stage->config.kind == kind) return stage.get();
  }
  return nullptr;
}

EngineStage* Engine::Parts::OfQueue(const std::string& queue) {
  for (auto& stage : stages_) {
    if (stage->config.Queue() == queue) return stage.get();
  }
  return nullptr;
}

IngestFlow* Engine::Parts::FindIngest(const std::string& entity) {
  IngestFlow* any = nullptr;
  for (auto& ingest : ingests_) {
    if (ingest->entity() == entity) return ingest.get();
    if (ingest->entity().empty() && !any) any = ingest.get();
  }
  return any;
}

template <class Condition>
bool Engine::Parts::WaitUntil(Steady::time_point until, Condition condition) {
  while (!condition()) {
    if (Steady::now() >= until) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

void Engine::Parts::StopFlows() {
  for (auto& stage : stages_) {
    if (stage->feeder) stage->feeder->Stop();
    if (stage->summarizer) stage->summarizer->Stop();
  }
}

bool Engine::Parts::FlowsStopped() {
  return calls_ == 0 && std::all_of(stages_.begin(), stages_.end(), [](const auto& stage) {
           return (!stage->feeder || stage->feeder->Stopped()) &&
                  (!stage->summarizer || stage->summarizer->Stopped());
         });
}

bool Engine::Parts::DesksIdle() {
  return std::all_of(stages_.begin(), stages_.end(),
                     [](const auto& stage) { return !stage->desk || stage->desk->Idle(); });
}

template <class Each>
void Engine::Parts::EachRun(bool (*wanted)(StageKind), Each each) {
  for (auto& stage : stages_) {
    if (!wanted(stage->config.kind)) continue;
    for (auto& run : stage->runs) each(*run);
    if (stage->otherwise) each(*stage->otherwise);
  }
}

// First whatever brings work, then the vendors, whose last receipts are still taken in, then the
// rest; who is late is cut off.
void Engine::Parts::Drain(Duration limit) {
  auto until = Steady::now() + limit;
  auto drain = [&](bool (*wanted)(StageKind)) {
    EachRun(wanted, [](Stage& run) { run.BeginDrain(); });
    EachRun(wanted, [&](Stage& run) { WaitUntil(until, [&] { return run.Drained(); }); });
  };
  draining_ = true;
  StopFlows();
  if (!WaitUntil(until, [this] { return FlowsStopped(); })) {
    log::Warning("engine", "not all that was under way is finished; it goes back to its queue");
  }
  drain([](StageKind kind) { return kind == StageKind::kDeliver; });
  closed_ = true;
  WaitUntil(until, [this] { return DesksIdle(); });
  for (auto& stage : stages_) {
    if (stage->desk) stage->desk->Stop();
  }
  drain([](StageKind kind) { return kind != StageKind::kDeliver; });
  EachRun([](StageKind) { return true; }, [](Stage& run) { run.Stop(); });
}

queue::Backlog Engine::Parts::Depth(const std::string& queue) {
  {
    std::lock_guard lock(mutex_);
    const auto& known = depths_[queue];
    if (Steady::now() - known.read_at < std::chrono::seconds(1)) return known.backlog;
  }
  // What cannot be read now stays as it was.
  auto connection = options_.pool->Acquire(std::chrono::milliseconds(200));
  auto depth =
      connection ? queue::ChunkQueue::Depth(**connection, queue) : Fail(connection.error());
  std::lock_guard lock(mutex_);
  auto& known = depths_[queue];
  known.read_at = Steady::now();
  if (depth) known.backlog = *depth;
  return known.backlog;
}

StageStatus Engine::Parts::StatusOf(EngineStage& stage) {
  StageStatus status;
  status.pipeline = stage.config.pipeline;
  status.stage = stage.config.name;
  status.kind = StageName(stage.config.kind);
  for (auto& run : stage.runs) run->AddTo(status);
  if (stage.otherwise) stage.otherwise->AddTo(status);
  if (stage.vendors) status.vendors = stage.vendors->Status();
  status.queued = stage.feeder || stage.summarizer;
  if (!status.queued) return status;
  auto depth = Depth(stage.config.Queue());
  status.chunks_ready = depth.ready;
  status.chunks_leased = depth.leased;
  status.retries = depth.due + depth.waiting;
  status.dead_letters = depth.dead;
  return status;
}

EngineStatus Engine::Parts::Status() {
  EngineStatus status;
  status.draining = draining_;
  for (auto& stage : stages_) status.stages.push_back(StatusOf(*stage));
  std::lock_guard lock(mutex_);
  for (const auto& [key, value] : counters_) {
    status.counters.push_back({key.first, key.second, value});
  }
  return status;
}

void Engine::Parts::Count(const std::string& plugin, const std::string& name, double value) {
  std::lock_guard lock(mutex_);
  counters_[{plugin, name}] += value;
}

}  // namespace tidings::pipeline
