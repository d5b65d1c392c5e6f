// One page of a list, and the cursors that lead from page to page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/json.h"
#include "base/result.h"

namespace tidings::crm {

// Keyset pagination: a page costs the same however deep it lies, and a row that exists all the time
// appears exactly once, whatever is inserted meanwhile. `next` asks for the page after this one;
// none on the last.
struct Page {
  Json items = Json::array();
  std::optional<std::string> next;
};

inline constexpr int kDefaultLimit = 50, kLargestLimit = 1000;

// Opaque to callers, safe in a URL. Reading fails with kInvalidArgument and says where a cursor
// comes from.
std::string CursorOf(const Id& last);
std::string CursorOf(int64_t last);
Result<Id> IdOfCursor(std::string_view cursor);
Result<int64_t> NumberOfCursor(std::string_view cursor);

// Fails with kInvalidArgument unless it is 1 … kLargestLimit.
Result<int> CheckedLimit(int limit);

}  // namespace tidings::crm
