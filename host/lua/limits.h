// What one call of a script may use up, and what it may reach.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::lua {

// Instructions and wall time are given anew to loading and to each call; memory is for the whole
// state. A call over a limit fails, and cannot go on by catching that error.
struct Limits {
  int64_t instructions = 20'000'000;  // of the virtual machine; long library calls count as many
  Duration wall = std::chrono::seconds(1);
  size_t memory = size_t{64} << 20;  // bytes; no single string may take over an eighth
};

// What a script may do to the world outside; an empty function means that it may not, and the name
// does not exist for the script. Called on the thread that called the script.
struct Hooks {
  // `http{method=, url=, headers=, body=}` of deliver, receipt, summarize and ingest scripts.
  // The request is that table; the answer becomes the table that the script gets. A failure becomes
  // `nil, message`. Time spent in it counts against the wall limit.
  std::function<Result<Json>(const Json& request)> http;
  // `log(level, text)`; level is "debug", "info", "warning" or "error".
  std::function<void(std::string_view level, std::string_view text)> log;
};

}  // namespace tidings::lua
