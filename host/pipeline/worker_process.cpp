#include "pipeline/worker_process.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>

#include <fmt/core.h>

#include "base/file.h"
#include "base/log.h"
#include "bus/context.h"
#include "net/http_client.h"
#include "pipeline/worker.h"
#include "pipeline/worker_settings.h"

namespace tidings::pipeline {
namespace {

constexpr int kDone = 0, kBadSettings = 2, kCannotLoad = 3, kHostGone = 4;

Result<WorkerSettings> TakeSettings(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) {
    return Fail(Code::kInvalidArgument,
                "usage: tidings worker FILE (the host writes the file and starts its workers)");
  }
  TRY_ASSIGN(std::string text, ReadFile(arguments[0]));
  std::error_code ignored;
  std::filesystem::remove(arguments[0], ignored);  // it may hold secrets
  TRY_ASSIGN(Json json, ParseJson(text));
  return WorkerSettings::FromJson(json);
}

// The stage may use `memory` bytes beyond what this program has taken by now.
void LimitMemory(int64_t memory) {
  std::ifstream status("/proc/self/status");
  rlim_t used = 0;
  for (std::string word; status >> word;) {
    if (word == "VmData:") status >> used;  // KiB
  }
  rlimit limit{used * 1024 + static_cast<rlim_t>(memory), RLIM_INFINITY};
  // The thread of the socket and the bus's own need stacks and buffers.
  constexpr rlim_t kOurs = rlim_t{64} << 20;
  limit.rlim_cur += kOurs;
  if (used > 0) ::setrlimit(RLIMIT_DATA, &limit);
}

Result<WorkerOptions> OptionsOf(const WorkerSettings& settings) {
  WorkerOptions options;
  options.endpoint = settings.endpoint;
  options.socket.identity = settings.name;
  options.credit = settings.credit;
  if (!settings.curve_secret.empty()) {
    TRY_ASSIGN(options.socket.connect_as, bus::CurveKeys::FromSecret(settings.curve_secret));
    options.socket.server_key = settings.curve_server;
  }
  return options;
}

Result<int> RunWorker(const WorkerSettings& settings) {
  TRY_ASSIGN(auto http, net::HttpClient::Create({.allow = settings.http_allow}));
  TRY_ASSIGN(auto options, OptionsOf(settings));
  bus::Context context;
  bool loaded = false;
  Worker worker(context, options, [&](const std::atomic<bool>* cancelled) {
    RunnerContext runner_context;
    runner_context.http = http.get();
    runner_context.receipts_url = settings.receipts_url;
    runner_context.cancelled = cancelled;
    auto runner = MakeRunner(settings.spec, runner_context);
    loaded = runner.has_value();
    return runner;
  });
  auto ended = worker.Run();
  if (ended) return kDone;
  log::Warning(settings.name, "this worker ends: {}", ended.error().message);
  return loaded ? kHostGone : kCannotLoad;
}

}  // namespace

Json WorkerSettings::ToJson() const {
  return {{"endpoint", endpoint},
          {"name", name},
          {"credit", credit},
          {"spec", spec.ToJson()},
          {"receipts_url", receipts_url},
          {"http_allow", http_allow},
          {"curve_secret", curve_secret},
          {"curve_server", curve_server}};
}

Result<WorkerSettings> WorkerSettings::FromJson(const Json& json) {
  if (!json.is_object()) return Fail(Code::kInvalidArgument, "these are no settings of a worker");
  WorkerSettings settings;
  settings.endpoint = TextOf(json, "endpoint");
  settings.name = TextOf(json, "name");
  TRY_ASSIGN(settings.spec, RunnerSpec::FromJson(json.value("spec", Json())));
  settings.receipts_url = TextOf(json, "receipts_url");
  settings.curve_secret = TextOf(json, "curve_secret");
  settings.curve_server = TextOf(json, "curve_server");
  for (const Json& entry : json.value("http_allow", Json::array())) {
    if (entry.is_string()) settings.http_allow.push_back(entry.get<std::string>());
  }
  if (json.contains("credit") && json["credit"].is_number_unsigned()) {
    settings.credit = json["credit"].get<uint32_t>();
  }
  if (settings.endpoint.empty() || settings.name.empty()) {
    return Fail(Code::kInvalidArgument, "a worker needs an `endpoint` and a `name`");
  }
  return settings;
}

int RunWorkerProcess(const std::vector<std::string>& arguments) {
  // A terminal or a service manager signals every process; the host drains its workers itself, and
  // they die with it.
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  auto settings = TakeSettings(arguments);
  if (!settings) {
    fmt::print(stderr, "{}\n", settings.error().message);
    return kBadSettings;
  }
  LimitMemory(settings->spec.memory);
  auto status = RunWorker(*settings);
  if (status) return *status;
  log::Failure(settings->name, "{}", status.error().message);
  return kBadSettings;
}

}  // namespace tidings::pipeline
