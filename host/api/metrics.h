// GET /metrics: Prometheus' text format.
#pragma once

#include <string>

#include "http/counters.h"
#include "pipeline/report.h"

namespace tidings::api {

// Labels are bounded: pipeline, stage, kind, vendor and status class, never a customer or campaign.
std::string PrometheusText(const pipeline::EngineStatus& engine, const http::Counters& http);

}  // namespace tidings::api
