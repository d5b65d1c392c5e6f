// How a person's name, e-mail address and phone number are checked and brought into one form.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace tidings::crm {

// The value, or a sentence on what is wrong and what to do, without the field's name.
template <class T>
using Checked = tl::expected<T, std::string>;

// UTF-8 in one line: trimmed, tabs and line breaks made blanks. Refused are other control
// characters, and more than `longest` bytes.
Checked<std::string> CleanLine(std::string_view text, size_t longest);

// Lower case; one @; a local part of at most 64 bytes and a domain with a dot (or localhost), at
// most 254 bytes together. Addresses beyond ASCII are let through, quoted local parts are not.
Checked<std::string> CleanEmail(std::string_view text);

// "+91 98765-43210" is "+919876543210", "0098…" is "+98…". 3 to 15 digits.
Checked<std::string> CleanPhone(std::string_view text);

}  // namespace tidings::crm
