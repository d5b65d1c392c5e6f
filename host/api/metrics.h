// GET /metrics: Prometheus' text format.
#pragma once

#include <cstdint>
#include <string>

#include "http/counters.h"
#include "pipeline/report.h"

namespace tidings::api {

// Labels are bounded: pipeline, stage, kind, vendor and status class, never a customer or campaign.
// `disagreements`: audiences for which PostgreSQL and a rule's script disagreed.
std::string PrometheusText(const pipeline::EngineStatus& engine, const http::Counters& http,
                           int64_t disagreements);

}  // namespace tidings::api
