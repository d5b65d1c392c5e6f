#include "bench/rules.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "base/file.h"
#include "bench/hand_written.h"
#include "crm/audience.h"
#include "crm/quickest.h"
#include "crm/sql.h"
#include "pg/connection.h"
#include "pg/migrations.h"
#include "pg/params.h"
#include "pg/pool.h"
#include "rule/rule.h"

namespace tidings::bench {
namespace {

using Steady = std::chrono::steady_clock;

const Time kNow = *ParseTime("2026-03-01");
const std::string kScripts = TIDINGS_SOURCE_DIR "/scripts";
constexpr double kCompileLimit = 2, kEstimateLimit = 50;  // ms

// SQL has no words for a loop over the words of a text.
constexpr const char* kInLua = R"(return segment { match = function(c)
  local length = 0
  for word in c.city:gmatch("%a+") do length = length + #word end
  return length > 5 and c.total_spend > 1000 and c.visit >= 3
end })";
// Forty-one ways through the script, each as long as those before it.
constexpr const char* kManyReturns = R"(local much = {}
for i = 1, 40 do much["C" .. i] = i * 100 end
return segment { match = function(c)
  for i = 1, 40 do
    local city = "C" .. i
    if c.city == city and c.total_spend > much[city] then return true end
  end
  return false
end })";
constexpr const char* kReadByLua = "c.id, c.city, c.total_spend, c.visit";

double Milliseconds(Steady::time_point since) {
  return std::chrono::duration<double, std::milli>(Steady::now() - since).count();
}

Result<rule::Rule> Shipped(const std::string& name) {
  TRY_ASSIGN(auto text, ReadFile(kScripts + "/segment/" + name + ".lua"));
  return rule::Rule::FromLua(name, text, kScripts + "/lib", {});
}

}  // namespace

struct RuleBench::State {
  std::string conninfo;
  std::optional<pg::Connection> connection;
  std::optional<pg::Pool> pool;
  std::map<std::string, int64_t> counts;  // what the rule written by hand found

  Status Prepare() {
    if (connection) return {};
    TRY_ASSIGN(auto server, pg::Connection::Open(conninfo));
    TRY(server.Script("drop database if exists bench_rules"));
    TRY(server.Script("create database bench_rules"));
    auto bench = conninfo + " dbname=bench_rules";
    TRY_ASSIGN(auto made, pg::Connection::Open(bench));
    TRY(pg::Migrate(made, TIDINGS_SOURCE_DIR "/sql"));
    TRY_ASSIGN(auto shop, ReadFile(TIDINGS_SOURCE_DIR "/tests/bench/shop.sql"));
    TRY(RunEach(made, shop));
    connection.emplace(std::move(made));
    pool.emplace(bench, 4);
    return {};
  }

  // One statement at a time, for VACUUM stands in no transaction.
  static Status RunEach(pg::Connection& connection, std::string_view script) {
    while (!script.empty()) {
      size_t end = std::min(script.find(";\n"), script.size() - 1) + 1;
      TRY(connection.Script(std::string(script.substr(0, end))));
      script.remove_prefix(std::min(script.find_first_not_of('\n', end), script.size()));
    }
    return {};
  }

  Result<double> ByHand(const std::string& name) {
    TRY(Prepare());
    auto begun = Steady::now();
    TRY_ASSIGN(auto rows, connection->Execute("select count(*) from " + HandWritten().at(name)));
    counts[name] = rows.Int(0, 0);
    return Milliseconds(begun);
  }

  // From the compiled rule to the exact count, the choice between two ways included.
  Result<double> ByRule(const std::string& name) {
    TRY_ASSIGN(auto rule, Shipped(name));
    auto begun = Steady::now();
    auto pushdown = rule.PushDown(kNow);
    if (pushdown.asked) return Fail(Code::kInternal, name + " does not go to SQL wholly");
    TRY_ASSIGN(auto choice, crm::Quickest(*connection, *pushdown.chosen));
    TRY_ASSIGN(auto rows,
               connection->Execute(choice.sql.Select("count(*)"), crm::ParamsOf(choice.sql)));
    double took = Milliseconds(begun);
    if (rows.Int(0, 0) == counts[name]) return took;
    return Fail(Code::kInternal,
                fmt::format("{}: {} customers, by hand {}", name, rows.Int(0, 0), counts[name]));
  }

  Result<double> CopyOutRate() {
    TRY(Prepare());
    auto begun = Steady::now();
    int64_t bytes = 0;
    TRY(connection->CopyOut(
        fmt::format("copy (select {} from customers c) to stdout (format binary)", kReadByLua),
        [&](std::string_view data) -> Status {
          bytes += static_cast<int64_t>(data.size());
          return {};
        }));
    if (bytes == 0) return Fail(Code::kInternal, "COPY gave nothing");
    return 1'000'000 / Milliseconds(begun) * 1000;
  }

  Result<double> LuaRate() {
    TRY_ASSIGN(auto rule, rule::Rule::FromLua("bench", kInLua, "", {}));
    auto begun = Steady::now();
    TRY_ASSIGN(auto matched, crm::MatchAll(*connection, rule, kNow));
    double took = Milliseconds(begun);
    bool sane = matched.ids.size() > 1000 && matched.ids.size() < 999'000 && matched.errors == 0;
    if (!sane) return Fail(Code::kInternal, fmt::format("chose {}", matched.ids.size()));
    return 1'000'000 / took * 1000;
  }

  // From the text of a rule to its SQL under one `now`.
  static Result<double> CompileTime(const std::string& name, const std::string& text) {
    auto begun = Steady::now();
    TRY_ASSIGN(auto rule, rule::Rule::FromLua(name, text, kScripts + "/lib", {}));
    rule.PushDown(kNow);
    double took = Milliseconds(begun);
    if (rule.IsSql()) return took;
    return Fail(Code::kInternal, name + " does not go to SQL wholly");
  }

  // The slowest of the shipped rules.
  static Result<double> SlowestCompileTime() {
    double slowest = 0;
    for (const auto& [name, sql] : HandWritten()) {
      TRY_ASSIGN(auto text, ReadFile(kScripts + "/segment/" + name + ".lua"));
      TRY_ASSIGN(double took, CompileTime(name, text));
      slowest = std::max(slowest, took);
    }
    return slowest;
  }

  Result<double> EstimateTime() {
    TRY(Prepare());
    double slowest = 0;
    for (const auto& [name, sql] : HandWritten()) {
      TRY_ASSIGN(auto rule, Shipped(name));
      auto begun = Steady::now();
      TRY(crm::AudienceStore(*pool).EstimateOf(rule, kNow));
      slowest = std::max(slowest, Milliseconds(begun));
    }
    return slowest;
  }
};

RuleBench::RuleBench(std::string conninfo) : state_(std::make_shared<State>()) {
  state_->conninfo = std::move(conninfo);
}

RuleBench::~RuleBench() = default;

std::vector<Measure> RuleBench::Measures() {
  std::vector<Measure> measures;
  for (const auto& [name, sql] : HandWritten()) {
    measures.push_back({"rule_" + name, "ms",
                        [state = state_, n = name] { return state->ByRule(n); },
                        [state = state_, n = name] { return state->ByHand(n); }, true});
  }
  measures.push_back({"rule_in_lua", "rows/s", [state = state_] { return state->LuaRate(); },
                      [state = state_] { return state->CopyOutRate(); }});
  measures.push_back({"rule_compile", "ms", [] { return State::SlowestCompileTime(); },
                      [] { return Result<double>(kCompileLimit); }, true});
  measures.push_back({"rule_many_returns", "ms",
                      [] { return State::CompileTime("many_returns", kManyReturns); },
                      [] { return Result<double>(kCompileLimit); }, true});
  measures.push_back({"rule_estimate", "ms", [state = state_] { return state->EstimateTime(); },
                      [] { return Result<double>(kEstimateLimit); }, true});
  return measures;
}

}  // namespace tidings::bench
