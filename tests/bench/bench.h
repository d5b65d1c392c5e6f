// The frame of the benchmarks: each measure is taken in turn with its limit, three times, in one
// run, and judged by the ratio of the medians, because absolute times vary on shared machines.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace tidings::bench {

// One figure and what it is held against.
struct Measure {
  std::string name;  // "ingest_customers"
  std::string unit;  // "rows/s"
  // Both return one reading in `unit`. They run alternately; each sets up and clears away by
  // itself.
  std::function<Result<double>()> value;
  std::function<Result<double>()> limit;
  // false for rates (ratio = value / limit), true for costs (ratio = limit / value): over 1 is
  // better than the limit either way.
  bool lower_is_better = false;
};

struct Reading {
  std::string name, unit;
  double value = 0, limit = 0, ratio = 0, floor = 0;
  bool passed() const { return ratio >= floor; }
};

// The least ratio each measure may have, by name. Read from tests/bench/floors.json.
using Floors = std::map<std::string, double>;
Result<Floors> ReadFloors(const std::string& file);

// Takes `rounds` pairs of readings. Fails with the first error of either side.
Result<Reading> Take(const Measure& measure, const Floors& floors, int rounds = 3);

std::string ToJsonLine(const Reading& reading);
std::string TableHeader();
std::string TableRow(const Reading& reading);

}  // namespace tidings::bench
