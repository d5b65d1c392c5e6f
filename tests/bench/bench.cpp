#include "bench/bench.h"

#include <algorithm>

#include <fmt/core.h>

#include "base/file.h"
#include "base/json.h"

namespace tidings::bench {
namespace {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

Result<Floors> ReadFloors(const std::string& file) {
  TRY_ASSIGN(std::string text, ReadFile(file));
  TRY_ASSIGN(Json json, ParseJson(text));
  return json.get<Floors>();
}

Result<Reading> Take(const Measure& measure, const Floors& floors, int rounds) {
  auto floor = floors.find(measure.name);
  if (floor == floors.end()) {
    return Fail(Code::kNotFound, "floors.json has no floor for " + measure.name);
  }
  std::vector<double> values, limits;
  for (int round = 0; round < rounds; ++round) {
    TRY_ASSIGN(double limit, measure.limit());
    TRY_ASSIGN(double value, measure.value());
    limits.push_back(limit);
    values.push_back(value);
  }
  Reading reading{measure.name, measure.unit, Median(values), Median(limits), 0, floor->second};
  reading.ratio =
      measure.lower_is_better ? reading.limit / reading.value : reading.value / reading.limit;
  return reading;
}

std::string ToJsonLine(const Reading& reading) {
  OrderedJson json{{"name", reading.name},   {"value", reading.value}, {"unit", reading.unit},
                   {"limit", reading.limit}, {"ratio", reading.ratio}, {"floor", reading.floor}};
  return json.dump();
}

std::string TableHeader() {
  return fmt::format("{:<28} {:>12} {:>12} {:<11} {:>6} {:>6}\n", "measure", "value", "limit",
                     "unit", "ratio", "floor");
}

std::string TableRow(const Reading& r) {
  return fmt::format("{:<28} {:>12.5g} {:>12.5g} {:<11} {:>6.2f} {:>6.2f}  {}\n", r.name, r.value,
                     r.limit, r.unit, r.ratio, r.floor, r.passed() ? "ok" : "UNDER ITS FLOOR");
}

}  // namespace tidings::bench
