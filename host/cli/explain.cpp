#include <filesystem>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/database.h"
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
    return rule::Rule::Parse(segment.language, segment.source, lib, {});
  }
  if (!std::filesystem::exists(options.segment)) {
    return Fail(
        Code::kNotFound,
        fmt::format("{} is neither a file nor the id of a segment; name a rule's file, or an id "
                    "that GET /api/v1/segments lists",
                    options.segment));
  }
  TRY_ASSIGN(auto text, ReadFile(options.segment));
  bool lua = std::filesystem::path(options.segment).extension() == ".lua";
  return lua ? rule::Rule::FromLua(options.segment, text, lib, {}) : rule::Rule::FromJson(text);
}

std::string SqlText(const char* title, const OrderedJson& sql) {
  if (sql.is_null()) return "";
  std::string text = fmt::format("\n{}\n  from {}\n  where {}\n", title,
                                 sql["from"].get<std::string>(), sql["where"].get<std::string>());
  int number = 0;
  for (const auto& param : sql["params"]) {
    text += fmt::format("  ${} = {}\n", ++number, param.get<std::string>());
  }
  return text;
}

std::string LinesText(const OrderedJson& lines) {
  std::string text;
  for (const auto& line : lines["lua"]) {
    auto number = line["line"].get<int>();
    text += fmt::format("  {} stays in Lua: {}\n",
                        number ? fmt::format("line {}", number) : "the whole rule",
                        line["why"].get<std::string>());
  }
  return text.empty() ? "" : "\n" + text;
}

std::string CustomerText(const OrderedJson& customer) {
  if (customer.is_null()) return "";
  std::string text = fmt::format("\ncustomer {} {}\n", customer["id"].get<std::string>(),
                                 customer["belongs"].get<bool>() ? "belongs" : "does not belong");
  if (!customer["error"].is_null()) text += Indented("  ", customer["error"].get<std::string>());
  for (const auto& clause : customer["clauses"]) {
    text +=
        fmt::format("  {}{} {}\n", std::string(2 * clause["depth"].get<size_t>(), ' '),
                    clause["holds"].get<bool>() ? "yes" : "no ", clause["text"].get<std::string>());
  }
  return text;
}

std::string Describe(const OrderedJson& json) {
  auto text = json["english"].get<std::string>() + "\n";
  text += SqlText("chosen by SQL", json["sql"]["chosen"]);
  text += SqlText("left to the script", json["sql"]["asked"]);
  text += SqlText("an error for", json["sql"]["failed"]);
  text += LinesText(json["lines"]);
  text += fmt::format("\nestimate  {:>12}   in {:.1f} ms\naudience  {:>12}   in {:.1f} ms\n",
                      WithThousands(json["estimate"]), json["estimate_milliseconds"].get<double>(),
                      WithThousands(json["audience"]), json["milliseconds"].get<double>());
  if (json["errors"] != 0) {
    text += fmt::format("errors    {:>12}   {}\n", WithThousands(json["errors"]),
                        json["first_error"].get<std::string>());
  }
  return text + CustomerText(json["customer"]);
}

Result<int> ExplainSegment(const Globals& globals, const ExplainOptions& options) {
  auto now = options.now.empty() ? Result<Time>(Clock::System().Now()) : ParseTime(options.now);
  if (!now) return Fail(now.error().code, "--now: " + now.error().message);
  std::optional<Id> customer;
  if (!options.customer.empty()) {
    TRY_ASSIGN(customer, Id::Parse(options.customer));
  }
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 2));
  TRY_ASSIGN(auto rule, RuleOf(options, globals.locations, database->pool()));
  TRY_ASSIGN(auto json, crm::Explain(database->pool(), rule, *now, customer));
  Print(globals, Describe(json), json);
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
