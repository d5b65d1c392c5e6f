#include "pipeline/dispatcher.h"

#include "pipeline/dispatcher_core.h"

namespace tidings::pipeline {

Dispatcher::Dispatcher(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Dispatcher::~Dispatcher() = default;

Result<std::unique_ptr<Dispatcher>> Dispatcher::Start(bus::Context& context,
                                                      DispatcherOptions options) {
  TRY_ASSIGN(auto socket, bus::Socket::Open(context, bus::SocketKind::kRouter, options.socket));
  for (auto& endpoint : options.endpoints) {
    TRY(socket.Bind(endpoint));
    endpoint = socket.endpoint();
  }
  auto core = std::make_unique<Core>(std::move(socket), std::move(options));
  return std::unique_ptr<Dispatcher>(new Dispatcher(std::move(core)));
}

void Dispatcher::Submit(const Batch& batch, BatchLimits limits, Done done) {
  auto job = std::make_shared<Job>();
  job->body = Encode(batch);
  job->items = batch.size();
  job->limits = limits;
  job->done = done;
  if (!core_->Post([core = core_.get(), job] { core->Add(std::move(*job)); })) {
    done(Fail(Code::kCancelled, core_->options().name + " is stopping"));
  }
}

std::future<Result<Outcome>> Dispatcher::Submit(const Batch& batch, BatchLimits limits) {
  auto promise = std::make_shared<std::promise<Result<Outcome>>>();
  auto future = promise->get_future();
  Submit(batch, limits,
         [promise](Result<Outcome> result) { promise->set_value(std::move(result)); });
  return future;
}

void Dispatcher::Lost(const std::string& worker) {
  core_->Post([core = core_.get(), worker] { core->Lose(worker, "has ended"); });
}
void Dispatcher::DrainOne() {
  core_->Post([core = core_.get()] { core->DrainOne(); });
}
void Dispatcher::DrainAll() {
  core_->Post([core = core_.get()] { core->DrainAll(); });
}
void Dispatcher::FailWaiting(const Error& error) {
  core_->Post([core = core_.get(), error] { core->FailWaiting(error); });
}
DispatcherStatus Dispatcher::Status() { return core_->Status(); }
const std::vector<std::string>& Dispatcher::endpoints() const { return core_->options().endpoints; }
void Dispatcher::Stop() { core_->Stop(); }

}  // namespace tidings::pipeline
