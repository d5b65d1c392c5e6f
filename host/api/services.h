// What the handlers call. Everything outlives the server.
#pragma once

#include <filesystem>
#include <functional>

#include "base/clock.h"
#include "base/id.h"
#include "http/counters.h"
#include "lua/limits.h"

namespace tidings::pg {
class Pool;
}
namespace tidings::pipeline {
class Engine;
}

namespace tidings::api {

struct Services {
  pg::Pool* pool = nullptr;
  pipeline::Engine* engine = nullptr;
  const Clock* clock = &Clock::System();
  IdSource* ids = &IdSource::System();
  std::function<std::filesystem::path()> lib;  // the folder that rules in Lua may require from
  lua::Limits limits;                          // of rules in Lua
  std::function<http::Counters()> counters;
};

}  // namespace tidings::api
