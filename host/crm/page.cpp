#include "crm/page.h"

#include <charconv>

#include <fmt/core.h>

namespace tidings::crm {
namespace {

tl::unexpected<Error> BadCursor(std::string_view cursor) {
  return Fail(Code::kInvalidArgument,
              fmt::format("'{}' is no cursor; take it from the answer before, or leave it out for "
                          "the first page",
                          cursor.substr(0, 60)));
}

}  // namespace

std::string CursorOf(const Id& last) { return last.ToString(); }

std::string CursorOf(int64_t last) { return fmt::format("{:x}", last); }

Result<Id> IdOfCursor(std::string_view cursor) {
  auto id = Id::Parse(cursor);
  if (!id) return BadCursor(cursor);
  return *id;
}

Result<int64_t> NumberOfCursor(std::string_view cursor) {
  int64_t number = 0;
  auto [stop, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), number, 16);
  if (error != std::errc() || stop != cursor.data() + cursor.size() || number < 0) {
    return BadCursor(cursor);
  }
  return number;
}

Result<int> CheckedLimit(int limit) {
  if (limit >= 1 && limit <= kLargestLimit) return limit;
  return Fail(Code::kInvalidArgument,
              fmt::format("limit is {}; give 1 to {}", limit, kLargestLimit));
}

}  // namespace tidings::crm
