// Made-up customers and orders, through an ingest plugin that makes them.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "cli/locations.h"
#include "pipeline/report.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::plugin {
class PluginRegistry;
}

namespace tidings::cli {

struct GenerateOptions {
  std::string plugin = "ingest_generator";
  int64_t customers = 1000, orders = 3000;
  uint64_t seed = 1;
  Time until = Clock::System().Now();  // the day of the latest order
  bool silent = false;                 // no progress
};

struct Generated {
  pipeline::RowCounts customers, orders;
};

// The same options make the same rows; generating them again changes nothing.
Result<Generated> Generate(const GenerateOptions& options, pg::Pool& pool,
                           const plugin::PluginRegistry& registry, const Locations& locations);

}  // namespace tidings::cli
