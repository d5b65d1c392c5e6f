#include "pipeline/engine.h"

#include <algorithm>
#include <future>

#include <fmt/core.h>

#include "crm/audience.h"
#include "pg/pool.h"
#include "pipeline/engine_parts.h"
#include "pipeline/segment_watch.h"
#include "rule/rule.h"

namespace tidings::pipeline {
namespace {

constexpr Duration kIntentWait = std::chrono::milliseconds(500);

tl::unexpected<Error> Draining() {
  return Fail(Code::kUnavailable, "the host is stopping; try again in a moment");
}

bool IsFolder(const std::string& script) { return script.ends_with('/'); }

Result<std::vector<bool>> AskPlugin(Stage& stage, std::vector<Customer> customers, Time now) {
  TRY_ASSIGN(Outcome outcome, stage.Run({std::move(customers), now, {}}));
  std::vector<bool> answers;
  for (const auto& verdict : outcome.verdicts) {
    answers.push_back(verdict.code == VerdictCode::kAccept);
  }
  return answers;
}

Result<std::vector<bool>> AskSegment(const EngineOptions& options, const std::string& script,
                                     const std::vector<Customer>& customers, Time now) {
  if (!options.segments) return Fail(Code::kUnavailable, "nobody keeps the segment of " + script);
  std::vector<Id> ids;
  for (const auto& customer : customers) {
    TRY_ASSIGN(Id id, Id::Parse(customer.id));
    ids.push_back(id);
  }
  TRY_ASSIGN(auto rule, options.segments->RuleOf(script));
  TRY_ASSIGN(auto connection, options.pool->Acquire());
  TRY_ASSIGN(auto matched, crm::FindAmong(*connection, rule, now, ids));
  std::vector<bool> answers;
  for (const Id& id : ids) {
    answers.push_back(std::binary_search(matched.ids.begin(), matched.ids.end(), id));
  }
  return answers;
}

}  // namespace

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::Start(EngineOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  TRY(parts->Build());
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

Result<IngestReport> Engine::Ingest(const std::string& entity, std::vector<Payload> payloads) {
  Parts::Call call(*parts_);
  if (call.Refused()) return Draining();
  auto* ingest = parts_->FindIngest(entity);
  if (!ingest) {
    return Fail(Code::kNotFound, fmt::format("no pipeline takes in `{0}`: add one with an ingest "
                                             "stage that has `options: {{entity: {0}}}`",
                                             entity));
  }
  return ingest->Take(entity, std::move(payloads));
}

void Engine::ReceiveAsync(HttpRequest request, const std::string& stage, ReceiptDone done) {
  if (parts_->closed()) return done(Draining());
  auto* found = parts_->Find(StageKind::kReceipt, stage);
  if (!found) {
    return done(Fail(Code::kNotFound, stage.empty()
                                          ? "no pipeline has a receipt stage"
                                          : fmt::format("there is no receipt stage `{}`", stage)));
  }
  found->desk->Receive(std::move(request), std::move(done));
}

Result<ReceiptReport> Engine::Receive(HttpRequest request, const std::string& stage) {
  std::promise<Result<ReceiptReport>> promise;
  ReceiveAsync(std::move(request), stage,
               [&promise](Result<ReceiptReport> report) { promise.set_value(std::move(report)); });
  return promise.get_future().get();
}

Result<std::string> Engine::Intent(const Json& facts) {
  Parts::Call call(*parts_);
  if (call.Refused()) return Draining();
  auto* stage = parts_->Find(StageKind::kSummarize, "");
  if (!stage) return Fail(Code::kNotFound, "no pipeline has a summarize stage");
  TRY_ASSIGN(auto written, stage->writer->Write("intent", facts, kIntentWait));
  return written.text;
}

Result<std::vector<bool>> Engine::Match(const std::string& stage, std::vector<Customer> customers,
                                        Time now) {
  Parts::Call call(*parts_);
  if (call.Refused()) return Draining();
  auto* found = parts_->Find(StageKind::kSegment, stage);
  if (!found || IsFolder(found->config.script)) {
    return Fail(Code::kNotFound,
                fmt::format("no segment stage `{}` is one plugin or script", stage));
  }
  const auto& script = found->config.script;
  return script.empty() ? AskPlugin(*found->runs[0], std::move(customers), now)
                        : AskSegment(parts_->options(), script, customers, now);
}

Result<std::string> Engine::DeliverQueue(const std::string& channel) const {
  auto* stage = channel.empty() ? nullptr : parts_->Find(StageKind::kDeliver, channel);
  if (!stage) stage = parts_->Find(StageKind::kDeliver, "");
  if (!stage) return Fail(Code::kNotFound, "no pipeline has a deliver stage");
  return stage->config.Queue();
}

std::string Engine::SummarizeQueue(const std::string& deliver_queue) const {
  std::string pipeline = deliver_queue.substr(0, deliver_queue.find('/'));
  auto* first = parts_->Find(StageKind::kSummarize, "");
  auto* own = parts_->FindIn(pipeline, StageKind::kSummarize);
  auto* stage = own ? own : first;
  return stage ? stage->config.Queue() : "";
}

void Engine::Wake(const std::string& queue) {
  auto* stage = parts_->OfQueue(queue);
  if (stage && stage->feeder) stage->feeder->Wake();
  if (stage && stage->summarizer) stage->summarizer->Wake();
}

EngineStatus Engine::Status() { return parts_->Status(); }
void Engine::Drain(Duration limit) { parts_->Drain(limit); }

}  // namespace tidings::pipeline
