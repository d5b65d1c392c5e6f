#include "plugin/instance.h"

#include <exception>

#include <fmt/core.h>

#include "plugin/host_table.h"
#include "plugin/output_guard.h"

namespace tidings::plugin {
namespace {

enum class State { kNew, kCreated, kStarted, kDrained, kStopped, kBroken };

const char* StateWords(State state) {
  switch (state) {
    case State::kNew: return "not created";
    case State::kCreated: return "not started";
    case State::kStarted: return "running";
    case State::kDrained: return "drained";
    case State::kStopped: return "stopped";
    case State::kBroken: return "broken by an exception it threw";
  }
  return "";
}

Code CodeOf(tidings_status status) {
  switch (status) {
    case TIDINGS_INVALID: return Code::kInvalidArgument;
    case TIDINGS_UNAVAILABLE: return Code::kUnavailable;
    case TIDINGS_CANCELLED: return Code::kCancelled;
    default: return Code::kInternal;
  }
}

const char* StatusWords(tidings_status status) {
  switch (status) {
    case TIDINGS_INVALID: return "TIDINGS_INVALID";
    case TIDINGS_UNAVAILABLE: return "TIDINGS_UNAVAILABLE";
    case TIDINGS_CANCELLED: return "TIDINGS_CANCELLED";
    case TIDINGS_FAILED: return "TIDINGS_FAILED";
    default: return "a status that is none";
  }
}

std::string CurrentException() {
  try {
    throw;
  } catch (const std::exception& problem) {
    return problem.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

// Shuts the door behind one caller; a second one finds it shut.
class Entry {
 public:
  explicit Entry(std::atomic<bool>& inside) : inside_(inside), first_(!inside.exchange(true)) {}
  ~Entry() {
    if (first_) inside_ = false;
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  bool first() const { return first_; }

 private:
  std::atomic<bool>& inside_;
  const bool first_;
};

HostServices Named(HostServices services, const Plugin& plugin) {
  if (services.name.empty()) services.name = plugin.id();
  return services;
}

}  // namespace

class Instance::Parts {
 public:
  Parts(const Plugin& plugin, HostServices services)
      : id(plugin.id()),
        version(plugin.version()),
        descriptor_(plugin.descriptor()),
        host_(Named(std::move(services), plugin)),
        output_(descriptor_.stage) {}
  ~Parts();

  Status Create(const Json& options);
  Status Start();
  Status Process(const tidings_batch& batch, const tidings_output& output);
  Status Drain(Time deadline);
  void Stop();

  const std::string id, version;

 private:
  // Calls the plugin: `body` returns its status. `call` is the function's name, for errors. Where
  // `wanted` is given, the instance must be in that state.
  template <class Body>
  Status Enter(std::optional<State> wanted, const char* call, int64_t deadline, Body body);
  Status StatusFrom(const char* call, tidings_status status) const;
  // What a call that returns nothing came to: failed where it said so through error().
  tidings_status StatusOfSilent() const {
    return host_.LastError().empty() ? TIDINGS_OK : TIDINGS_FAILED;
  }
  tl::unexpected<Error> Failure(Code code, const char* call, const std::string& why) const {
    return Fail(code, fmt::format("{} {}: {}: {}", id, version, call, why));
  }

  const tidings_plugin_descriptor& descriptor_;
  HostTable host_;
  OutputGuard output_;
  tidings_instance* instance_ = nullptr;
  State state_ = State::kNew;  // touched by whoever is inside
  std::atomic<bool> stop_due_{false};
  std::atomic<bool> inside_{false};
};

template <class Body>
Status Instance::Parts::Enter(std::optional<State> wanted, const char* call, int64_t deadline,
                              Body body) {
  Entry entry(inside_);
  if (!entry.first()) return Failure(Code::kInternal, call, "another call is inside the instance");
  if (wanted && state_ != *wanted) {
    return Failure(Code::kInternal, call,
                   fmt::format("the host called it while it was {}", StateWords(state_)));
  }
  host_.Begin(deadline);
  Status status;
  try {
    status = StatusFrom(call, body());
  } catch (...) {
    state_ = State::kBroken;
    status =
        Failure(Code::kInternal, call,
                "let an exception cross the interface, which breaks it: " + CurrentException());
  }
  host_.End();
  return status;
}

Status Instance::Parts::StatusFrom(const char* call, tidings_status status) const {
  if (status == TIDINGS_OK) return {};
  auto code = CodeOf(status);
  if (code == Code::kCancelled && host_.PastDeadline()) code = Code::kTimeout;
  auto why = host_.LastError();
  if (why.empty()) {
    why = fmt::format("failed with {} ({}) and gave no reason; a plugin calls host->error() first",
                      StatusWords(status), status);
  }
  return Failure(code, call, why);
}

Status Instance::Parts::Create(const Json& options) {
  auto text = ToLine(options);
  TRY(Enter(std::nullopt, "create", TIDINGS_NO_TIME, [&]() -> tidings_status {
    instance_ = descriptor_.create(host_.get(), {text.data(), text.size()});
    if (instance_) state_ = State::kCreated;
    return instance_ ? TIDINGS_OK : TIDINGS_INVALID;
  }));
  return {};
}

Status Instance::Parts::Start() {
  return Enter(State::kCreated, "start", TIDINGS_NO_TIME, [&] {
    stop_due_ = true;
    auto status = descriptor_.start(instance_);
    if (status == TIDINGS_OK) state_ = State::kStarted;
    return status;
  });
}

Status Instance::Parts::Process(const tidings_batch& batch, const tidings_output& output) {
  if (batch.stage != descriptor_.stage) {
    return Failure(Code::kInternal, "process",
                   fmt::format("the host has a batch of stage {} for it, whose stage is {}",
                               batch.stage, descriptor_.stage));
  }
  using Missing = OutputGuard::Missing;
  Status rules;
  auto status = Enter(State::kStarted, "process", batch.deadline, [&] {
    output_.Open(output, batch.count);
    tidings_status result;
    try {
      result = descriptor_.process(instance_, &batch, output_.get());
    } catch (...) {
      rules = output_.Close(Missing::kNothing);
      throw;
    }
    rules = output_.Close(result != TIDINGS_OK ? Missing::kNothing
                          : host_.Cancelled()  ? Missing::kRetry
                                               : Missing::kReject);
    return result;
  });
  TRY(status);
  if (!rules) return Failure(rules.error().code, "process", rules.error().message);
  return {};
}

Status Instance::Parts::Drain(Time deadline) {
  int64_t until = deadline.time_since_epoch().count();
  return Enter(State::kStarted, "drain", until, [&] {
    state_ = State::kDrained;
    return descriptor_.drain(instance_, until);
  });
}

void Instance::Parts::Stop() {
  if (inside_ || !stop_due_.exchange(false)) return;
  auto status = Enter(std::nullopt, "stop", TIDINGS_NO_TIME, [&]() -> tidings_status {
    if (state_ != State::kBroken) state_ = State::kStopped;
    descriptor_.stop(instance_);
    return StatusOfSilent();
  });
  if (!status) host_.Log(log::Level::kError, status.error().message);
}

Instance::Parts::~Parts() {
  Stop();
  if (!instance_) return;
  auto status = Enter(std::nullopt, "destroy", TIDINGS_NO_TIME, [&]() -> tidings_status {
    descriptor_.destroy(instance_);
    return StatusOfSilent();
  });
  if (!status) host_.Log(log::Level::kError, status.error().message);
}

Result<std::unique_ptr<Instance>> Instance::Create(const Plugin& plugin, const Json& options,
                                                   HostServices services) {
  auto parts = std::make_unique<Parts>(plugin, std::move(services));
  TRY(parts->Create(options));
  return std::unique_ptr<Instance>(new Instance(std::move(parts)));
}

Instance::Instance(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Instance::~Instance() = default;

Status Instance::Start() { return parts_->Start(); }
Status Instance::Process(const tidings_batch& batch, const tidings_output& output) {
  return parts_->Process(batch, output);
}
Status Instance::Drain(Time deadline) { return parts_->Drain(deadline); }
void Instance::Stop() { parts_->Stop(); }
const std::string& Instance::id() const { return parts_->id; }
const std::string& Instance::version() const { return parts_->version; }

}  // namespace tidings::plugin
