// From a configuration to running stages.
#include <algorithm>
#include <cstdlib>
#include <system_error>

#include <unistd.h>

#include <fmt/core.h>

#include "base/log.h"
#include "base/text.h"
#include "lua/script.h"
#include "pg/pool.h"
#include "pipeline/engine_parts.h"
#include "pipeline/script_items.h"
#include "pipeline/segment_watch.h"
#include "plugin/plugin.h"

namespace tidings::pipeline {
namespace {

namespace fs = std::filesystem;

std::string HostName() {
  char name[256] = "host";
  ::gethostname(name, sizeof name - 1);
  return name;
}

crm::RetryPolicy PolicyOf(const config::RetryConfig& retry) {
  return {retry.attempts, retry.first, retry.longest};
}

}  // namespace

Engine::Parts::Parts(EngineOptions options)
    : options_(std::move(options)),
      config_(*options_.config),
      owner_(fmt::format("{}:{}:{}", HostName(), ::getpid(), options_.ids->Next().ToString())),
      book_(*options_.pool),
      upserter_(*options_.pool, *options_.ids, *options_.clock) {}

tidings::Status Engine::Parts::PrepareFolder() {
  hosting_.run_folder = options_.run_folder;
  if (hosting_.run_folder.empty()) {
    std::string pattern = (fs::temp_directory_path() / "tidings-run-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) {
      return Fail(Code::kUnavailable, "cannot make a folder like " + pattern);
    }
    hosting_.run_folder = pattern;
    own_folder_ = true;
    return {};
  }
  std::error_code error;
  fs::create_directories(hosting_.run_folder, error);
  if (!error) fs::permissions(hosting_.run_folder, fs::perms::owner_all, error);
  if (!error) return {};
  return Fail(Code::kUnavailable, fmt::format("cannot make the folder {}: {}",
                                              hosting_.run_folder.string(), error.message()));
}

tidings::Status Engine::Parts::Build() {
  TRY(PrepareFolder());
  std::error_code ignored;
  hosting_.program =
      options_.program.empty() ? fs::read_symlink("/proc/self/exe", ignored) : options_.program;
  hosting_.bus = &bus_;
  hosting_.supervisor = &supervisor_;
  hosting_.http_allow = options_.http_allow;
  hosting_.context.clock = options_.clock;
  hosting_.context.registry = options_.registry;
  hosting_.context.http = options_.http;
  hosting_.context.receipts_url = options_.receipts_url;
  TRY(Announce());
  for (const auto& pipeline : config_.pipelines) TRY(BuildPipeline(pipeline));
  return {};
}

// What a host that was killed had in hand can be worked on at once.
tidings::Status Engine::Parts::Announce() {
  TRY_ASSIGN(presence_, queue::Presence::Announce(options_.pool->conninfo(), owner_));
  TRY_ASSIGN(auto released, presence_->ReleaseOfTheDead());
  auto [chunks, retries] = released;
  if (chunks + retries > 0) {
    log::Info("engine", "took over {} chunks and {} single messages of a host that is gone", chunks,
              retries);
  }
  return {};
}

tidings::Status Engine::Parts::BuildPipeline(const config::PipelineConfig& pipeline) {
  std::vector<Stage*> ingest;
  std::string entity;
  for (const auto& config : pipeline.stages) {
    stages_.push_back(std::make_unique<EngineStage>());
    EngineStage& stage = *stages_.back();
    stage.config = config;
    TRY(BuildStage(stage));
    if (config.kind != StageKind::kIngest) continue;
    if (ingest.empty()) entity = TextOf(config.options, "entity");
    ingest.push_back(stage.runs[0].get());
  }
  if (ingest.empty()) return {};
  IngestOptions options;
  options.clock = options_.clock;
  ingests_.push_back(std::make_unique<IngestFlow>(entity, ingest, upserter_, options));
  return {};
}

tidings::Status Engine::Parts::BuildStage(EngineStage& stage) {
  const auto& config = stage.config;
  if (config.kind == StageKind::kDeliver) return BuildDeliver(stage);
  // Rules in Lua are segments, which are compiled by whoever asks; nothing runs for them here.
  if (config.kind == StageKind::kSegment && !config.script.empty()) return {};
  auto spec = SpecOf(config, config.plugin, config.script, config.options);
  TRY_ASSIGN(auto run, StartRun(config, spec));
  stage.runs.push_back(std::move(run));
  if (config.kind == StageKind::kReceipt) {
    ReceiptDeskOptions options;
    options.clock = options_.clock;
    stage.desk = std::make_unique<ReceiptDesk>(*stage.runs[0], book_, options);
  }
  return config.kind == StageKind::kSummarize ? BuildSummarize(stage) : tidings::Status();
}

tidings::Status Engine::Parts::BuildDeliver(EngineStage& stage) {
  const auto& config = stage.config;
  std::vector<VendorOptions> vendors;
  for (const auto& vendor : config.vendors) {
    auto spec = SpecOf(config, vendor.plugin, vendor.script, vendor.options);
    spec.name += "/" + vendor.name;
    TRY_ASSIGN(auto run, StartRun(config, spec));
    vendors.push_back(VendorOf(vendor, *run));
    stage.runs.push_back(std::move(run));
  }
  stage.vendors = std::make_unique<Vendors>(*options_.clock, std::move(vendors));
  FeederOptions feeder;
  feeder.queue = config.Queue();
  feeder.owner = owner_;
  feeder.retry = PolicyOf(config.retry);
  feeder.receipts_within = config.receipts_within;
  feeder.clock = options_.clock;
  if (!config.route.empty()) {
    TRY(CheckCases(SpecOf(config, "", config.route, Json::object())));
    feeder.make_route = [this, &stage] { return MakeRoute(stage.config, *stage.vendors); };
  }
  TRY_ASSIGN(stage.feeder, Feeder::Start(*options_.pool, *stage.vendors, std::move(feeder)));
  return {};
}

tidings::Status Engine::Parts::BuildSummarize(EngineStage& stage) {
  const auto& config = stage.config;
  if (!config.otherwise.empty()) {
    auto spec = SpecOf(config, config.otherwise, "", config.otherwise_options);
    spec.name += "/" + config.otherwise;
    TRY_ASSIGN(stage.otherwise, StartRun(config, spec));
  }
  stage.writer = std::make_unique<Writer>(*stage.runs[0], stage.otherwise.get(), *options_.clock);
  SummarizerOptions options;
  options.queue = config.Queue();
  options.owner = owner_;
  options.lib = options_.scripts / "lib";
  options.lease = std::max(options.lease, 4 * config.timeout);
  stage.summarizer =
      std::make_unique<Summarizer>(*options_.pool, *stage.writer, std::move(options));
  return {};
}

RunnerSpec Engine::Parts::SpecOf(const config::StageConfig& config, const std::string& plugin,
                                 const std::string& script, const Json& options) {
  RunnerSpec spec;
  spec.name = config.Queue();
  spec.kind = config.kind;
  spec.plugin = plugin;
  spec.script = script;
  spec.scripts = options_.scripts;
  if (options_.segments) spec.lib = options_.segments->lib();
  spec.options = options;
  spec.timeout = config.timeout;
  spec.memory = config.memory;
  spec.instructions = config.instructions;
  if (plugin.empty() || !options_.registry) return spec;
  if (const auto* found = options_.registry->Find(plugin)) spec.library = found->path();
  return spec;
}

Result<std::unique_ptr<Stage>> Engine::Parts::StartRun(const config::StageConfig& config,
                                                       const RunnerSpec& spec) {
  if (!spec.script.empty()) TRY(CheckCases(spec));
  Hosting hosting = hosting_;
  hosting.context.count = [this, label = spec.Label()](const std::string& name, double value) {
    Count(label, name, value);
  };
  return Stage::Start(hosting,
                      {spec, config.process_isolation, config.min_workers, config.max_workers});
}

VendorOptions Engine::Parts::VendorOf(const config::VendorConfig& config, Stage& stage) {
  VendorOptions vendor;
  vendor.name = config.name;
  vendor.rate = config.rate;
  vendor.in_flight = config.in_flight;
  vendor.submit = [&stage](const Batch& batch, Stage::Done done) {
    stage.Submit(batch, Duration(), std::move(done));
  };
  vendor.runner = [&stage] { return stage.runner(); };
  return vendor;
}

Result<Route> Engine::Parts::MakeRoute(const config::StageConfig& config, Vendors& vendors) {
  RunnerSpec spec = SpecOf(config, "", config.route, Json::object());
  TRY_ASSIGN(std::shared_ptr<lua::Script> script, LoadScript(spec, hosting_.context));
  if (script->kind() != lua::ScriptKind::kRoute) {
    return Fail(Code::kInvalidArgument,
                fmt::format("{} is a {} script, and `route` needs a route script", config.route,
                            lua::KindName(script->kind())));
  }
  return Route([script, &vendors, clock = options_.clock, names = Json(vendors.names())](
                   const Message& message) -> Result<std::vector<size_t>> {
    script->SetNow(clock->Now());
    TRY_ASSIGN(Json order, script->Call({{"message", ToJson(message)}, {"vendors", names}}));
    std::vector<size_t> chosen;
    for (const Json& name : order) {
      auto vendor = vendors.Find(name.is_string() ? name.get<std::string>() : "");
      bool again = vendor && std::find(chosen.begin(), chosen.end(), *vendor) != chosen.end();
      if (vendor && !again) chosen.push_back(*vendor);
    }
    return chosen;
  });
}

}  // namespace tidings::pipeline
