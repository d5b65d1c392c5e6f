#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "base/money.h"
#include "base/text.h"
#include "lua/cases.h"
#include "lua/script.h"
#include "net/http_client.h"
#include "pipeline/runner.h"
#include "pipeline/script_items.h"

namespace tidings::pipeline {
namespace {

// Which kind of script a stage runs.
lua::ScriptKind KindOf(StageKind stage) {
  switch (stage) {
    case StageKind::kIngest: return lua::ScriptKind::kIngest;
    case StageKind::kSegment: return lua::ScriptKind::kSegment;
    case StageKind::kDeliver: return lua::ScriptKind::kDeliver;
    case StageKind::kReceipt: return lua::ScriptKind::kReceipt;
    case StageKind::kSummarize: return lua::ScriptKind::kSummarize;
  }
  return lua::ScriptKind::kIngest;
}

// The text's fingerprint (FNV-1a), so that a log of dispatches tells versions of a script apart.
std::string Fingerprint(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3;
  return fmt::format("{:016x}", hash).substr(0, 8);
}

Result<Json> CallHttp(const RunnerContext& context, const Json& request) {
  net::HttpCall call;
  call.url = TextOf(request, "url");
  if (auto method = TextOf(request, "method"); !method.empty()) call.method = method;
  call.body = TextOf(request, "body");
  call.headers = HeaderLines(request.value("headers", Json()));
  call.cancelled = context.cancelled;
  TRY_ASSIGN(auto answer, context.http->Call(call));
  return Json{
      {"status", answer.status}, {"headers", HeaderTable(answer.headers)}, {"body", answer.body}};
}

lua::Hooks HooksOf(const RunnerSpec& spec, const RunnerContext& context) {
  lua::Hooks hooks;
  hooks.log = [name = spec.name](std::string_view level, std::string_view text) {
    auto at = level == "error"     ? log::Level::kError
              : level == "warning" ? log::Level::kWarning
              : level == "debug"   ? log::Level::kDebug
                                   : log::Level::kInfo;
    log::Write(at, name, text);
  };
  if (context.http) {
    hooks.http = [context](const Json& request) { return CallHttp(context, request); };
  }
  return hooks;
}

// Runs every item on its own: an item that the script cannot take fails alone, and closed.
class ScriptRunner : public Runner {
 public:
  ScriptRunner(const RunnerSpec& spec, const RunnerContext& context,
               std::unique_ptr<lua::Script> script, std::string version)
      : name_(spec.script),
        version_(std::move(version)),
        context_(context),
        script_(std::move(script)),
        entity_(TextOf(script_->meta(), "entity")) {}

  Result<Outcome> Process(const Batch& batch) override {
    script_->SetNow(batch.now);
    Outcome outcome;
    outcome.verdicts.resize(batch.size());
    TRY(std::visit([&](const auto& items) { return RunAll(batch, items, outcome); }, batch.items));
    return outcome;
  }

  const std::string& name() const override { return name_; }
  const std::string& version() const override { return version_; }

 private:
  template <class Item>
  Status RunAll(const Batch& batch, const std::vector<Item>& items, Outcome& outcome) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (context_.cancelled && *context_.cancelled) {
        return Fail(Code::kCancelled, name_ + " was asked to stop");
      }
      if (batch.deadline != Time() && context_.clock->Now() > batch.deadline) {
        return Fail(Code::kTimeout, fmt::format("{} had run {} of {} items when its time was up",
                                                name_, i, items.size()));
      }
      TRY(RunItem(i, items[i], outcome));
    }
    return {};
  }

  Status RunItem(size_t i, const Payload& payload, Outcome& outcome) {
    uint64_t order = i;
    if (!entity_.empty() && payload.entity != entity_) {  // not this script's affair
      outcome.records.push_back({i, order, payload.line, payload.entity, payload.bytes});
      return {};
    }
    auto record = ParseJson(payload.bytes);
    auto result = record ? script_->Call(*record) : Fail(record.error());
    if (!result) {
      outcome.refusals.push_back({i, order, payload.line, "", "", result.error().message});
    } else if (result->contains("record")) {
      outcome.records.push_back(
          {i, order, payload.line, payload.entity, ToLine((*result)["record"])});
    } else {
      outcome.verdicts[i] = {VerdictCode::kDrop, {}, TextOf(*result, "dropped"), ""};
    }
    return {};
  }

  Status RunItem(size_t, const Customer&, Outcome&) {
    return Fail(Code::kInternal, name_ + " is asked about a customer, and is no rule");
  }

  Status RunItem(size_t i, const Message& message, Outcome& outcome) {
    auto answer = script_->Call(ToJson(message));
    outcome.verdicts[i] =
        answer ? VerdictOf(*answer) : Verdict{VerdictCode::kReject, {}, answer.error().message, ""};
    return {};
  }

  Status RunItem(size_t i, const HttpRequest& request, Outcome& outcome) {
    auto receipts = script_->Call(ToJson(request));
    if (!receipts) {
      outcome.verdicts[i] = {VerdictCode::kReject, {}, receipts.error().message, ""};
      return {};
    }
    for (const Json& receipt : *receipts) {
      auto read = ReceiptOf(i, receipt);
      if (!read) {
        outcome.verdicts[i] = {VerdictCode::kReject, {}, read.error().message, ""};
        std::erase_if(outcome.receipts, [i](const Receipt& r) { return r.item == i; });
        return {};
      }
      outcome.receipts.push_back(std::move(*read));
    }
    return {};
  }

  // Without its text there is nothing else to answer, so the batch fails and `otherwise` writes.
  Status RunItem(size_t i, const Task& task, Outcome& outcome) {
    TRY_ASSIGN(Json facts, ParseJson(task.facts));
    TRY_ASSIGN(Json text, script_->Call({{"kind", task.kind}, {"facts", std::move(facts)}}));
    outcome.texts.push_back({i, text.is_string() ? text.get<std::string>() : ToLine(text)});
    return {};
  }

  const std::string name_, version_;
  const RunnerContext context_;
  const std::unique_ptr<lua::Script> script_;
  const std::string entity_;  // that an ingest script is for; "" = any
};

Result<std::unique_ptr<lua::Script>> LoadText(const RunnerSpec& spec, const RunnerContext& context,
                                              std::string_view text) {
  lua::Options options;
  options.lib = spec.LibFolder();
  options.hooks = HooksOf(spec, context);
  options.now = context.clock->Now();
  return lua::Script::LoadText(spec.script, text, spec.ScriptLimits(), options);
}

}  // namespace

Result<std::string> SourceOf(const RunnerSpec& spec) {
  if (!spec.source.empty()) return spec.source;
  return ReadFile(spec.scripts / spec.script);
}

Status CheckCases(const RunnerSpec& spec) {
  auto passed =
      lua::RequireCases(spec.scripts / spec.script, spec.LibFolder(), spec.ScriptLimits());
  if (!passed) return Fail(passed.error().In(spec.name));
  return {};
}

Result<std::unique_ptr<lua::Script>> LoadScript(const RunnerSpec& spec,
                                                const RunnerContext& context) {
  TRY_ASSIGN(std::string text, SourceOf(spec));
  return LoadText(spec, context, text);
}

Result<std::unique_ptr<Runner>> MakeScriptRunner(const RunnerSpec& spec,
                                                 const RunnerContext& context) {
  if (spec.kind == StageKind::kSegment) {
    return Fail(Code::kInternal, spec.script + " is a rule: no worker runs it, its segment does");
  }
  TRY_ASSIGN(std::string text, SourceOf(spec));
  TRY_ASSIGN(auto script, LoadText(spec, context, text));
  if (script->kind() != KindOf(spec.kind)) {
    return Fail(Code::kInvalidArgument,
                fmt::format("{} is a {} script, and {} needs a {} script", spec.script,
                            lua::KindName(script->kind()), spec.name, StageName(spec.kind)));
  }
  return std::make_unique<ScriptRunner>(spec, context, std::move(script), Fingerprint(text));
}

}  // namespace tidings::pipeline
