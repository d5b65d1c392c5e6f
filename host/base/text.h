// Small helpers for text, and "did you mean".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

std::string_view Trim(std::string_view text);  // without ASCII white space at both ends
std::vector<std::string_view> Split(std::string_view text, char separator);  // "" gives {""}
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::string LowerAscii(std::string_view text);
std::string UpperAscii(std::string_view text);
bool IsUtf8(std::string_view text);  // well-formed; NUL counts as well-formed
// Bytes of the character that starts `text`, which is not empty; 0 where it is malformed.
size_t Utf8Length(std::string_view text);

// Of `candidates`, the one that `name` was most likely meant to be: at most a third of its letters
// wrong (a swap of neighbours counts once), case ignored. None when nothing is near.
std::optional<std::string> NearestName(std::string_view name,
                                       const std::vector<std::string>& candidates);

// "; did you mean `retry`?" or "", to be appended to an error.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

// 1234567 as "1,234,567".
std::string WithThousands(int64_t number);

}  // namespace tidings
