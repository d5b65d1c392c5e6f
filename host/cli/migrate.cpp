#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/database.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Brings the database up to date with sql/: each file once, in its own transaction, under a "
    "lock, so\n"
    "that any number of hosts may start at once. `serve` and `import` do the same by themselves; "
    "run it\n"
    "alone where their database user may not change tables. Never drops data; says which file it "
    "is\n"
    "when one that was applied has been edited since.\n\n"
    "  DATABASE_URL=postgresql://owner@db/tidings tidings migrate\n";

Result<int> MigrateDatabase(const Globals& globals) {
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 2));
  int applied = database->migrations();
  Print(globals,
        applied ? fmt::format("{} migrations applied\n", applied)
                : std::string("the database is up to date\n"),
        {{"applied", applied}});
  return kDone;
}

}  // namespace

void AddMigrate(Commands& commands) {
  auto* command = AddCommand(commands, "migrate", "Bring the database up to date", kTeaching);
  command->callback([&commands] {
    commands.chosen = [&globals = commands.globals] { return MigrateDatabase(globals); };
  });
}

}  // namespace tidings::cli
