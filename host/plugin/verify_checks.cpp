#include "plugin/verify_checks.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include <malloc.h>

#include <fmt/core.h>

#include "plugin/instance.h"
#include "plugin/sample.h"

namespace tidings::plugin {
namespace {

constexpr Duration kDrainTime = std::chrono::milliseconds(500);
constexpr Duration kGrace = std::chrono::seconds(2);  // how late an end may come on a busy machine

// Takes results and only counts them.
struct Sink {
  Sink() {
    table = {sizeof table,
             0,
             this,
             [](void* context, uint64_t, const tidings_verdict*) { Count(context); },
             [](void* context, uint64_t, const tidings_record*) { Count(context); },
             [](void* context, uint64_t, const tidings_receipt*) { Count(context); },
             [](void* context, uint64_t, tidings_text) { Count(context); },
             [](void* context, uint64_t, uint64_t, tidings_text, tidings_text, tidings_text) {
               Count(context);
             }};
  }
  static void Count(void* context) { ++static_cast<Sink*>(context)->results; }

  tidings_output table{};
  uint64_t results = 0;
};

// One instance and its life, each call noted on the board before it is made.
class Life {
 public:
  Life(Trial& trial, const Plugin& plugin) : trial_(trial), plugin_(plugin) {
    services_.name = "verify";
    services_.log = [](log::Level, std::string_view) {};
    services_.cancelled = &cancelled;
    services_.http = [](const HttpCall&) { return HttpAnswer{202, "", "{}"}; };
    services_.receipts_url = "http://127.0.0.1:1/api/v1/receipts";
  }

  HostServices& services() { return services_; }

  Status Create() {
    return Create(trial_.options.options.is_null() ? PlainOptions(plugin_.options_schema())
                                                   : trial_.options.options);
  }
  Status Create(const Json& options) {
    Step("create", ToLine(options));
    auto made = Instance::Create(plugin_, options, services_);
    if (!made) return Fail(made.error().In("with the options " + ToLine(options)));
    instance_ = std::move(*made);
    return {};
  }
  Status Start() {
    Step("start", "");
    return instance_->Start();
  }
  Status Process(size_t count, Flavour flavour, Random& random, Sink& sink) {
    SampleBatch sample(plugin_.descriptor().stage, count, flavour, random);
    Step("process", fmt::format("a batch of {}", count));
    return instance_->Process(sample.batch(), sink.table);
  }
  Status Drain(Duration limit = kDrainTime) {
    Step("drain", "");
    const auto deadline = Clock::System().Now() + limit;
    TRY(instance_->Drain(deadline));
    if (Clock::System().Now() < deadline + kGrace) return {};
    return Fail(Code::kTimeout, "drain came back long after its deadline");
  }
  void End() {
    Step("stop", "");
    instance_->Stop();
    Step("destroy", "");
    instance_.reset();
    Step("after destroy", "");
  }

  std::atomic<bool> cancelled{false};

 private:
  void Step(const char* call, const std::string& with) {
    trial_.board.Step(with.empty() ? std::string(call) : fmt::format("{} with {}", call, with));
  }

  Trial& trial_;
  const Plugin& plugin_;
  HostServices services_;
  std::unique_ptr<Instance> instance_;
};

// A refusal of a whole batch is the plugin's right, and so is to give up; a broken rule is none.
Status UnlessBroken(const Status& status) {
  if (status || status.error().code != Code::kInternal) return {};
  return status;
}

Result<Plugin> Load(Trial& trial) {
  trial.board.Step("loading it");
  return Plugin::Load(trial.file);
}

Result<std::string> Handshake(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  const auto& d = plugin.descriptor();
  return fmt::format("{} {}, {}, interface {}.{}", plugin.id(), plugin.version(),
                     StageName(plugin.stage()), d.abi_major, d.abi_minor);
}

Result<std::string> CreateOnly(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  Life life(trial, plugin);
  TRY(life.Create());
  life.End();
  return "";
}

Result<std::string> NoBatch(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  for (bool drained : {false, true}) {
    Life life(trial, plugin);
    TRY(life.Create());
    TRY(life.Start());
    if (drained) TRY(life.Drain());
    life.End();
  }
  return "with and without a drain";
}

// Samples for ingest and receipt are in common formats, of which a plugin need not know any.
bool KnowsTheFormat(const Plugin& plugin) {
  return plugin.stage() != StageKind::kIngest && plugin.stage() != StageKind::kReceipt;
}

// One whole life with `batches` batches of `count` items.
Result<uint64_t> WholeLife(Trial& trial, const Plugin& plugin, int batches, size_t count,
                           Flavour flavour, Duration drain_time = kDrainTime) {
  Random random(trial.options.seed);
  Sink sink;
  Life life(trial, plugin);
  TRY(life.Create());
  TRY(life.Start());
  for (int i = 0; i < batches; ++i) {
    auto status = life.Process(count, flavour, random, sink);
    bool strict = flavour == Flavour::kPlain && KnowsTheFormat(plugin);
    TRY(strict ? status : UnlessBroken(status));
  }
  TRY(UnlessBroken(life.Drain(drain_time)));
  life.End();
  return sink.results;
}

Result<std::string> Batches(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  TRY_ASSIGN(auto results, WholeLife(trial, plugin, 5, 20, Flavour::kPlain));
  return fmt::format("100 items, {} results", results);
}

Result<std::string> EmptyBatches(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  TRY(WholeLife(trial, plugin, 3, 0, Flavour::kPlain));
  return "";
}

Result<std::string> BigBatch(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  TRY_ASSIGN(auto results, WholeLife(trial, plugin, 1, 10'000, Flavour::kPlain));
  return fmt::format("10,000 items, {} results", results);
}

Result<std::string> EmptyItems(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  TRY(WholeLife(trial, plugin, 3, 10, Flavour::kEmpty));
  return "";
}

Result<std::string> OddItems(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  TRY(WholeLife(trial, plugin, 10, 10, Flavour::kOdd));
  return "broken UTF-8, NUL, a megabyte of text, numbers at their ends";
}

Result<std::string> Cancellation(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  Random random(trial.options.seed);
  Sink sink;
  Life life(trial, plugin);
  TRY(life.Create());
  TRY(life.Start());
  life.cancelled = true;
  const auto begin = Clock::System().Now();
  auto status = life.Process(1000, Flavour::kPlain, random, sink);
  if (!status && status.error().code != Code::kCancelled && KnowsTheFormat(plugin)) {
    return Fail(status.error());
  }
  TRY(UnlessBroken(status));
  if (Clock::System().Now() - begin > kGrace) {
    return Fail(Code::kTimeout, "process went on long after the host had asked it to stop");
  }
  life.End();
  return status ? "finished its batch" : "gave up its batch";
}

Result<std::string> SideBySide(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  Result<uint64_t> first = 0, second = 0;
  auto run = [&](Result<uint64_t>& result) {
    result = WholeLife(trial, plugin, 50, 20, Flavour::kPlain);
  };
  std::thread other(run, std::ref(second));
  run(first);
  other.join();
  TRY(first);
  TRY(second);
  return "two instances in two threads";
}

HttpAnswer BadAnswer(Random& random) {
  const std::string bodies[] = {"",     "not JSON",          "{\"error\": {\"message\": \"no\"}}",
                                "[[[[", "{\"choices\": []}", std::string(100'000, 'x')};
  const int statuses[] = {200, 204, 302, 400, 401, 404, 413, 429, 500, 503};
  return {statuses[random.Below(10)], "Content-Type: application/json\r\n",
          bodies[random.Below(6)]};
}

Result<std::string> BadNetwork(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  Random random(trial.options.seed);
  std::mutex mutex;
  std::atomic<int> calls{0};
  Sink sink;
  Life life(trial, plugin);
  life.services().http = [&](const HttpCall&) -> Result<HttpAnswer> {
    std::lock_guard lock(mutex);
    ++calls;
    if (random.Chance(0.3)) return Fail(Code::kUnavailable, "no network today");
    return BadAnswer(random);
  };
  TRY(life.Create());
  if (auto status = life.Start(); !status) {
    TRY(UnlessBroken(status));
    life.End();
    return "does not start without its peer";
  }
  for (int i = 0; i < 20; ++i) {
    Random items(trial.options.seed);
    TRY(UnlessBroken(life.Process(5, Flavour::kPlain, items, sink)));
  }
  TRY(UnlessBroken(life.Drain()));
  life.End();
  return fmt::format("{} calls failed or were answered with nonsense", calls.load());
}

Result<std::string> ManyOptions(Trial& trial) {
  TRY_ASSIGN(auto plugin, Load(trial));
  Random random(trial.options.seed);
  int refused = 0;
  for (int round = 0; round < trial.options.rounds; ++round) {
    Sink sink;
    Life life(trial, plugin);
    auto options = RandomOptions(plugin.options_schema(), random);
    if (auto status = life.Create(options); !status) {
      TRY(UnlessBroken(status));
      ++refused;
      continue;
    }
    if (auto started = life.Start(); started) {
      TRY(UnlessBroken(life.Process(3, Flavour::kPlain, random, sink)).map_error([&](Error error) {
        return error.In("with the options " + ToLine(options));
      }));
    }
    life.End();
  }
  return fmt::format("{} sets of options, {} refused", trial.options.rounds, refused);
}

struct Holdings {
  size_t memory, files, threads;
};

size_t Entries(const char* folder) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    (void)entry;
    ++count;
  }
  return count;
}

// Makes glibc's account of memory exact: it counts what lies in the caches of a thread as used, and
// knows the first arena only. So there is one arena and no fast bins, and the lives are led in a
// thread that gives its cache back when it ends.
void CountExactly() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MXFAST, 0);
}

Result<Holdings> AfterLives(Trial& trial, const Plugin& plugin, int lives) {
  Result<uint64_t> life = 0;
  std::thread([&] {
    for (int i = 0; i < lives && life; ++i) {
      life = WholeLife(trial, plugin, 1, 10, Flavour::kPlain, Duration::zero());
    }
  }).join();
  TRY(life);
  return Holdings{::mallinfo2().uordblks, Entries("/proc/self/fd"), Entries("/proc/self/task")};
}

// What a plugin keeps for good after its first lives is its own affair; what grows is a leak.
Result<std::string> Leaks(Trial& trial) {
  constexpr int kLives = 20;
  constexpr size_t kNoise = 32 * kLives;  // bytes
  CountExactly();
  TRY_ASSIGN(auto plugin, Load(trial));
  TRY_ASSIGN(auto a, AfterLives(trial, plugin, kLives));
  TRY_ASSIGN(auto b, AfterLives(trial, plugin, kLives));
  TRY_ASSIGN(auto c, AfterLives(trial, plugin, kLives));
  if (c.files > b.files && b.files > a.files) {
    return Fail(Code::kInternal,
                fmt::format("leaks {} file descriptors in {} lives", c.files - b.files, kLives));
  }
  if (c.threads > b.threads && b.threads > a.threads) {
    return Fail(Code::kInternal,
                fmt::format("leaves {} threads behind in {} lives", c.threads - b.threads, kLives));
  }
  if (c.memory > b.memory + kNoise && b.memory > a.memory + kNoise) {
    return Fail(Code::kInternal,
                fmt::format("leaks {} bytes of memory a life", (c.memory - b.memory) / kLives));
  }
  return fmt::format("memory, descriptors and threads stay level over {} lives", 3 * kLives);
}

constexpr CheckKind kChecks[] = {
    {"handshake", Handshake},
    {"create and destroy", CreateOnly},
    {"start and stop without a batch", NoBatch},
    {"a whole life with batches", Batches},
    {"empty batches", EmptyBatches},
    {"a big batch", BigBatch},
    {"empty items", EmptyItems},
    {"odd items", OddItems},
    {"cancellation", Cancellation},
    {"instances side by side", SideBySide},
    {"a bad network", BadNetwork},
    {"random options", ManyOptions},
    {"leaks", Leaks},
};

}  // namespace

std::span<const CheckKind> CheckKinds() { return kChecks; }

}  // namespace tidings::plugin
