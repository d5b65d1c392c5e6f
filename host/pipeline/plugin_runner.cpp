#include <fmt/core.h>

#include "net/http_client.h"
#include "pipeline/abi.h"
#include "pipeline/runner.h"
#include "plugin/instance.h"
#include "plugin/plugin.h"

namespace tidings::pipeline {
namespace {

class PluginRunner : public Runner {
 public:
  PluginRunner(std::unique_ptr<plugin::Plugin> own, std::unique_ptr<plugin::Instance> instance)
      : own_(std::move(own)), instance_(std::move(instance)) {}

  Result<Outcome> Process(const Batch& batch) override {
    AbiBatch input(batch);
    AbiOutput output(batch.size());
    TRY(instance_->Process(input.view(), output.view()));
    return output.Take();
  }

  void Drain(Time deadline) override {
    (void)instance_->Drain(deadline);  // it is stopped next, whatever it says
    instance_->Stop();
  }

  const std::string& name() const override { return instance_->id(); }
  const std::string& version() const override { return instance_->version(); }

 private:
  const std::unique_ptr<plugin::Plugin> own_;  // null where the registry's is used
  const std::unique_ptr<plugin::Instance> instance_;
};

Result<plugin::HttpAnswer> CallHttp(const RunnerContext& context, const plugin::HttpCall& call) {
  net::HttpCall request{.method = call.method,
                        .url = call.url,
                        .headers = call.headers,
                        .body = call.body,
                        .timeout = call.timeout,
                        .max_body = call.max_body,
                        .cancelled = context.cancelled};
  TRY_ASSIGN(auto answer, context.http->Call(request));
  return plugin::HttpAnswer{answer.status, std::move(answer.headers), std::move(answer.body)};
}

plugin::HostServices ServicesOf(const RunnerSpec& spec, const RunnerContext& context) {
  plugin::HostServices services;
  services.name = spec.name;
  services.clock = context.clock;
  services.cancelled = context.cancelled;
  services.receipts_url = context.receipts_url;
  if (context.count) {
    services.count = [count = context.count](std::string_view name, double value) {
      count(std::string(name), value);
    };
  }
  if (context.http) {
    services.http = [context](const plugin::HttpCall& call) { return CallHttp(context, call); };
  }
  return services;
}

}  // namespace

Result<std::unique_ptr<Runner>> MakePluginRunner(const RunnerSpec& spec,
                                                 const RunnerContext& context) {
  std::unique_ptr<plugin::Plugin> own;
  const plugin::Plugin* plugin = context.registry ? context.registry->Find(spec.plugin) : nullptr;
  if (!plugin && spec.library.empty()) {
    return Fail(Code::kNotFound, fmt::format("there is no plugin `{}`", spec.plugin));
  }
  if (!plugin) {
    TRY_ASSIGN(auto loaded, plugin::Plugin::Load(spec.library));
    own = std::make_unique<plugin::Plugin>(std::move(loaded));
    plugin = own.get();
  }
  TRY_ASSIGN(auto instance,
             plugin::Instance::Create(*plugin, spec.options, ServicesOf(spec, context)));
  TRY(instance->Start());
  return std::make_unique<PluginRunner>(std::move(own), std::move(instance));
}

}  // namespace tidings::pipeline
