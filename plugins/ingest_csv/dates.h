// Dates in the forms that spreadsheets write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ingest_csv {

// Why `format` cannot be used; "" when it can. It is "iso" or a pattern of
//   %Y %y (four, two digits; 69-99 are 19xx)   %m %d %H %I %M %S (one or two digits)
//   %p (AM, PM)   %b (Jan, January)   %z (+05:30, Z)   %s (seconds since 1970)   %% and the rest
//   as it stands; a space stands for any number of them.
std::string CheckDateFormat(std::string_view format);

// Microseconds since 1970, or none where the text does not fit or names no real date.
// `utc_offset` in minutes is taken where the text names no zone.
std::optional<int64_t> ParseDate(std::string_view text, std::string_view format,
                                 int64_t utc_offset);

}  // namespace ingest_csv
