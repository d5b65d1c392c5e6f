#include <csignal>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/command.h"
#include "cli/setup.h"
#include "cli/signals.h"
#include "http/server.h"
#include "net/http_client.h"
#include "pipeline/batch.h"
#include "pipeline/runner.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Runs a vendor as a service of its own: takes messages at POST /messages, and calls the "
    "receipt API\n"
    "back later, as real vendors do. For trying pipelines out; any deliver plugin can stand behind "
    "it.\n\n"
    "  tidings vendor --port 9090 --receipts http://127.0.0.1:8080/api/v1/receipts\n"
    "  tidings vendor --options '{\"failure_rate\": 0.3, \"duplicates\": 0.1, \"delay\": "
    "\"1s..5s\"}'\n\n"
    "Then give the vendor in pipelines.yaml the option `url: http://127.0.0.1:9090/messages`.\n";

struct VendorOptions {
  int port = 9090;
  std::string plugin = "deliver_simulated";
  std::string options = "{}";
  std::string receipts = "http://127.0.0.1:8080/api/v1/receipts";
};

// One of what deliver_simulated posts with its option `url`.
pipeline::Message ReadMessage(const Json& json) {
  pipeline::Message message;
  message.id = TextOf(json, "commId");
  message.idempotency_key = TextOf(json, "idempotencyKey");
  if (message.idempotency_key.empty()) message.idempotency_key = message.id;
  message.campaign_id = TextOf(json, "campaignId");
  message.customer_id = TextOf(json, "customerId");
  message.channel = TextOf(json, "channel");
  if (message.channel.empty()) message.channel = "email";
  message.recipient = TextOf(json, message.channel == "email" ? "email" : "phone");
  message.recipient_name = TextOf(json, "name");
  message.subject = TextOf(json, "subject");
  message.text = TextOf(json, "personalized_msg");
  message.html = TextOf(json, "html");
  auto attempt = json.find("attempt");
  if (attempt != json.end() && attempt->is_number_unsigned()) message.attempt = *attempt;
  return message;
}

Result<pipeline::Batch> ReadMessages(std::string_view body) {
  TRY_ASSIGN(Json json, ParseJson(body));
  if (!json.is_array()) json = Json::array({json});
  std::vector<pipeline::Message> messages;
  for (const auto& entry : json) {
    if (!entry.is_object() || TextOf(entry, "commId").empty()) {
      return Fail(Code::kInvalidArgument,
                  fmt::format("/{}: a message is an object with at least commId", messages.size()));
    }
    messages.push_back(ReadMessage(entry));
  }
  pipeline::Batch batch;
  batch.items = std::move(messages);
  batch.now = Clock::System().Now();
  batch.deadline = batch.now + std::chrono::seconds(30);
  return batch;
}

Json ToJson(const std::string& id, const pipeline::Verdict& verdict) {
  static const char* const kWords[] = {"accepted", "retry", "rejected", "rejected"};
  Json json = {{"commId", id}, {"status", kWords[static_cast<int>(verdict.code)]}};
  if (!verdict.reason.empty()) json["reason"] = verdict.reason;
  if (!verdict.reference.empty()) json["vendorMessageId"] = verdict.reference;
  if (verdict.retry_after > Duration{}) json["retryAfterMs"] = verdict.retry_after.count() / 1000;
  return json;
}

Json ToJson(const pipeline::Batch& batch, const pipeline::Outcome& outcome) {
  const auto& messages = std::get<std::vector<pipeline::Message>>(batch.items);
  Json answers = Json::array();
  for (size_t i = 0; i < messages.size(); ++i) {
    answers.push_back(ToJson(messages[i].id, outcome.verdicts[i]));
  }
  return answers;
}

// One runner, entered by one call at a time.
class VendorService {
 public:
  explicit VendorService(std::unique_ptr<pipeline::Runner> runner) : runner_(std::move(runner)) {}

  void Take(const http::Request& request, const http::Responder& responder) {
    auto batch = ReadMessages(request.body);
    if (!batch) return responder.Fail(batch.error());
    std::lock_guard lock(mutex_);
    auto outcome = runner_->Process(*batch);
    if (!outcome) return responder.Fail(outcome.error());
    responder.Send(http::Response::OfJson(200, ToJson(*batch, *outcome)));
  }

  void Drain() { runner_->Drain(Clock::System().Now() + std::chrono::seconds(30)); }

 private:
  std::mutex mutex_;
  std::unique_ptr<pipeline::Runner> runner_;  // guarded by mutex_ while the server runs
};

// "127.0.0.1:8080" of "http://127.0.0.1:8080/api/v1/receipts".
std::string AuthorityOf(const std::string& url) {
  auto scheme = url.find("://");
  auto rest = scheme == url.npos ? url : url.substr(scheme + 3);
  return rest.substr(0, rest.find('/'));
}

Result<pipeline::RunnerSpec> SpecOf(const Globals& globals, const VendorOptions& options) {
  TRY_ASSIGN(auto registry, ScanPlugins(globals.locations));
  const auto* plugin = registry.Find(options.plugin);
  if (!plugin || plugin->stage() != StageKind::kDeliver) {
    return Fail(Code::kNotFound, "there is no deliver plugin " + options.plugin +
                                     "; `tidings plugins` lists those that were found");
  }
  pipeline::RunnerSpec spec;
  spec.name = "vendor";
  spec.kind = StageKind::kDeliver;
  spec.plugin = options.plugin;
  spec.library = plugin->path();
  spec.scripts = globals.locations.scripts;
  TRY_ASSIGN(spec.options, ParseJson(options.options));
  return spec;
}

Result<int> RunVendor(const Globals& globals, const VendorOptions& options) {
  Signals signals({SIGTERM, SIGINT});
  TRY_ASSIGN(auto spec, SpecOf(globals, options));
  TRY_ASSIGN(auto client, net::HttpClient::Create({.allow = {AuthorityOf(options.receipts)}}));
  pipeline::RunnerContext context;
  context.http = client.get();
  context.receipts_url = options.receipts;
  TRY_ASSIGN(auto runner, pipeline::MakeRunner(spec, context));
  VendorService service(std::move(runner));
  http::Router router;
  router.Add("POST", "/messages",
             [&service](const http::Request& request, const http::Responder& responder) {
               service.Take(request, responder);
             },
             {.max_body = 64 << 20});
  http::Options http_options;
  http_options.port = options.port;
  http::Server server(http_options, std::move(router));
  TRY(server.Start());
  log::Info("vendor", "{} takes messages at http://127.0.0.1:{}/messages and calls {} back",
            options.plugin, server.port(), options.receipts);
  signals.Wait();
  (void)server.Drain(std::chrono::seconds(10));
  service.Drain();
  return kDone;
}

}  // namespace

void AddVendor(Commands& commands) {
  auto* command = AddCommand(commands, "vendor", "Run a simulated vendor as a service", kTeaching);
  auto options = std::make_shared<VendorOptions>();
  command->add_option("--port", options->port, "Port to listen on; 0 = any free one")
      ->capture_default_str();
  command->add_option("--plugin", options->plugin, "The deliver plugin")->capture_default_str();
  command->add_option("--options", options->options, "Its options, a JSON object")
      ->capture_default_str();
  command->add_option("--receipts", options->receipts, "Where receipts go")->capture_default_str();
  command->callback([&commands, options] {
    commands.chosen = [&globals = commands.globals, options] {
      return RunVendor(globals, *options);
    };
  });
}

}  // namespace tidings::cli
