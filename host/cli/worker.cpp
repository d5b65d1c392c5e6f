#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "pipeline/worker_process.h"

namespace tidings::cli {

void AddWorker(Commands& commands) {
  auto* command = commands.app.add_subcommand("worker", "Run a stage for a host");
  command->group("");  // hidden: only the host starts it
  command->prefix_command();
  command->callback([&commands, command] {
    commands.chosen = [arguments = command->remaining()]() -> Result<int> {
      return pipeline::RunWorkerProcess(arguments);
    };
  });
}

}  // namespace tidings::cli
