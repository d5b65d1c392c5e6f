// Any bytes as a rule in JSON: read, written as SQL and as JSON, and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "rule/json_frontend.h"
#include "rule/json_printer.h"
#include "rule/sql.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidings;
  auto node = rule::ParseJsonRule({reinterpret_cast<const char*>(data), size});
  if (!node.has_value()) return 0;
  rule::WriteSql(*node, Time(), 1);
  rule::WriteJson(*node).dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  return 0;
}
