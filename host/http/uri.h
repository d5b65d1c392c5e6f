// The target of a request line, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tidings::http {

struct Target {
  std::string path;                   // decoded: "/files/a b"
  std::vector<std::string> segments;  // decoded, without the leading slash: {"files", "a b"}
  std::vector<std::pair<std::string, std::string>> query;  // decoded
};

// Takes "/path?query" or "http://host/path?query" apart; "*" gives no segments. Fails with
// kInvalidArgument on anything else, on a broken or over-long percent escape, on a path that
// decodes to NUL, to "." or ".." segments or to something other than UTF-8.
Result<Target> ParseTarget(std::string_view raw);

// "a%20b" as "a b"; with `plus_is_space` also "a+b". None on a broken escape.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space);

// "a=1&b=x%20y&c" as pairs. Fails as ParseTarget does.
Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view text);

}  // namespace tidings::http
