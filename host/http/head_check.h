// The check of our own on the head of a request: see framing.h.
#pragma once

#include <optional>
#include <string_view>

#include "http/framing.h"

namespace tidings::http {

// May the byte stand in a method or a field name (RFC 9110 "token")?
bool IsTokenByte(char c);

// May the byte stand in a head at all: no control character but TAB, CR and LF?
bool IsHeadByte(char c);

// Checks a head that ends in an empty line. None when it may be read in one way only.
std::optional<FramingError> CheckHead(std::string_view head, const FramingLimits& limits);

}  // namespace tidings::http
