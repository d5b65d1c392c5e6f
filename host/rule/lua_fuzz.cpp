// Any bytes as a segment script: parsed, evaluated symbolically, written as SQL.
#include <cstddef>
#include <cstdint>

#include "rule/lua_frontend.h"
#include "rule/sql.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidings;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto program = rule::LuaProgram::Parse("fuzz.lua", text, "");
  if (!program.has_value()) return 0;
  rule::LuaPlan plan = (*program)->PlanFor(Time());
  for (const auto* node : {&plan.chosen, &plan.asked, &plan.failed}) {
    rule::WriteWays(*node, Time());
  }
  return 0;
}
