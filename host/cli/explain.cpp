#include <filesystem>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/file.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/explain_view.h"
#include "crm/explanation.h"
#include "crm/segment_store.h"
#include "rule/rule.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Says what a segment's rule does with the customers that are there: the rule in English, the "
    "SQL it\n"
    "becomes, which lines of a script go to SQL and which stay in Lua and why, how many the "
    "planner\n"
    "expects, and how many there are. A file is a Lua rule (.lua) or a JSON rule group.\n\n"
    "  tidings explain segment scripts/segment/lapsed_big_spenders.lua\n"
    "  tidings explain segment rule.json --now 2026-01-01\n"
    "  tidings explain segment 01a1fc31-0bf8-72a2-8a28-f03b1c6b4da4 \\\n"
    "      --customer 01a1fc52-1bb1-7326-96f6-b0a70b827f3b      # why is that one in, or out?\n";

struct ExplainOptions {
  std::string segment, customer, now;
};

Result<rule::Rule> RuleOf(const ExplainOptions& options, const Locations& locations,
                          pg::Pool& pool) {
  auto lib = locations.scripts / "lib";
  if (auto id = Id::Parse(options.segment)) {
    TRY_ASSIGN(auto segment, crm::SegmentStore(pool, IdSource::System()).Find(*id));
    return crm::RuleOf(segment, lib, {});
  }
  if (!std::filesystem::is_regular_file(options.segment)) {
    return Fail(
        Code::kNotFound,
        fmt::format("{} is neither a file nor the id of a segment; name a rule's file, or an id "
                    "that GET /api/v1/segments lists",
                    options.segment));
  }
  TRY_ASSIGN(auto text, ReadFile(options.segment));
  if (std::filesystem::path(options.segment).extension() == ".lua") {
    return rule::Rule::FromLua(options.segment, text, lib, {});
  }
  return rule::Rule::FromJson(text).map_error(
      [&](const Error& error) { return error.In(options.segment); });
}

Result<int> ExplainSegment(const Globals& globals, const ExplainOptions& options) {
  auto now = options.now.empty() ? Result<Time>(Clock::System().Now()) : ParseTime(options.now);
  if (!now) return Fail(now.error().code, "--now: " + now.error().message);
  std::optional<Id> customer;
  if (!options.customer.empty()) {
    auto id = Id::Parse(options.customer);
    if (!id) return Fail(id.error().In("--customer"));
    customer = *id;
  }
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 2));
  TRY_ASSIGN(auto rule, RuleOf(options, globals.locations, database->pool()));
  TRY_ASSIGN(auto json, crm::Explain(database->pool(), rule, *now, customer));
  Print(globals, DescribeExplanation(json, rule.source()), json);
  return kDone;
}

}  // namespace

void AddExplain(Commands& commands) {
  auto* command = AddCommand(commands, "explain", "Say what a rule does, and why", kTeaching);
  command->require_subcommand(1);
  auto* segment = command->add_subcommand("segment", "What a segment's rule does");
  auto options = std::make_shared<ExplainOptions>();
  segment->add_option("segment", options->segment, "A file, or the id of a segment")->required();
  segment->add_option("--customer", options->customer, "The id of a customer: why in, or out?");
  segment->add_option("--now", options->now, "The clock reading, as 2026-01-01T12:00:00Z");
  segment->fallthrough();
  command->callback([&commands, options] {
    commands.chosen = [&globals = commands.globals, options] {
      return ExplainSegment(globals, *options);
    };
  });
}

}  // namespace tidings::cli
