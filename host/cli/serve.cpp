#include <csignal>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/log.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/host.h"
#include "cli/signals.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Runs every pipeline of pipelines.yaml and serves the API until SIGTERM or Ctrl-C, which let "
    "it\n"
    "finish what is under way. A second signal stops it at once; nothing is lost by that "
    "either.\n\n"
    "  tidings serve\n"
    "  tidings serve --port 9000 --allow localhost:11434     # a language model on this machine\n"
    "  DATABASE_URL=postgresql://tidings@db/tidings tidings serve\n";

constexpr auto kDrainLimit = std::chrono::seconds(30);

Result<int> Serve(const Globals& globals, HostOptions options) {
  options.locations = globals.locations;
  Signals signals({SIGTERM, SIGINT});
  TRY_ASSIGN(auto host, Host::Start(options));
  log::Info("host", "serving on {} with {} and {}", host->url(),
            globals.locations.pipelines.string(),
            host->embedded_database() ? "the PostgreSQL in " + globals.locations.data.string()
                                      : std::string("the PostgreSQL of DATABASE_URL"));
  int signal = signals.Wait();
  log::Info("host", "{}: finishing what is under way; send it again to stop at once",
            signal == SIGINT ? "interrupted" : "asked to stop");
  signals.ExitOnNext(128 + signal);
  host->Drain(kDrainLimit);
  host.reset();
  log::Info("host", "stopped");
  return kDone;
}

}  // namespace

void AddServe(Commands& commands) {
  auto* command = AddCommand(commands, "serve", "Run the host", kTeaching);
  auto options = std::make_shared<HostOptions>();
  command->add_option("--address", options->address, "Loopback address to listen on")
      ->capture_default_str();
  command->add_option("--port", options->port, "Port to listen on; 0 = any free one")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  command->add_option("--allow", options->allow,
                      "host:port that plugins and scripts may call though it is not public");
  command->callback([&commands, options] {
    commands.chosen = [&globals = commands.globals, options] { return Serve(globals, *options); };
  });
}

}  // namespace tidings::cli
