// JSON outside the hot paths. (Paths that carry rows use simdjson where they are.)
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace tidings {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // keeps the order of keys, for what people read

// Fails with kInvalidArgument, naming line and column; refuses nesting deeper than 64 and duplicate
// keys (which would let two readers see two different values).
Result<Json> ParseJson(std::string_view text);

// One line, with invalid UTF-8 replaced rather than thrown over.
std::string ToLine(const Json& json);

// The member as text; "" where it is missing or null; numbers and booleans as JSON prints them.
std::string TextOf(const Json& object, const char* key);

}  // namespace tidings
