// tidings_bench [NAME...] [--json]: see bench.h. A NAME is that of a measure, or what several begin
// with: `rule` is all about rules. Exits with 1 when a ratio is under its floor.
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "base/text.h"
#include "bench/bench.h"
#include "bench/ceiling.h"
#include "bench/rules.h"
#include "support/installation.h"

namespace tidings::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kRows = 100000;
constexpr double kMemoryLimit = 200;  // MB

double Since(Steady::time_point begun) {
  return std::chrono::duration<double>(Steady::now() - begun).count();
}

std::string Customers() {
  std::string lines;
  for (int i = 0; i < kRows; ++i) {
    fmt::format_to(std::back_inserter(lines),
                   R"({{"name":"Customer Number {0}","email":"customer{0}@example.com",)"
                   R"("phone":"+4917{0:09}","city":"Springfield","visit":{1}}})"
                   "\n",
                   i, i % 50);
  }
  return lines;
}

const Json kEverybody = {{"combinator", "and"}, {"rules", Json::array()}};

// One running host for all measures, with the shipped pipelines.
class Shop {
 public:
  Status Start() { return installation_.StartHost(); }

  Result<std::string> Conninfo() { return installation_.Conninfo(); }

  // Rows/s from the first byte sent to the answer, which comes after the commit.
  Result<double> IngestRate() {
    TRY(Execute("truncate customers, customer_keys, orders, order_items"));
    static const std::string body = Customers();
    auto begun = Steady::now();
    auto answer =
        installation_.Call("POST", "/api/v1/customers?rows=refused", body, "application/x-ndjson");
    double seconds = Since(begun);
    if (answer.json.value("created", 0) != kRows) {
      return Fail(Code::kInternal, "not every customer was created: " + answer.text.substr(0, 300));
    }
    return kRows / seconds;
  }

  // Messages/s from the call that launches to the last receipt booked.
  Result<double> CampaignRate() {
    if (installation_.Number("select count(*) from customers") != kRows) TRY(IngestRate());
    TRY(Execute("analyze customers"));
    auto begun = Steady::now();
    auto ticket = installation_.Post(
        "/api/v1/campaigns",
        {{"name", "Bench"}, {"rule", kEverybody}, {"subject", "Hi"}, {"message", kMessage}});
    if (ticket.json.value("audience", 0) != kRows) {
      return Fail(Code::kInternal, "wrong audience: " + ticket.text.substr(0, 300));
    }
    TRY(WaitCompleted(ticket.json["id"]));
    return kRows / Since(begun);
  }

  // The host's peak since it started, in MB.
  Result<double> PeakMemory() {
    TRY_ASSIGN(auto status, ReadFile(fmt::format("/proc/{}/status", installation_.host_pid())));
    auto at = status.find("VmHWM:");
    if (at == status.npos) return Fail(Code::kUnavailable, "the kernel does not tell VmHWM");
    return std::strtod(status.c_str() + at + 6, nullptr) / 1024;
  }

 private:
  static constexpr const char* kMessage = "Dear {{name}}, we miss you in {{city}}. To: {{email}}";

  Status Execute(const std::string& sql) {
    TRY_ASSIGN(auto connection, installation_.Database());
    return connection.Script(sql);
  }

  Status WaitCompleted(const std::string& id) {
    auto path = "/api/v1/campaigns/" + id;
    bool completed = testing::Installation::Until(
        [&] { return installation_.Get(path).json.value("status", "") == "completed"; },
        std::chrono::minutes(3));
    if (completed) return {};
    return Fail(Code::kTimeout, "the campaign did not complete: " + installation_.Get(path).text);
  }

  testing::Installation installation_;
};

struct Wanted {
  std::vector<std::string> names;
  bool json = false;
  bool Has(const std::string& name) const {
    return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& wanted) {
             return name == wanted || name.starts_with(wanted + "_");
           });
  }
};

std::vector<Measure> Measures(Shop& shop, const std::string& conninfo) {
  return {{"ingest_customers", "rows/s", [&] { return shop.IngestRate(); },
           [conninfo] { return StagedUpsertRate(conninfo, kRows); }},
          {"campaign", "messages/s", [&] { return shop.CampaignRate(); },
           [conninfo] { return CampaignRate(conninfo, kRows); }},
          {"campaign_memory", "MB",
           [&]() -> Result<double> {
             TRY(shop.CampaignRate());
             return shop.PeakMemory();
           },
           [] { return Result<double>(kMemoryLimit); }, true}};
}

Result<bool> RunAll(const Wanted& wanted) {
  TRY_ASSIGN(auto floors, ReadFloors(TIDINGS_SOURCE_DIR "/tests/bench/floors.json"));
  Shop shop;
  TRY(shop.Start());
  TRY_ASSIGN(auto conninfo, shop.Conninfo());
  auto measures = Measures(shop, conninfo);
  for (auto& measure : RuleBench(conninfo).Measures()) measures.push_back(std::move(measure));
  std::erase_if(measures, [&](const Measure& measure) { return !wanted.Has(measure.name); });
  if (measures.empty())
    return Fail(Code::kNotFound, "there is no such measure; floors.json has all");
  if (!wanted.json) fmt::print("{}", TableHeader());
  std::fflush(stdout);
  bool passed = true;
  for (const auto& measure : measures) {
    TRY_ASSIGN(auto reading, Take(measure, floors));
    fmt::print("{}", wanted.json ? ToJsonLine(reading) + "\n" : TableRow(reading));
    std::fflush(stdout);
    passed = passed && reading.passed();
  }
  return passed;
}

}  // namespace
}  // namespace tidings::bench

int main(int argc, char** argv) {
  tidings::bench::Wanted wanted;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json")
      wanted.json = true;
    else
      wanted.names.emplace_back(argv[i]);
  }
  auto passed = tidings::bench::RunAll(wanted);
  if (!passed) fmt::print(stderr, "bench: {}\n", passed.error().message);
  return passed && *passed ? 0 : 1;
}
