#include "cli/generate.h"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "pipeline/ingest_stream.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Makes up customers and orders, with names, cities, phones, seasons and lapses, to try things\n"
    "with. The same seed and date make the same rows; making them again changes nothing.\n\n"
    "  tidings generate --customers 10000 --orders 40000\n"
    "  tidings generate --seed 7 --until 2026-06-30\n";

constexpr int64_t kRowsAPiece = 5000;

// The requests to the plugin, one after the other: all customers, then all orders, so that every
// order finds its customer.
class Requests {
 public:
  explicit Requests(const GenerateOptions& options) : options_(options) {}

  std::optional<pipeline::Payload> Next() {
    bool customers = customers_ < options_.customers;
    if (!customers && orders_ >= options_.orders) return std::nullopt;
    Json request{{"seed", options_.seed},
                 {"population", options_.customers},
                 {"until", FormatTime(options_.until)}};
    if (customers)
      Ask(request, "customer", "customers", customers_, options_.customers);
    else
      Ask(request, "order", "orders", orders_, options_.orders);
    pipeline::Payload payload;
    payload.bytes = ToLine(request);
    payload.content_type = "application/x-generate+json";
    payload.source = "generator";
    return payload;
  }

 private:
  static void Ask(Json& request, const std::string& one, const char* many, int64_t& done,
                  int64_t total) {
    int64_t count = std::min(kRowsAPiece, total - done);
    request[many] = count;
    request["from_" + one] = done;
    done += count;
  }

  const GenerateOptions& options_;
  int64_t customers_ = 0, orders_ = 0;
};

int64_t Rows(const pipeline::StreamProgress& progress) {
  int64_t rows = 0;
  for (const auto& [entity, counts] : progress.rows) rows += counts.total();
  return rows;
}

std::string CountsLine(const char* what, const pipeline::RowCounts& counts) {
  return fmt::format("  {:<10} {:>10} created {:>10} unchanged\n", what,
                     WithThousands(counts.created), WithThousands(counts.unchanged));
}

Result<int> RunGenerate(const Globals& globals, GenerateOptions options) {
  options.silent = globals.json;
  TRY_ASSIGN(auto registry, ScanPlugins(globals.locations));
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 8));
  TRY_ASSIGN(auto made, Generate(options, database->pool(), registry, globals.locations));
  Print(globals, CountsLine("customers", made.customers) + CountsLine("orders", made.orders),
        {{"customers",
          {{"created", made.customers.created}, {"unchanged", made.customers.unchanged}}},
         {"orders", {{"created", made.orders.created}, {"unchanged", made.orders.unchanged}}}});
  return kDone;
}

}  // namespace

Result<Generated> Generate(const GenerateOptions& options, pg::Pool& pool,
                           const plugin::PluginRegistry& registry, const Locations& locations) {
  Requests requests(options);
  Progress progress("making up", "rows", options.customers + options.orders, options.silent);
  std::string refusal;
  pipeline::StreamOptions stream;
  stream.pool = &pool;
  stream.registry = &registry;
  stream.plugin = options.plugin;
  stream.scripts_folder = locations.scripts;
  pipeline::StreamCallbacks callbacks;
  callbacks.next = [&] { return Result<std::optional<pipeline::Payload>>(requests.Next()); };
  callbacks.refused = [&](const pipeline::RowReport& row, const std::string& record) {
    if (refusal.empty() && !row.errors.empty()) refusal = row.errors[0].message + " in " + record;
  };
  callbacks.progress = [&](const pipeline::StreamProgress& now) { progress.Show(Rows(now)); };
  TRY_ASSIGN(auto done, pipeline::IngestStream(stream, callbacks));
  progress.Show(Rows(done));
  if (!refusal.empty()) return Fail(Code::kInternal, "a made-up row was refused: " + refusal);
  return Generated{done.rows["customer"], done.rows["order"]};
}

void AddGenerate(Commands& commands) {
  auto* command = AddCommand(commands, "generate", "Make up customers and orders", kTeaching);
  auto options = std::make_shared<GenerateOptions>();
  command->add_option("--customers", options->customers, "How many")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{100'000'000}));
  command->add_option("--orders", options->orders, "How many")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000'000}));
  command->add_option("--seed", options->seed, "The same seed makes the same rows")
      ->capture_default_str();
  auto until = std::make_shared<std::string>();
  command->add_option("--until", *until, "Time of the latest order; else now");
  command->callback([&commands, options, until] {
    commands.chosen = [&globals = commands.globals, options, until]() -> Result<int> {
      if (!until->empty()) {
        TRY_ASSIGN(options->until, ParseTime(*until));
      }
      return RunGenerate(globals, *options);
    };
  });
}

}  // namespace tidings::cli
