#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/campaign_view.h"
#include "cli/command.h"
#include "cli/generate.h"
#include "cli/host.h"
#include "cli/setup.h"
#include "crm/audience.h"
#include "crm/campaign_store.h"
#include "pipeline/launch.h"
#include "rule/rule.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Does the main job from nothing, in a scratch folder that is removed afterwards: starts a host "
    "with\n"
    "a PostgreSQL of its own, takes in made-up customers and orders, finds the lapsed big spenders "
    "with\n"
    "a Lua rule, sends them a campaign through the simulated vendor, books its receipts over HTTP, "
    "and\n"
    "writes the summary.\n\n"
    "  tidings demo\n"
    "  tidings demo --customers 200000 --orders 600000\n"
    "  tidings demo --keep ./shop       # and look around afterwards: tidings serve --data "
    "./shop\n";

constexpr const char* kRule = "segment/lapsed_big_spenders.lua";
constexpr const char* kSubject = "{{name|friend}}, it has been a while";
constexpr const char* kMessage =
    "Dear {{name|friend}},\n\nyou have been with us {{total_visits}} times, and we have not seen "
    "you in "
    "{{city|town}} for too long. Your next order comes with free delivery.\n";

struct DemoOptions {
  int64_t customers = 50000, orders = 200000;
  uint64_t seed = 1;
  std::string keep;
};

// "1/5  Starting ..." as headings between the progress lines.
class Steps {
 public:
  explicit Steps(bool silent) : silent_(silent) {}
  void Next(const std::string& what) {
    ++number_;
    if (!silent_) fmt::print(stderr, "\n{}/6  {}\n", number_, what);
  }
  void Say(const std::string& what) {
    if (!silent_) fmt::print(stderr, "     {}\n", what);
  }

 private:
  const bool silent_;
  int number_ = 0;
};

struct Figures {
  std::map<std::string, double> seconds;
  int64_t customers = 0, orders = 0;
  Json campaign;
};

class Stopwatch {
 public:
  explicit Stopwatch(double& into) : into_(into), begun_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() {
    into_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  }

 private:
  double& into_;
  std::chrono::steady_clock::time_point begun_;
};

class Demo {
 public:
  Demo(const Globals& globals, const DemoOptions& options)
      : globals_(globals), options_(options), steps_(globals.json) {}

  Result<Figures> Run(const std::filesystem::path& data) {
    TRY(StartHost(data));
    TRY(TakeIn());
    TRY_ASSIGN(auto rule, FindAudience());
    TRY_ASSIGN(Id id, LaunchOn(rule));
    TRY(Follow(id));
    return std::move(figures_);
  }

 private:
  Status StartHost(const std::filesystem::path& data) {
    steps_.Next("Starting a host with a PostgreSQL of its own in " + data.string());
    Stopwatch watch(figures_.seconds["start"]);
    HostOptions options;
    options.locations = globals_.locations;
    options.locations.data = data;
    options.port = 0;
    TRY_ASSIGN(host_, Host::Start(options));
    steps_.Say("serving on " + host_->url());
    return {};
  }

  Status TakeIn() {
    steps_.Next(fmt::format("Taking in {} customers and {} orders",
                            WithThousands(options_.customers), WithThousands(options_.orders)));
    Stopwatch watch(figures_.seconds["ingest"]);
    TRY_ASSIGN(auto registry, ScanPlugins(globals_.locations));
    GenerateOptions generate;
    generate.customers = options_.customers;
    generate.orders = options_.orders;
    generate.seed = options_.seed;
    generate.silent = globals_.json;
    TRY_ASSIGN(auto taken, Generate(generate, host_->pool(), registry, globals_.locations));
    figures_.customers = taken.customers.created;
    figures_.orders = taken.orders.created;
    return {};
  }

  Result<rule::Rule> FindAudience() {
    steps_.Next(fmt::format("Finding the audience with scripts/{}", kRule));
    Stopwatch watch(figures_.seconds["audience"]);
    TRY_ASSIGN(auto source, ReadFile(globals_.locations.scripts / kRule));
    TRY_ASSIGN(auto rule, rule::Rule::Parse("lua", source, globals_.locations.scripts / "lib", {}));
    now_ = Clock::System().Now();
    TRY_ASSIGN(auto preview, crm::AudienceStore(host_->pool()).PreviewOf(rule, now_));
    steps_.Say(fmt::format("{} of {} customers: {}", WithThousands(preview.count),
                           WithThousands(figures_.customers), rule.name()));
    previewed_ = preview.count;
    return rule;
  }

  Result<Id> LaunchOn(const rule::Rule& rule) {
    steps_.Next("Launching the campaign");
    Stopwatch watch(figures_.seconds["launch"]);
    crm::CampaignStore campaigns(host_->pool(), IdSource::System());
    crm::Draft draft;
    draft.name = "We miss you";
    draft.subject = kSubject;
    draft.message = kMessage;
    TRY_ASSIGN(auto ticket,
               pipeline::LaunchCampaign(host_->engine(), campaigns, draft, rule, now_));
    steps_.Say(fmt::format("ticket {}: {} people, intent: {}", ticket.id.ToString(),
                           WithThousands(ticket.audience), ticket.intent));
    if (ticket.audience != previewed_) {
      return Fail(Code::kInternal, "the audience differs from its preview");
    }
    return ticket.id;
  }

  Status Follow(const Id& id) {
    steps_.Next("Delivering; the vendor calls back with receipts");
    {
      Stopwatch watch(figures_.seconds["delivery"]);
      TRY_ASSIGN(figures_.campaign,
                 WatchCampaign(host_->pool(), id, globals_.json, std::chrono::seconds(60)));
    }
    steps_.Next("Stopping");
    host_->Drain(std::chrono::seconds(10));
    host_.reset();
    return {};
  }

  const Globals& globals_;
  const DemoOptions& options_;
  Steps steps_;
  Figures figures_;
  std::unique_ptr<Host> host_;
  Time now_{};
  int64_t previewed_ = 0;
};

std::string Describe(Figures& figures) {
  auto line = [](const char* label, const std::string& value) {
    return fmt::format("  {:<14} {}\n", label, value);
  };
  auto took = [&](const char* step) {
    return FormatDuration(Duration(static_cast<int64_t>(figures.seconds[step] * 1e6)));
  };
  double rows = static_cast<double>(figures.customers + figures.orders);
  auto audience = figures.campaign.value("audience", 0.0);
  std::string text = "\n" + DescribeCampaign(figures.campaign) + "\nFigures\n";
  text += line("host started", "in " + took("start"));
  text += line(
      "taken in",
      fmt::format("{} rows in {}, {}/s", WithThousands(static_cast<int64_t>(rows)), took("ingest"),
                  WithThousands(static_cast<int64_t>(rows / figures.seconds["ingest"]))));
  text += line("audience", "found in " + took("audience"));
  text += line("launched", "in " + took("launch"));
  text += line(
      "delivered",
      fmt::format("to the last receipt and the summary in {}, {} messages/s", took("delivery"),
                  WithThousands(static_cast<int64_t>(audience / figures.seconds["delivery"]))));
  return text;
}

// What the demo promises; a figure that does not add up is a failure, not a footnote.
Status CheckFigures(const Figures& figures, const DemoOptions& options) {
  auto number = [&](const char* name) { return figures.campaign.value(name, int64_t{-1}); };
  bool ok = figures.customers == options.customers && figures.orders == options.orders &&
            number("audience") > 0 && number("pending") == 0 &&
            number("delivered") + number("failed") == number("audience");
  if (ok) return {};
  return Fail(Code::kInternal, "the figures do not add up: " + ToLine(figures.campaign));
}

Result<int> RunDemo(Globals globals, const DemoOptions& options) {
  globals.locations.UseShippedPipelines();
  TempDir scratch("tidings-demo");
  auto data =
      options.keep.empty() ? scratch.path() / "data" : std::filesystem::absolute(options.keep);
  TRY_ASSIGN(auto figures, Demo(globals, options).Run(data));
  OrderedJson json{{"customers", figures.customers},
                   {"orders", figures.orders},
                   {"campaign", figures.campaign},
                   {"seconds", figures.seconds}};
  Print(globals, Describe(figures), json);
  TRY(CheckFigures(figures, options));
  return kDone;
}

}  // namespace

void AddDemo(Commands& commands) {
  auto* command =
      AddCommand(commands, "demo", "Show the main job, from nothing to a summary", kTeaching);
  auto options = std::make_shared<DemoOptions>();
  command->add_option("--customers", options->customers, "How many customers")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{10'000'000}));
  command->add_option("--orders", options->orders, "How many orders")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{0}, int64_t{100'000'000}));
  command->add_option("--seed", options->seed, "The same seed makes the same shop")
      ->capture_default_str();
  command->add_option("--keep", options->keep, "Keep the data in this folder");
  command->callback([&commands, options] {
    commands.chosen = [&globals = commands.globals, options] { return RunDemo(globals, *options); };
  });
}

}  // namespace tidings::cli
