// What a worker process is told, as JSON in a file that only this user can read.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "pipeline/runner.h"

namespace tidings::pipeline {

struct WorkerSettings {
  std::string endpoint;  // of the dispatcher
  std::string name;      // the worker's, unique there
  uint32_t credit = 1;
  RunnerSpec spec;  // with its secrets
  std::string receipts_url;
  std::vector<std::string> http_allow;
  // For a dispatcher on another machine: this worker's secret key and the dispatcher's public one.
  std::string curve_secret, curve_server;

  Json ToJson() const;
  // Fails with kInvalidArgument.
  static Result<WorkerSettings> FromJson(const Json& json);
};

}  // namespace tidings::pipeline
