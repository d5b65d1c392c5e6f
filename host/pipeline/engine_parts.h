// The inside of an Engine, for its own sources only: every stage and flow, and who owns what.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bus/context.h"
#include "config/config.h"
#include "crm/receipt_book.h"
#include "pipeline/engine.h"
#include "pipeline/feeder.h"
#include "pipeline/ingest.h"
#include "pipeline/receipt_desk.h"
#include "pipeline/stage.h"
#include "pipeline/summarizer.h"
#include "pipeline/supervisor.h"
#include "pipeline/upsert.h"
#include "pipeline/vendors.h"
#include "pipeline/writer.h"
#include "queue/chunk_queue.h"
#include "queue/presence.h"

namespace tidings::pipeline {

// A stage of the configuration with what runs it. Only what its kind needs is set.
struct EngineStage {
  config::StageConfig config;
  std::vector<std::unique_ptr<Stage>> runs;  // the stage; a deliver stage's vendors, in order
  std::unique_ptr<Stage> otherwise;          // summarize
  std::unique_ptr<Vendors> vendors;          // deliver
  std::unique_ptr<Feeder> feeder;            // deliver
  std::unique_ptr<ReceiptDesk> desk;         // receipt
  std::unique_ptr<Writer> writer;            // summarize
  std::unique_ptr<Summarizer> summarizer;    // summarize
};

class Engine::Parts {
 public:
  explicit Parts(EngineOptions options);
  ~Parts();

  tidings::Status Build();
  void Drain(Duration limit);
  EngineStatus Status();

  EngineStage* Find(StageKind kind, const std::string& name);  // "" = the first; null = none
  EngineStage* FindIn(const std::string& pipeline, StageKind kind);
  EngineStage* OfQueue(const std::string& queue);
  IngestFlow* FindIngest(const std::string& entity);

  bool closed() const { return closed_; }  // takes no receipts any more

  // Counts calls under way, and refuses new ones while draining.
  class Call {
   public:
    explicit Call(Parts& parts) : parts_(parts) { ++parts_.calls_; }
    ~Call() { --parts_.calls_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    bool Refused() const { return parts_.draining_; }

   private:
    Parts& parts_;
  };

  const EngineOptions& options() const { return options_; }

 private:
  tidings::Status PrepareFolder();
  tidings::Status Announce();
  tidings::Status BuildPipeline(const config::PipelineConfig& pipeline);
  tidings::Status BuildStage(EngineStage& stage);
  tidings::Status BuildDeliver(EngineStage& stage);
  tidings::Status BuildSummarize(EngineStage& stage);
  Result<std::unique_ptr<Stage>> StartRun(const config::StageConfig& config,
                                          const RunnerSpec& spec);
  RunnerSpec SpecOf(const config::StageConfig& config, const std::string& plugin,
                    const std::string& script, const Json& options);
  VendorOptions VendorOf(const config::VendorConfig& config, Stage& stage);
  Result<Route> MakeRoute(const config::StageConfig& config, Vendors& vendors);

  template <class Condition>
  static bool WaitUntil(std::chrono::steady_clock::time_point until, Condition condition);
  void StopFlows();
  bool FlowsStopped();
  bool DesksIdle();
  template <class Each>
  void EachRun(bool (*wanted)(StageKind), Each each);
  queue::Backlog Depth(const std::string& queue);
  StageStatus StatusOf(EngineStage& stage);
  void Count(const std::string& plugin, const std::string& name, double value);

  const EngineOptions options_;
  const config::Config config_;
  std::string owner_;  // of leases; no other process's
  std::optional<queue::Presence> presence_;
  Hosting hosting_;
  bool own_folder_ = false;  // made for this engine, and removed with it
  std::atomic<bool> draining_ = false, closed_ = false;
  std::atomic<int> calls_ = 0;

  struct Depths {
    std::chrono::steady_clock::time_point read_at{};
    queue::Backlog backlog;
  };
  std::mutex mutex_;
  std::map<std::string, Depths> depths_;                            // guarded by mutex_
  std::map<std::pair<std::string, std::string>, double> counters_;  // guarded by mutex_

  // In this order, so that what uses another goes before it.
  bus::Context bus_;
  Supervisor supervisor_;
  crm::ReceiptBook book_;
  Upserter upserter_;
  std::vector<std::unique_ptr<EngineStage>> stages_;
  std::vector<std::unique_ptr<IngestFlow>> ingests_;
};

}  // namespace tidings::pipeline
