#include "pipeline/stage.h"

#include <atomic>
#include <thread>

#include <fmt/core.h>

#include "bus/context.h"
#include "pipeline/supervisor.h"

namespace tidings::pipeline {
namespace {

constexpr Duration kFirstWorker = std::chrono::seconds(30);  // to load and say READY

// Unique in this process; a name of a stage may hold what a path may not.
std::string Endpoint(const Hosting& hosting, bool process) {
  static std::atomic<int> number = 0;
  int mine = ++number;
  if (!process) return fmt::format("inproc://stage-{}", mine);
  return fmt::format("ipc://{}/{}", hosting.run_folder.string(), mine);
}

bool Repeatable(StageKind kind) { return kind != StageKind::kDeliver; }

CrewOptions CrewOptionsOf(const Hosting& hosting, const StageOptions& options,
                          const std::string& endpoint) {
  CrewOptions crew;
  crew.spec = options.spec;
  crew.context = hosting.context;
  crew.process = options.process;
  crew.min_workers = options.min_workers;
  crew.max_workers = options.max_workers;
  // A second batch waits at the worker while the first runs, where that is harmless.
  crew.credit = Repeatable(options.spec.kind) ? 2 : 1;
  crew.endpoint = endpoint;
  crew.run_folder = hosting.run_folder;
  crew.program = hosting.program;
  crew.http_allow = hosting.http_allow;
  return crew;
}

}  // namespace

Stage::Stage(const Hosting& hosting, StageOptions options)
    : options_(std::move(options)), supervisor_(*hosting.supervisor) {}

Result<std::unique_ptr<Stage>> Stage::Start(const Hosting& hosting, StageOptions options) {
  auto& spec = options.spec;
  if (!spec.script.empty()) {
    TRY_ASSIGN(spec.source, SourceOf(spec));
  }
  std::unique_ptr<Stage> stage(new Stage(hosting, std::move(options)));
  DispatcherOptions dispatcher;
  dispatcher.name = stage->name();
  dispatcher.endpoints = {Endpoint(hosting, stage->options_.process)};
  dispatcher.repeatable = Repeatable(stage->spec().kind);
  dispatcher.on_backlog = [supervisor = hosting.supervisor] { supervisor->Notify(); };
  dispatcher.on_stuck = [self = stage.get()](const std::string& worker) {
    self->crew_->Stuck(worker);
    self->supervisor_.Notify();
  };
  auto endpoint = dispatcher.endpoints[0];
  TRY_ASSIGN(stage->dispatcher_, Dispatcher::Start(*hosting.bus, std::move(dispatcher)));
  stage->crew_ = std::make_unique<Crew>(*hosting.bus, *stage->dispatcher_,
                                        CrewOptionsOf(hosting, stage->options_, endpoint));
  hosting.supervisor->Add(*stage->crew_);
  TRY(stage->WaitForFirst());
  return stage;
}

Stage::~Stage() { Stop(); }

void Stage::Stop() {
  if (crew_) supervisor_.Remove(*crew_);
  if (dispatcher_) dispatcher_->Stop();  // it speaks to the crew, so it is silenced first
  crew_.reset();
}

Status Stage::WaitForFirst() {
  auto until = std::chrono::steady_clock::now() + kFirstWorker;
  while (std::chrono::steady_clock::now() < until) {
    auto status = dispatcher_->Status();
    if (status.readies > 0) return {};
    if (!status.load_error.empty()) {
      return Fail(Code::kInvalidArgument, name() + ": " + status.load_error);
    }
    auto crew = crew_->Status();
    if (crew.failing) return Fail(Code::kUnavailable, name() + ": " + crew.last_error);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return Fail(Code::kTimeout, fmt::format("{}: the first worker was not ready within {}", name(),
                                          FormatDuration(kFirstWorker)));
}

void Stage::Submit(const Batch& batch, Duration wait, Done done) {
  dispatcher_->Submit(batch, {spec().BatchLimit(batch.size()), wait}, std::move(done));
}

Result<Outcome> Stage::Run(const Batch& batch, Duration wait) {
  return dispatcher_->Submit(batch, {spec().BatchLimit(batch.size()), wait}).get();
}

std::string Stage::runner() { return dispatcher_->Status().runner; }
std::vector<std::string> Stage::endpoints() { return dispatcher_->endpoints(); }

void Stage::AddTo(StageStatus& status) {
  auto d = dispatcher_->Status();
  auto c = crew_ ? crew_->Status() : CrewStatus();
  status.failing = status.failing || c.failing;
  status.workers += d.workers;
  status.min_workers += options_.min_workers;
  status.max_workers += options_.max_workers;
  status.waiting += d.waiting;
  status.in_flight += d.in_flight;
  status.processed += d.items;
  status.failed += d.failed_items;
  status.batches += d.batches;
  status.lost_workers += d.lost_workers;
  status.restarts += c.restarts;
  status.busy_seconds += std::chrono::duration<double>(d.busy).count();
  if (!c.last_error.empty()) status.last_error = c.last_error;
  if (!d.last_error.empty()) status.last_error = d.last_error;
}

void Stage::BeginDrain() {
  if (!crew_) return;  // stopped already
  crew_->Drain();
  supervisor_.Notify();
}

bool Stage::Drained() { return !crew_ || crew_->Gone(); }

}  // namespace tidings::pipeline
