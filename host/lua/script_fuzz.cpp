// Any text as a script: it may fail or be stopped, it may not crash, hang or leave anything behind.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lua/script.h"

namespace {

// Whether a limit stopped it: that may come earlier or later in the next call, as garbage is there.
bool Limited(const tidings::Result<tidings::Json>& outcome) {
  return !outcome.has_value() && outcome.error().code != tidings::Code::kInvalidArgument;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidings;
  using namespace tidings::lua;
  Limits limits;
  limits.instructions = 100'000;
  limits.memory = size_t{4} << 20;
  limits.wall = std::chrono::hours(1);  // libFuzzer's own limit sees what hangs
  std::string body(reinterpret_cast<const char*>(data), size);
  auto whole = Script::LoadText("fuzz.lua", body, limits, {});
  auto script = Script::LoadText(
      "fuzz.lua", "return summarize { write = function(task) " + body + "\nend }", limits, {});
  if (!script.has_value()) return 0;
  const Json task = {{"kind", "x"}, {"list", {1, 2, 3}}, {"text", "hello"}};
  auto first = (*script)->Call(task);
  auto second = (*script)->Call(task);
  // What the first call did, the second does again. (What depends on limits or on the order of
  // `pairs` may differ.)
  bool limited = Limited(first) || Limited(second);
  bool same = first.has_value() == second.has_value() && (!first.has_value() || *first == *second);
  bool ordered = body.find("pairs") == std::string::npos && body.find("next") == std::string::npos;
  if (!limited && ordered && !same) std::abort();
  return 0;
}
